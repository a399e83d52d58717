/** Records that are found at once at most. */
export const MOST_PLAIN = 1_024;

/** Where the cells of consecutive plain records are; overwritten by the next scan. */
export interface PlainRecords {
	/** `MOST_PLAIN` at most. */
	readonly count: number;
	/** [count + 1]; where each record starts, and where the one after the last does. */
	readonly starts: Int32Array;
	/** [columns, MOST_PLAIN, 2]; where each cell starts and ends, without its quotes; `""` ends before it starts. */
	readonly cells: Int32Array;
}

export interface PlainOptions {
	readonly columns: number;
	/** Bytes; -1 for none. */
	readonly delimiter: number;
	readonly quote: number;
	/** Within quotes; the quote itself where it is doubled. */
	readonly escape: number;
	readonly comment: number;
	/** Spaces and tabs before a field do not belong to it. */
	readonly skipInitialSpace: boolean;
	readonly maxRecordBytes: number;
}

/** From a cell to that of the next column. */
export const CELLS_STRIDE = 2 * MOST_PLAIN;

const LF = 10;
const CR = 13;
const SPACE = 32;
const TAB = 9;
const DELETE = 127;
const HIGH_BITS = 0x80808080 | 0;

/**
 * Finds plain records, from one that starts at `from` up to the first that is not plain or not whole. Plain is what
 * needs no care: as many fields as there are columns, no line breaks or escapes within quotes, nothing between a quote
 * and a delimiter, no comment. All else is left to `createRecordFramer` and `parseRecords`, which
 * agree with this on plain records.
 */
export function createPlainScanner(options: PlainOptions): (text: Uint8Array, from: number) => PlainRecords {
	const { columns, delimiter, quote, escape: sign, comment, skipInitialSpace, maxRecordBytes } = options;
	/** No byte above it ends a field. */
	const lastSpecial = Math.max(delimiter, CR);
	const above = Math.imul(lastSpecial + 1, 0x01010101);
	const cells = new Int32Array(columns * CELLS_STRIDE);
	const starts = new Int32Array(MOST_PLAIN + 1);

	return (text, from) => {
		const { length } = text;
		const view = new DataView(text.buffer, text.byteOffset, length);
		const lastWord = length - 3;
		let count = 0;
		let at = from;
		starts[0] = from;
		records: while (count < MOST_PLAIN && at < length && text[at] !== comment) {
			const recordStart = at;
			let byte = 0;
			for (let column = 0, cell = 2 * count; ; column++, cell += CELLS_STRIDE) {
				if (column === columns) break records;
				byte = text[at] as number;
				if (skipInitialSpace) {
					while ((byte === SPACE || byte === TAB) && ++at < length) byte = text[at] as number;
					// The parser takes other blanks for spaces, too.
					if (byte >= DELETE || (byte < SPACE && byte !== LF && byte !== CR && byte !== delimiter)) break records;
				}
				if (at >= length) break records;
				if (byte === quote) {
					const start = at + 1;
					do {
						if (++at >= length) break records;
						byte = text[at] as number;
					} while (byte !== quote && byte !== sign && byte !== LF && byte !== CR);
					const isEmpty = at === start;
					if (byte !== quote || at + 1 === length || (isEmpty && columns === 1)) break records;
					cells[cell] = start;
					cells[cell + 1] = isEmpty ? start - 1 : at;
					byte = text[++at] as number;
					if (byte !== delimiter && byte !== LF && byte !== CR) break records;
				} else {
					cells[cell] = at;
					while (byte > lastSpecial || (byte !== delimiter && byte !== LF && byte !== CR)) {
						at++;
						while (at < lastWord) {
							const word = view.getInt32(at, true);
							const hits = (word - above) & ~word & HIGH_BITS;
							if (hits !== 0) {
								// The lowest hit is a true one.
								at += (31 - Math.clz32(hits & -hits)) >> 3;
								break;
							}
							at += 4;
						}
						if (at >= length) break records;
						byte = text[at] as number;
					}
					cells[cell + 1] = at;
				}
				if (byte !== delimiter) {
					if (column + 1 < columns) break records;
					break;
				}
				at++;
			}
			// A line without any character is no record.
			if (columns === 1 && cells[2 * count] === cells[2 * count + 1]) break;
			if (at - recordStart > maxRecordBytes) break;
			at++;
			if (byte === CR) {
				if (at === length) break;
				if (text[at] === LF) at++;
			}
			starts[++count] = at;
		}
		return { count, starts, cells };
	};
}
