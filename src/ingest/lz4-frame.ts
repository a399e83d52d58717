/** What the headers of an LZ4 frame say. */
export interface Lz4Frame {
	/** Of the whole frame, compressed. */
	readonly bytes: number;
	/** The most that the content can be. */
	readonly mostContentBytes: number;
	/** The most that a block can hold. */
	readonly blockBytes: number;
}

/** A byte of LZ4 stands for at most 255. */
const MOST_PER_BYTE = 255;

/**
 * Walks over the headers of the blocks of an LZ4 frame without decompressing them
 * (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md).
 *
 * @throws RangeError where the frame is cut short or no frame.
 */
export function measureLz4Frame(frame: Uint8Array): Lz4Frame {
	const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
	if (view.getUint32(0, true) !== 0x184d2204) throw new RangeError('a buffer is not an LZ4 frame');
	const flags = view.getUint8(4);
	const sizeId = (view.getUint8(5) >> 4) & 7;
	if (flags >> 6 !== 1 || sizeId < 4) throw new RangeError('an LZ4 frame has a header that does not exist');
	const hasBlockChecksum = (flags & 16) !== 0;
	const hasContentSize = (flags & 8) !== 0;
	const hasContentChecksum = (flags & 4) !== 0;
	const hasDictionary = (flags & 1) !== 0;
	const blockBytes = 2 ** (8 + 2 * sizeId);
	let at = 7 + (hasContentSize ? 8 : 0) + (hasDictionary ? 4 : 0);
	let most = 0;
	for (;;) {
		const header = view.getUint32(at, true);
		at += 4;
		if (header === 0) break;
		const size = header & 0x7fffffff;
		const isPlain = header >= 0x80000000;
		if (size > blockBytes + blockBytes / 8) throw new RangeError('a block of an LZ4 frame is too long');
		most += isPlain ? size : Math.min(blockBytes, MOST_PER_BYTE * size);
		at += size + (hasBlockChecksum ? 4 : 0);
	}
	at += hasContentChecksum ? 4 : 0;
	if (at > frame.length) throw new RangeError('an LZ4 frame is cut short');
	return { bytes: at, mostContentBytes: most, blockBytes };
}
