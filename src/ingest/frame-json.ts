/** One value of a JSON text, as it lies in the file. */
export interface FramedValue {
	/** Its first bytes only where it is too long. */
	readonly bytes: Buffer;
	/** From 1. */
	readonly line: number;
	/** From 0. */
	readonly byteOffset: number;
	readonly problem: 'TOO_LONG' | 'UNCLOSED' | 'AFTER_END' | null;
}

export interface JsonFramer {
	/** The values that end in this piece; at the end, also what is left. */
	frame(piece: Buffer, isEnd: boolean): Generator<FramedValue>;
	blankLines(): number;
}

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/** JSON Lines: each line is a value, so that a bad one costs no other. */
export function createLineFramer(bomBytes: number, maxBytes: number): JsonFramer {
	let rest: Buffer = Buffer.alloc(0);
	let line = 1;
	let offset = bomBytes;
	let bytesToSkip = bomBytes;
	let blankLines = 0;
	/** The start of a line that is longer than the limit. */
	let longStart: Buffer | null = null;
	let longBytes = 0;

	function* endLine(bytes: Buffer, withNewline: number): Generator<FramedValue> {
		if (longStart !== null) yield { bytes: longStart, line, byteOffset: offset, problem: 'TOO_LONG' };
		else if (isBlank(bytes)) blankLines += withNewline;
		else yield { bytes, line, byteOffset: offset, problem: bytes.length > maxBytes ? 'TOO_LONG' : null };
		offset += longBytes + bytes.length + withNewline;
		line++;
		longStart = null;
		longBytes = 0;
	}

	return {
		*frame(piece, isEnd) {
			let text = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
			if (bytesToSkip > 0) {
				text = text.subarray(bytesToSkip);
				bytesToSkip = 0;
			}
			let from = 0;
			for (let to = text.indexOf(NEWLINE, from); to >= 0; to = text.indexOf(NEWLINE, from)) {
				yield* endLine(text.subarray(from, to), 1);
				from = to + 1;
			}
			rest = text.subarray(from);
			if (rest.length > maxBytes) {
				longStart ??= Buffer.from(rest);
				longBytes += rest.length;
				rest = Buffer.alloc(0);
			}
			if (isEnd && (rest.length > 0 || longStart !== null)) yield* endLine(rest, 0);
		},
		blankLines: () => blankLines,
	};
}

/** A JSON array: its elements, told apart by counting brackets outside of strings. */
export function createArrayFramer(bomBytes: number, maxBytes: number): JsonFramer {
	let position = 0;
	let line = 1;
	let depth = 0;
	let isInString = false;
	let isEscaped = false;
	let hasEnded = false;
	/** The element that is being read, without what is over the limit. */
	let parts: Buffer[] = [];
	let kept = 0;
	let isBlankSoFar = true;
	let isTooLong = false;
	let startLine = 1;
	let startOffset = 0;

	function keep(bytes: Buffer): void {
		const room = maxBytes + 1 - kept;
		if (bytes.length > room) isTooLong = true;
		if (room <= 0 || bytes.length === 0) return;
		// A copy, since what is not kept of the piece would stay in memory with it.
		parts.push(Buffer.from(bytes.subarray(0, room)));
		kept += Math.min(room, bytes.length);
	}

	function* end(problem: FramedValue['problem']): Generator<FramedValue> {
		const bytes = Buffer.concat(parts);
		if (!isBlankSoFar || problem === 'UNCLOSED') {
			const what = problem ?? (isTooLong ? 'TOO_LONG' : null);
			yield { bytes, line: startLine, byteOffset: startOffset, problem: what };
		}
		parts = [];
		kept = 0;
		isBlankSoFar = true;
		isTooLong = false;
	}

	return {
		*frame(piece, isEnd) {
			let from = 0;
			for (let i = 0; i < piece.length; i++, position++) {
				if (position < bomBytes) {
					from = i + 1;
					continue;
				}
				const byte = piece[i] as number;
				if (byte === NEWLINE) line++;
				if (isInString) {
					if (isEscaped) isEscaped = false;
					else if (byte === BACKSLASH) isEscaped = true;
					else if (byte === QUOTE) isInString = false;
					continue;
				}
				if (byte <= 0x20) {
					if (isBlankSoFar) from = i + 1;
					continue;
				}
				const isOpening = byte === 0x5b || byte === 0x7b;
				const isClosing = byte === 0x5d || byte === 0x7d;
				if (depth === 0 && !hasEnded && isOpening) {
					depth = 1;
					from = i + 1;
					continue;
				}
				if (depth === 1 && !hasEnded && (byte === COMMA || byte === 0x5d)) {
					keep(piece.subarray(from, i));
					yield* end(null);
					from = i + 1;
					if (byte === COMMA) continue;
					depth = 0;
					hasEnded = true;
					continue;
				}
				if (isBlankSoFar) {
					isBlankSoFar = false;
					startLine = line;
					startOffset = position;
				}
				if (byte === QUOTE) isInString = true;
				else if (isOpening) depth++;
				else if (isClosing) depth = Math.max(1, depth - 1);
			}
			if (!isBlankSoFar) keep(piece.subarray(from));
			if (isEnd) yield* end(hasEnded ? 'AFTER_END' : 'UNCLOSED');
		},
		blankLines: () => 0,
	};
}

function isBlank(bytes: Buffer): boolean {
	for (const byte of bytes) if (byte > 0x20) return false;
	return true;
}
