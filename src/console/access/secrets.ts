import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Bytes of a secret that opens a door: 256 bits. */
const SECRET_BYTES = 32;
/** What API tokens begin with, so that programs that look for leaked secrets know one. */
export const TOKEN_PREFIX = 'cft_';

/** A new secret that can be part of a URL. */
export function createSecret(): string {
	return randomBytes(SECRET_BYTES).toString('base64url');
}

/** What is kept of a secret. It has 256 random bits, so that nothing slower than a plain hash is needed. */
export function hashSecret(secret: string): string {
	return createHash('sha256').update(secret).digest('hex');
}

/** Compares hashes in a time that does not tell how far they agree. */
export function isSameHash(a: string, b: string): boolean {
	const [first, second] = [Buffer.from(a), Buffer.from(b)];
	return first.length === second.length && timingSafeEqual(first, second);
}
