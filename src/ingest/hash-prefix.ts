import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** SHA-256 (hex) of the first bytes of a file; null if it cannot be read, another one if it is shorter. */
export async function hashPrefix(path: string, bytes: number): Promise<string | null> {
	const hash = createHash('sha256');
	if (bytes === 0) return hash.digest('hex');
	try {
		for await (const piece of createReadStream(path, { end: bytes - 1, highWaterMark: 256 * 1024 })) hash.update(piece);
	} catch {
		return null;
	}
	return hash.digest('hex');
}
