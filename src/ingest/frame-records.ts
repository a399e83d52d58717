/** How a record was found to be. */
export const RECORD_OK = 0;
/** Something other than a delimiter follows a closing quote. */
export const RECORD_BAD_QUOTE = 1;
/** A quote is opened and not closed before the end of the text or the longest record. */
export const RECORD_UNCLOSED = 2;
export const RECORD_TOO_LONG = 3;

export interface FrameOptions {
	/** Byte of the delimiter. */
	readonly delimiter: number;
	/** Byte of the quote; -1 for none. */
	readonly quote: number;
	/** Byte that takes its meaning from the character after it within quotes. @default the quote itself */
	readonly escape?: number;
	/** Byte at the start of a line that is a comment and no record. @default none */
	readonly comment?: number;
	/** Spaces and tabs before a field do not belong to it. */
	readonly skipInitialSpace: boolean;
	readonly maxRecordBytes: number;
}

/** Where the records of a piece of text are; parallel lists, one entry per record. */
export interface FramedRecords {
	readonly starts: number[];
	/** Without the line break. */
	readonly ends: number[];
	/** Line of the first byte, from 1. */
	readonly lines: number[];
	/** Fields, if the record is RECORD_OK. */
	readonly fields: number[];
	readonly states: number[];
	/** Indices, ascending, of the records that have a field written `""`. */
	readonly quotedEmpties: number[];
	/** Blank lines and comments that the framer had seen before the record. */
	readonly blankLines: number[];
	readonly commentLines: number[];
	/** Whether the line before is blank. */
	readonly isSetOff: boolean[];
}

/** What was counted so far. */
export interface LineCounts {
	/** Line of the next record, from 1. */
	readonly line: number;
	/** Lines without any character (or only spaces, if initial space is skipped). */
	readonly blankLines: number;
	readonly commentLines: number;
}

/** Cuts text into records, piece by piece. */
export interface RecordFramer {
	/**
	 * Finds the records that end within `text`; what follows the last one is to be the start of the next
	 * text. At the end everything left is a record.
	 *
	 * @param from place in the text to start at. @default 0
	 * @param most records to find. @default all
	 * @returns the records and the place up to which the text is done with.
	 */
	frame(text: Buffer, isEnd: boolean, from?: number, most?: number): { records: FramedRecords; consumed: number };
	/** Tells of records of one line each that somebody else has read. */
	pass(records: number): void;
	/** Whether the next text begins within a record, the rest of which is to be dropped. */
	isWithinRecord(): boolean;
	counts(): LineCounts;
}

const LF = 10;
const CR = 13;
const SPACE = 32;
const TAB = 9;

const START: LineCounts = { line: 1, blankLines: 0, commentLines: 0 };

/**
 * The grammar is RFC 4180 with every line break (CRLF, LF, CR, mixed). A quote opens a quoted field only at
 * its start; elsewhere it is a character like any other.
 *
 * A quote that is never closed would turn the rest of the text into one field. So where an opened quote runs
 * over line breaks and then ends badly (at the end of the text, beyond the longest record, or followed by
 * something other than a delimiter), only its first line is given up, and the lines after it are read anew.
 * The work spent on reading anew is bounded; beyond it quoted fields are not carried over line breaks.
 */
export function createRecordFramer(options: FrameOptions, begin: LineCounts = START): RecordFramer {
	const { delimiter, quote, skipInitialSpace, maxRecordBytes } = options;
	/** -1 where a quote is doubled. */
	const escapeByte = options.escape === undefined || options.escape === quote ? -1 : options.escape;
	const comment = options.comment ?? -1;
	let line = begin.line;
	let blanks = begin.blankLines;
	let comments = begin.commentLines;
	let isSetOff = false;
	/** Bytes to be dropped up to the next line break: the rest of a record that is too long. */
	let isSkipping = false;
	let rereadBudget = 64 * 1024 * 1024;

	// The outcome of the last scan; fields instead of an object per record.
	let end = 0;
	let next = 0;
	let fields = 0;
	let state = RECORD_OK;
	let lineBreaks = 0;
	let hasQuotedEmpty = false;

	/** Scans one record from `start`; false if its end is not in the text. */
	function scan(text: Buffer, start: number, isEnd: boolean): boolean {
		const length = text.length;
		const carriesQuotes = rereadBudget > 0;
		let i = start;
		let atFieldStart = true;
		fields = 1;
		state = RECORD_OK;
		lineBreaks = 0;
		hasQuotedEmpty = false;
		while (i < length) {
			const byte = text[i] as number;
			if (byte === delimiter) {
				fields++;
				atFieldStart = true;
				i++;
			} else if (byte === LF || byte === CR) {
				if (byte === CR && i + 1 === length && !isEnd) return false;
				end = i;
				next = byte === CR && text[i + 1] === LF ? i + 2 : i + 1;
				return true;
			} else if (byte === quote && atFieldStart) {
				let j = i + 1;
				for (; j < length; j++) {
					const inner = text[j] as number;
					if (inner === escapeByte) {
						const escaped = text[j + 1];
						if (escaped !== LF && escaped !== CR) j++;
					} else if (inner === quote) {
						if (escapeByte < 0 && text[j + 1] === quote) j++;
						else break;
					} else if (inner === LF || (inner === CR && text[j + 1] !== LF)) {
						if (!carriesQuotes) break;
						lineBreaks++;
					}
				}
				// The byte after the quote decides whether it closes.
				if (j + 1 >= length && !isEnd) return false;
				if (j >= length || text[j] !== quote) {
					state = RECORD_UNCLOSED;
					end = j;
					next = j;
					return true;
				}
				if (j === i + 1) hasQuotedEmpty = true;
				i = j + 1;
				atFieldStart = false;
				const after = text[i];
				if (i < length && after !== delimiter && after !== LF && after !== CR) state = RECORD_BAD_QUOTE;
			} else {
				if (!(skipInitialSpace && atFieldStart && (byte === SPACE || byte === TAB))) atFieldStart = false;
				i++;
			}
		}
		if (!isEnd) return false;
		end = length;
		next = length;
		return true;
	}

	function isBlank(text: Buffer, start: number, stop: number): boolean {
		if (start === stop) return true;
		if (!skipInitialSpace) return false;
		for (let i = start; i < stop; i++) if (text[i] !== SPACE && text[i] !== TAB) return false;
		return true;
	}

	/** Sets `end` and `next` to the first line break from `start`; false if there is none in the text. */
	function endAtLine(text: Buffer, start: number, isEnd: boolean): boolean {
		let i = start;
		while (i < text.length && text[i] !== LF && text[i] !== CR) i++;
		if (!isEnd && (i === text.length || (text[i] === CR && i + 1 === text.length))) return false;
		end = i;
		next = i === text.length ? i : text[i] === CR && text[i + 1] === LF ? i + 2 : i + 1;
		return true;
	}

	/** Gives up a record that cannot be read as it stands; `scannedTo` is how far it was followed. */
	function giveUp(text: Buffer, start: number, scannedTo: number, isEnd: boolean): void {
		lineBreaks = 0;
		if (!endAtLine(text, start, isEnd)) {
			state = RECORD_TOO_LONG;
			isSkipping = true;
			end = text.length;
			next = start + dropAllButCr(text.subarray(start));
			return;
		}
		// Its first line is short enough, so an opened quote led astray.
		state = end - start > maxRecordBytes ? RECORD_TOO_LONG : RECORD_UNCLOSED;
		rereadBudget -= Math.max(0, scannedTo - next);
	}

	return {
		frame(text, isEnd, from = 0, most = Number.POSITIVE_INFINITY) {
			const records = noRecords();
			let start = from;
			if (isSkipping) {
				if (!endAtLine(text, from, isEnd)) return { records, consumed: dropAllButCr(text) };
				isSkipping = false;
				start = next;
				line++;
			}
			while (start < text.length && records.starts.length < most) {
				if (text[start] === comment) {
					if (endAtLine(text, start, isEnd)) line++;
					else if (text.length - start <= maxRecordBytes) break;
					else {
						isSkipping = true;
						next = start + dropAllButCr(text.subarray(start));
					}
					comments++;
					isSetOff = false;
					start = next;
					continue;
				}
				const isFound = scan(text, start, isEnd);
				if (!isFound && text.length - start <= maxRecordBytes) break;
				const isAstray = state === RECORD_UNCLOSED || (state === RECORD_BAD_QUOTE && lineBreaks > 0);
				if (!isFound || isAstray || end - start > maxRecordBytes) {
					giveUp(text, start, isFound ? next : text.length, isEnd);
				} else if (isBlank(text, start, end)) {
					blanks++;
					line++;
					isSetOff = true;
					start = next;
					continue;
				}
				if (hasQuotedEmpty && state === RECORD_OK) records.quotedEmpties.push(records.starts.length);
				records.starts.push(start);
				// Of what is too long, as much as is there wherever the text is cut.
				records.ends.push(state === RECORD_TOO_LONG ? Math.min(end, start + maxRecordBytes) : end);
				records.lines.push(line);
				records.fields.push(fields);
				records.states.push(state);
				records.blankLines.push(blanks);
				records.commentLines.push(comments);
				records.isSetOff.push(isSetOff);
				isSetOff = false;
				if (!isSkipping) line += lineBreaks + 1;
				start = next;
			}
			rereadBudget += start - from;
			return { records, consumed: start };
		},
		pass(records) {
			line += records;
			isSetOff = false;
		},
		isWithinRecord: () => isSkipping,
		counts: () => ({ line, blankLines: blanks, commentLines: comments }),
	};
}

function noRecords(): FramedRecords {
	return {
		starts: [],
		ends: [],
		lines: [],
		fields: [],
		states: [],
		quotedEmpties: [],
		blankLines: [],
		commentLines: [],
		isSetOff: [],
	};
}

/** A CR at the end is kept: the LF that may follow it belongs to the same line break. */
function dropAllButCr(text: Buffer): number {
	return text[text.length - 1] === CR ? text.length - 1 : text.length;
}
