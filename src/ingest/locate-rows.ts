import { decodeText } from './decode-text.ts';
import { detectDialect, MAX_RECORD_BYTES } from './detect-dialect.ts';
import { createRecordFramer } from './frame-records.ts';
import { createOffsetMap } from './map-offsets.ts';
import { openSource } from './open-source.ts';
import { rawText } from './raw-text.ts';
import { frameOptionsOf } from './sample-text.ts';
import { createRepairLog, type OpenTableOptions } from './table-source.ts';

/** Where a row of a delimited text stands. */
export interface RowPlace {
	/** From 1. */
	readonly line: number;
	/** Of the decompressed file, from 0. */
	readonly byteOffset: number;
	/** The start of the record as it was written. */
	readonly rawText: string;
}

export interface RowLocator {
	/** @param row number among the loaded rows, from 0; each higher than the one before. Null beyond the end. */
	find(row: number): Promise<RowPlace | null>;
	close(): Promise<void>;
}

/**
 * Finds where rows that were loaded from a delimited text stand in it, by framing its records once more.
 *
 * @param rejectedLines lines of the records that were not loaded, rising.
 * @throws as `openTable` does; null where the file is no delimited text.
 */
export async function openRowLocator(
	path: string,
	options: OpenTableOptions,
	rejectedLines: AsyncIterator<number>,
): Promise<RowLocator | null> {
	const source = await openSource(path, options);
	if (source.format !== 'csv') {
		await source.close();
		return null;
	}
	const places = placeRows(source, options, rejectedLines);
	let at = -1;
	return {
		async find(row) {
			for (;;) {
				const next = await places.next();
				if (next.done === true) return null;
				if (++at === row) return next.value();
			}
		},
		close: () => source.close(),
	};
}

/** A way to describe each loaded row in order; valid until the next is asked for. */
async function* placeRows(
	source: Awaited<ReturnType<typeof openSource>>,
	options: OpenTableOptions,
	rejectedLines: AsyncIterator<number>,
): AsyncGenerator<() => RowPlace> {
	const { head, isHeadWhole, path } = source;
	const found = await detectDialect(head, isHeadWhole, path, options, createRepairLog());
	const { encoding } = found.dialect;
	const framer = createRecordFramer(frameOptionsOf(found.dialect, options.maxRecordBytes ?? MAX_RECORD_BYTES), {
		line: found.firstLine,
		blankLines: 0,
		commentLines: 0,
	});
	const offsets = createOffsetMap(encoding, found.bomBytes);
	let toSkip = found.skipRecords;
	let rejected = await rejectedLines.next();

	async function* inPiece(text: Buffer, isEnd: boolean): AsyncGenerator<() => RowPlace, number> {
		const { records, consumed } = framer.frame(text, isEnd);
		const from = Math.min(toSkip, records.starts.length);
		toSkip -= from;
		for (let record = from; record < records.starts.length; record++) {
			const line = records.lines[record] as number;
			if (rejected.done !== true && rejected.value === line) {
				rejected = await rejectedLines.next();
				continue;
			}
			yield () => {
				const start = records.starts[record] as number;
				const bytes = text.subarray(start, records.ends[record]);
				return { line, byteOffset: offsets.at(text, start), rawText: rawText(bytes) };
			};
		}
		offsets.consume(text, consumed);
		return consumed;
	}

	let rest: Buffer = Buffer.alloc(0);
	let bytesToSkip = found.skipBytes;
	for await (const piece of decodeText(source.bytes(), encoding, found.bomBytes)) {
		let text = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
		rest = text;
		if (text.length < bytesToSkip) continue;
		if (bytesToSkip > 0) offsets.consume(text, bytesToSkip);
		text = text.subarray(bytesToSkip);
		bytesToSkip = 0;
		rest = text.subarray(yield* inPiece(text, false));
	}
	yield* inPiece(rest, true);
}
