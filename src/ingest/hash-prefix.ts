import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { isObjectAddress } from '../contracts/object-address.ts';
import type { RemoteFiles } from '../contracts/remote-files.ts';

/** SHA-256 (hex) of the first bytes of a file; null if it cannot be read, another one if it is shorter. */
export async function hashPrefix(path: string, bytes: number, remote?: RemoteFiles): Promise<string | null> {
	const hash = createHash('sha256');
	if (bytes === 0) return hash.digest('hex');
	try {
		let left = bytes;
		for await (const piece of readFrom(path, bytes, remote)) {
			hash.update(piece.subarray(0, left));
			left -= piece.length;
			if (left <= 0) break;
		}
	} catch {
		return null;
	}
	return hash.digest('hex');
}

function readFrom(path: string, bytes: number, remote: RemoteFiles | undefined): AsyncIterable<Uint8Array> {
	if (remote !== undefined && isObjectAddress(path)) return remote.read(path);
	return createReadStream(path, { end: bytes - 1, highWaterMark: 256 * 1024 });
}
