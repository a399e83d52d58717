import { createHash } from 'node:crypto';
import { CounterfoilError } from '../contracts/errors.ts';

const URI = /^artifact:(sha256\/([0-9a-f]{2})\/([0-9a-f]{64})\.[a-z0-9]{1,16})$/;

/** @param extension of the file name, 1 to 16 lower-case letters and digits. */
export function artifactUri(sha256: string, extension: string): string {
	return `artifact:sha256/${sha256.slice(0, 2)}/${sha256}.${extension}`;
}

/**
 * Where a stored file is within its store, and the hash that it must have. The pattern leaves no way out of the root.
 *
 * @throws ARTIFACT_MISSING
 */
export function placeOf(uri: string): { readonly place: string; readonly sha256: string } {
	const [, place, , sha256] = URI.exec(uri) ?? [];
	if (place === undefined || sha256 === undefined || !isPlace(uri)) {
		throw new CounterfoilError('ARTIFACT_MISSING', 'The address of a stored file is not valid.', { where: uri });
	}
	return { place, sha256 };
}

export function isPlace(uri: string): boolean {
	const match = URI.exec(uri);
	return match !== null && (match[3] as string).startsWith(match[2] as string);
}

/** @throws ARTIFACT_CORRUPT if the content does not have its hash. */
export function requireContent(uri: string, content: Uint8Array): Uint8Array {
	if (hashOf(content) === placeOf(uri).sha256) return content;
	throw new CounterfoilError('ARTIFACT_CORRUPT', 'A stored file was changed or damaged.', {
		where: uri,
		hint: 'Restore it from a backup, or run the step that made it again.',
	});
}

export function hashOf(content: Uint8Array): string {
	return createHash('sha256').update(content).digest('hex');
}

export function missing(uri: string, cause?: unknown): CounterfoilError {
	return new CounterfoilError('ARTIFACT_MISSING', 'A stored file does not exist.', {
		where: uri,
		hint: 'Check that the artifact folder or bucket is the one that belongs to the database.',
		cause,
	});
}
