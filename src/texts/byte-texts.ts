import { isAscii } from 'node:buffer';
import type { ByteTexts, TextCells } from '../contracts/table.ts';

/** All texts as strings. */
export function decodeTexts({ bytes, ends }: ByteTexts): string[] {
	const texts = new Array<string>(ends.length);
	const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
	// One conversion for all, where a byte is a character.
	const whole = isAscii(buffer) ? buffer.toString('latin1') : null;
	for (let i = 0, start = 0; i < ends.length; i++) {
		const end = ends[i] as number;
		texts[i] = whole === null ? buffer.toString('utf8', start, end) : whole.slice(start, end);
		start = end;
	}
	return texts;
}

/** The string that the bytes from `start` to `end` are. */
export function decodeText(bytes: Uint8Array, start: number, end: number): string {
	return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
}

/** Well-formed texts as bytes. */
export function encodeTexts(texts: readonly (string | null)[]): ByteTexts {
	const joined = texts.join('');
	const bytes = Buffer.from(joined);
	const isPlain = bytes.length === joined.length;
	const ends = new Int32Array(texts.length);
	for (let i = 0, end = 0; i < texts.length; i++) {
		const text = texts[i] ?? '';
		end += isPlain ? text.length : Buffer.byteLength(text);
		ends[i] = end;
	}
	return { bytes, ends };
}

/** The dictionary of text cells as bytes. */
export function byteTextsOf(cells: TextCells): ByteTexts {
	return cells.utf8 ?? encodeTexts(cells.dictionary);
}

/** Text cells whose dictionary is made of its bytes when it is first asked for. */
export function textCells(codes: Int32Array, utf8: ByteTexts): TextCells {
	let dictionary: string[] | null = null;
	return {
		type: 'text',
		codes,
		utf8,
		get dictionary() {
			dictionary ??= decodeTexts(utf8);
			return dictionary;
		},
	};
}
