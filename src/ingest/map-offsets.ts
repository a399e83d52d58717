import { bytesPerCodeUnit } from './decode-text.ts';

/** Maps positions in the UTF-8 text to bytes of the file. */
export interface OffsetMap {
	/** Positions of one text are to be asked for in ascending order. */
	at(text: Buffer, position: number): number;
	/** The next text starts at this position of the last one. */
	consume(text: Buffer, position: number): void;
}

/**
 * For encodings of fixed width the UTF-16 code units are counted; for the others, apart from UTF-8, the
 * offset is the one in the text after conversion to UTF-8.
 *
 * @param firstByte of the file that the first text starts at
 */
export function createOffsetMap(encoding: string, firstByte: number): OffsetMap {
	const width = bytesPerCodeUnit(encoding);
	let base = firstByte;
	let position = 0;
	let offset = 0;
	function at(text: Buffer, to: number): number {
		offset += width === null ? to - position : text.toString('utf8', position, to).length * width;
		position = to;
		return base + offset;
	}
	return {
		at,
		consume(text, to) {
			base = at(text, to);
			position = 0;
			offset = 0;
		},
	};
}
