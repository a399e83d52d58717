import type { FileHandle } from 'node:fs/promises';

/** @throws RangeError where the file ends before. */
export async function readExactly(file: FileHandle, position: number, length: number): Promise<Buffer<ArrayBuffer>> {
	const bytes = Buffer.alloc(length);
	let done = 0;
	while (done < length) {
		const { bytesRead } = await file.read(bytes, done, length - done, position + done);
		if (bytesRead === 0) throw new RangeError('it ends early');
		done += bytesRead;
	}
	return bytes;
}
