import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { CounterfoilError } from '../contracts/errors.ts';

export interface FoundEncoding {
	/** Label of the WHATWG encoding standard. */
	readonly encoding: string;
	/** Bytes of the byte order mark. */
	readonly bomBytes: number;
	/** False where the bytes said so, true where it is a guess. */
	readonly isAssumed: boolean;
}

/**
 * Finds the encoding from the first bytes: a byte order mark, else UTF-16 if every second byte is mostly 0, else UTF-8 if the bytes are valid (or more of
 * them are valid multi-byte characters than are not), else windows-1252, in which every byte has a meaning.
 */
export function findEncoding(head: Buffer, isWhole: boolean): FoundEncoding {
	if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf)
		return { encoding: 'utf-8', bomBytes: 3, isAssumed: false };
	if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', bomBytes: 2, isAssumed: false };
	if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', bomBytes: 2, isAssumed: false };
	const wide = findWideEncoding(head);
	if (wide !== null) return { encoding: wide, bomBytes: 0, isAssumed: true };
	const utf8 = { encoding: 'utf-8', bomBytes: 0, isAssumed: false };
	if (isUtf8(head)) return utf8;
	// A streaming decoder keeps a character that the end of the sample cuts in two.
	const text = new TextDecoder('utf-8').decode(head, { stream: !isWhole });
	let valid = 0;
	let invalid = 0;
	for (let i = 0; i < text.length; i++) {
		const unit = text.charCodeAt(i);
		if (unit === 0xfffd) invalid++;
		else if (unit > 0x7f) valid++;
	}
	return valid >= invalid ? utf8 : { encoding: 'windows-1252', bomBytes: 0, isAssumed: true };
}

/** UTF-16 without a mark: digits, delimiters and Latin letters have a byte 0, always on the same side. */
function findWideEncoding(head: Buffer): string | null {
	const pairs = Math.min(head.length, 4_096) >> 1;
	let highFirst = 0;
	let highLast = 0;
	for (let i = 0; i < pairs; i++) {
		const [first, second] = [head[2 * i] as number, head[2 * i + 1] as number];
		if (first === 0 && second !== 0) highFirst++;
		else if (second === 0 && first !== 0) highLast++;
	}
	if (pairs < 4 || Math.max(highFirst, highLast) < 0.6 * pairs) return null;
	return highFirst > 50 * highLast ? 'utf-16be' : highLast > 50 * highFirst ? 'utf-16le' : null;
}

/**
 * Turns the bytes of a file into pieces of UTF-8 without byte order mark. UTF-8 passes as it is; what is not
 * valid in it is left to whoever cuts it into records, so that only those are rejected.
 *
 * @throws CONFIG_INVALID for an encoding that TextDecoder does not know.
 */
export async function* decodeText(
	bytes: AsyncIterable<Buffer> | Iterable<Buffer>,
	encoding: string,
	bomBytes: number,
): AsyncGenerator<Buffer> {
	const decoder = encoding === 'utf-8' ? null : createDecoder(encoding);
	let skip = bomBytes;
	for await (const whole of bytes) {
		const piece = skip === 0 ? whole : whole.subarray(Math.min(skip, whole.length));
		skip -= whole.length - piece.length;
		if (piece.length === 0) continue;
		yield decoder === null ? piece : Buffer.from(decoder.decode(piece, { stream: true }));
	}
	if (decoder !== null) yield Buffer.from(decoder.decode());
}

/** The canonical label of an encoding. */
export function resolveEncoding(label: string): string {
	return createDecoder(label).encoding;
}

function createDecoder(encoding: string): TextDecoder {
	try {
		return new TextDecoder(encoding, { ignoreBOM: true });
	} catch (error) {
		throw new CounterfoilError('CONFIG_INVALID', `The encoding "${encoding}" is not known.`, {
			hint: 'Use utf-8, utf-16le, utf-16be, windows-1252 or another label of the WHATWG encoding standard.',
			cause: error,
		});
	}
}

/** Bytes of the file per UTF-16 code unit where that is fixed, else null. */
export function bytesPerCodeUnit(encoding: string): number | null {
	if (encoding === 'utf-16le' || encoding === 'utf-16be') return 2;
	return SINGLE_BYTE.test(encoding) ? 1 : null;
}

const SINGLE_BYTE = /^(windows-125\d|windows-874|iso-8859-\d+|koi8-[ru]|macintosh|x-mac-cyrillic|ibm866)$/;
