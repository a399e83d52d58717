import { randomUUID } from 'node:crypto';
import type { CompletedPart, MultipartUpload, S3Client } from '@aws-sdk/client-s3';
import type { S3 } from './load-s3.ts';
import { isNotThere } from './storage-errors.ts';

/** Metadata of an object in parts: which upload made it. */
const UPLOAD_MARK = 'counterfoil-upload';

export interface UploadTarget {
	readonly Bucket: string;
	readonly Key: string;
}

/**
 * Stores an object in parts, one after the other, so that one part is in memory. The object is there once all of it
 * is; an upload that fails is taken back. What a killed process leaves is invisible, and removed by
 * `abandonUploads`.
 *
 * @param parts each of at least 5 MiB but for the last
 */
export async function uploadParts(
	{ s3, client }: { readonly s3: S3; readonly client: S3Client },
	target: UploadTarget,
	parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
	// Entity tags of objects in parts are made otherwise by every kind of server; a mark comes back as it was given.
	const mark = randomUUID();
	const { UploadId } = await client.send(
		new s3.CreateMultipartUploadCommand({
			...target,
			ChecksumAlgorithm: s3.ChecksumAlgorithm.CRC32,
			Metadata: { [UPLOAD_MARK]: mark },
		}),
	);
	const upload = { ...target, UploadId };
	try {
		const Parts: CompletedPart[] = [];
		let bytes = 0;
		for await (const Body of parts) {
			const PartNumber = Parts.length + 1;
			const { ETag, ChecksumCRC32 } = await client.send(
				new s3.UploadPartCommand({ ...upload, PartNumber, Body, ChecksumAlgorithm: s3.ChecksumAlgorithm.CRC32 }),
			);
			Parts.push({ PartNumber, ETag, ...(ChecksumCRC32 === undefined ? {} : { ChecksumCRC32 }) });
			bytes += Body.byteLength;
		}
		await client
			.send(new s3.CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }))
			.catch(async (error: unknown) => {
				// Its answer may have been lost on the way, and asked again there is nothing left to complete.
				if (!isNotThere(error) && !(error instanceof Error && error.name === 'NoSuchUpload')) throw error;
				const { ContentLength, Metadata } = await client.send(new s3.HeadObjectCommand(target));
				if (ContentLength !== bytes || Metadata?.[UPLOAD_MARK] !== mark) throw error;
			});
	} catch (error) {
		await client.send(new s3.AbortMultipartUploadCommand(upload)).catch(() => undefined);
		throw error;
	}
}

/** Takes back uploads below a prefix that were begun so long ago that whoever began them is gone. */
export async function abandonUploads(
	{ s3, client }: { readonly s3: S3; readonly client: S3Client },
	{ Bucket, Prefix }: { readonly Bucket: string; readonly Prefix: string },
	olderThanMs: number,
): Promise<void> {
	for await (const { Key, UploadId, Initiated } of listUploads({ s3, client }, { Bucket, Prefix })) {
		if (Key === undefined || UploadId === undefined || Initiated === undefined) continue;
		// A server that takes prefixes loosely must not cost others their uploads.
		if (!Key.startsWith(Prefix) || Date.now() - Initiated.getTime() < olderThanMs) continue;
		await client.send(new s3.AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
	}
}

async function* listUploads(
	{ s3, client }: { readonly s3: S3; readonly client: S3Client },
	where: { readonly Bucket: string; readonly Prefix: string },
): AsyncGenerator<MultipartUpload> {
	let markers: { readonly KeyMarker?: string; readonly UploadIdMarker?: string } = {};
	for (;;) {
		const page = await client.send(new s3.ListMultipartUploadsCommand({ ...where, ...markers }));
		yield* page.Uploads ?? [];
		const { IsTruncated, NextKeyMarker, NextUploadIdMarker } = page;
		if (IsTruncated !== true || NextKeyMarker === undefined) return;
		markers = {
			KeyMarker: NextKeyMarker,
			...(NextUploadIdMarker === undefined ? {} : { UploadIdMarker: NextUploadIdMarker }),
		};
	}
}
