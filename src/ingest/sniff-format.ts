import { CounterfoilError } from '../contracts/errors.ts';
import { findEncoding } from './decode-text.ts';

export type SourceFormat = 'csv' | 'json-lines' | 'json-array' | 'arrow-file' | 'arrow-stream' | 'parquet';

/** Formats that are known but not read, told by their first bytes. */
const FOREIGN_FORMATS: readonly { readonly magic: string; readonly name: string; readonly hint: string }[] = [
	{ magic: 'FEA1', name: 'Feather version 1', hint: 'Write it as Arrow IPC (Feather version 2).' },
	{ magic: 'ORC', name: 'ORC', hint: 'Convert it to CSV or Arrow.' },
	{ magic: 'PK\x03\x04', name: 'ZIP or Excel', hint: 'Unpack it, or save the sheet as CSV.' },
	{ magic: '\xd0\xcf\x11\xe0', name: 'Excel (xls)', hint: 'Save the sheet as CSV.' },
	{ magic: 'BZh', name: 'bzip2', hint: 'Decompress it first: bunzip2 -k FILE.' },
	{ magic: '\xfd7zXZ\0', name: 'xz', hint: 'Decompress it first: xz -dk FILE.' },
	{ magic: 'SQLite format 3\0', name: 'SQLite', hint: 'Export a table: sqlite3 -csv -header FILE "SELECT * FROM t".' },
	{ magic: '%PDF', name: 'PDF', hint: 'Name a CSV, JSON Lines, Parquet or Arrow file.' },
];

/**
 * Tells the format by the first bytes, never by the name alone.
 *
 * @param isTextNamed whether the user named an encoding, so that it has to be text.
 * @param isDelimited whether the user named a delimiter, so that it is no JSON.
 * @throws INPUT_NOT_READABLE for formats that are recognised but not read, CSV_UNREADABLE for binary content.
 */
export function sniffFormat(head: Buffer, path: string, isTextNamed: boolean, isDelimited = false): SourceFormat {
	const start = head.toString('latin1', 0, 16);
	if (start.startsWith('ARROW1')) return 'arrow-file';
	if (start.startsWith('PAR1') || start.startsWith('PARE')) return 'parquet';
	if (isArrowStream(head)) return 'arrow-stream';
	for (const { magic, name, hint } of FOREIGN_FORMATS) {
		if (start.startsWith(magic)) {
			throw new CounterfoilError('INPUT_NOT_READABLE', `The input is ${name}, which is not read.`, {
				where: path,
				hint,
			});
		}
	}
	const json = isDelimited ? null : sniffJson(head, path);
	if (json !== null) return json;
	if (!isDelimited) refuseMarkup(head, path);
	if (!isTextNamed) requireText(head, path);
	return 'csv';
}

/** What is downloaded instead of a table is often a page that asks for a password. */
function refuseMarkup(head: Buffer, path: string): void {
	const match = /^\ufeff?\s*<(?:(!doctype html|html)\b|\?xml\s)/i.exec(head.toString('utf8', 0, 512));
	if (match === null) return;
	const isPage = match[1] !== undefined;
	throw new CounterfoilError(
		'INPUT_NOT_READABLE',
		`The input is ${isPage ? 'a web page' : 'XML'}, which is not read.`,
		{
			where: path,
			hint: isPage
				? 'Look at it: it may ask to log in, or tell of an error. Name the table itself.'
				: 'Save it as CSV.',
		},
	);
}

/** A header does not begin like an object, whatever the file is called. */
function sniffJson(head: Buffer, path: string): 'json-lines' | 'json-array' | null {
	const start = head.toString('utf8', 0, 4_096).replace(/^\ufeff/, '');
	const isNamed = /\.(json|jsonl|ndjson)(\.(gz|zst))?$/i.test(path) && /^\s*[[{]/.test(start);
	if (!isNamed && !/^\s*(?:\[\s*)?\{\s*(?:"|\}\s*(?:$|[,\]]))/.test(start)) return null;
	const isLines = /\.(jsonl|ndjson)(\.(gz|zst))?$/i.test(path);
	return !isLines && /^\s*\[/.test(start) ? 'json-array' : 'json-lines';
}

/**
 * A stream starts with a message: a continuation marker (absent before Arrow 0.15) and the length of
 * its metadata, whose upper bytes are zero. Text has no NUL there.
 */
function isArrowStream(head: Buffer): boolean {
	if (head.length < 8) return false;
	if (head.readInt32LE(0) === -1) return true;
	const length = head.readInt32LE(0);
	return (
		length > 0 &&
		length < 2 ** 16 &&
		length % 4 === 0 &&
		head.length >= 12 &&
		head.readInt32LE(4) < 64 &&
		head.readInt32LE(4) > 0
	);
}

/** Refuses binary content: more than 5 % control characters. UTF-16 is half NUL, so it has to say that it is. */
function requireText(head: Buffer, path: string): void {
	if (findEncoding(head.subarray(0, 4_096), false).encoding.startsWith('utf-16')) return;
	let controls = 0;
	for (const byte of head) if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13) controls++;
	if (controls <= Math.max(8, 0.05 * head.length)) return;
	throw new CounterfoilError('CSV_UNREADABLE', 'The input is not text: it has many control characters.', {
		where: path,
		hint: 'Name a CSV, TSV, JSON Lines, Parquet or Arrow file. If it is UTF-16 without a byte order mark, name the encoding.',
	});
}
