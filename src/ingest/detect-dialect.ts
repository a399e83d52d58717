import { CounterfoilError } from '../contracts/errors.ts';
import { decodeText, findEncoding, resolveEncoding } from './decode-text.ts';
import { startsWithTotal } from './find-footer.ts';
import { findLayout } from './find-layout.ts';
import { type FramedRecords, RECORD_OK, RECORD_TOO_LONG, RECORD_UNCLOSED } from './frame-records.ts';
import { repairNames } from './repair-names.ts';
import { countPreamble, frameSample, parseSample, type Sample } from './sample-text.ts';
import { createRepairLog, type Dialect, type OpenTableOptions, type RepairLog } from './table-source.ts';

/** A dialect, the columns, and where the rows start. */
export interface FoundTable {
	readonly dialect: Dialect;
	readonly names: readonly string[];
	/** Bytes of the byte order mark. */
	readonly bomBytes: number;
	/** Bytes of UTF-8 text, without the mark, before the first record: the line `sep=;` and lines to be skipped. */
	readonly skipBytes: number;
	/** Line on which the text after them begins, from 1. */
	readonly firstLine: number;
	/** Records before the first row: preamble and header. */
	readonly skipRecords: number;
	/** Whether a last row that begins with a word such as `Total` is none. */
	readonly mayEndInTotal: boolean;
}

export const MAX_COLUMNS = 4_096;
/** As in DuckDB (`max_line_size`). */
export const MAX_RECORD_BYTES = 2 * 1024 * 1024;

/**
 * Finds from its first bytes how a text is encoded and cut into fields, where the table begins and whether it has
 * a header. What is named in the options is not looked for.
 *
 * @throws TABLE_EMPTY, CSV_TOO_MANY_COLUMNS, INPUT_HEADER_TOO_LONG, CSV_UNCLOSED_QUOTE, CSV_UNREADABLE for the
 * header, CONFIG_INVALID for an option.
 */
export async function detectDialect(
	head: Buffer,
	isHeadWhole: boolean,
	path: string,
	options: OpenTableOptions,
	repairs: RepairLog,
): Promise<FoundTable> {
	requireAsciiCharacter('delimiter', options.delimiter);
	requireAsciiCharacter('quote', options.quote ?? undefined);
	requireAsciiCharacter('escape', options.escape);
	requireAsciiCharacter('comment', options.comment ?? undefined);
	const found = findEncoding(head, isHeadWhole);
	const encoding = options.encoding === undefined ? found.encoding : resolveEncoding(options.encoding);
	const bomBytes = encoding === found.encoding ? found.bomBytes : 0;
	if (found.isAssumed && options.encoding === undefined) {
		repairs.add('ENCODING_ASSUMED', 1, () => `The text is not UTF-8; it was read as ${encoding}.`);
	}
	const text = await decodeSample(head, isHeadWhole, encoding, bomBytes);
	const sepLine = /^sep=([^\r\n"])(\r\n|\n|\r)/i.exec(text.toString('latin1', 0, 16));
	const sepBytes = sepLine === null ? 0 : sepLine[0].length;
	const skippedBytes = skipLines(text.subarray(sepBytes), options.skipRows ?? 0, isHeadWhole);
	const skipBytes = sepBytes + skippedBytes;
	const sample: Sample = {
		text: text.subarray(skipBytes),
		isWhole: isHeadWhole,
		maxRecordBytes: options.maxRecordBytes ?? MAX_RECORD_BYTES,
	};
	const delimiter = options.delimiter ?? sepLine?.[1];
	const layout = findLayout(sample, path, { ...options, ...(delimiter === undefined ? {} : { delimiter }) });
	const records = frameSample(sample, layout);
	const preamble = options.skipRows === undefined ? countPreamble(records) : 0;
	if (preamble + (options.skipRows ?? 0) > 0) {
		repairs.add(
			'PREAMBLE_SKIPPED',
			preamble + (options.skipRows ?? 0),
			(n) => `Lines before the header that are not part of the table: ${n}.`,
		);
	}
	requireHeader(records, preamble, sample, path);
	const rows = parseSample(sample, records, preamble, layout);
	const first = rows[0] ?? [];
	const maxColumns = options.maxColumns ?? MAX_COLUMNS;
	if (first.length > maxColumns) {
		throw new CounterfoilError(
			'CSV_TOO_MANY_COLUMNS',
			`The table has ${first.length} columns; the limit is ${maxColumns}.`,
			{ where: path, hint: 'Leave out columns that are not needed, or allow more with --limit columns=10000.' },
		);
	}
	const header = options.header ?? !looksLikeData(rows);
	const names = repairNames(header ? first : first.map(() => ''), header ? repairs : createRepairLog());
	const skipRecords = preamble + (header ? 1 : 0);
	if (isHeadWhole && records.starts.length <= skipRecords) {
		throw new CounterfoilError('TABLE_EMPTY', 'The file has a header and no rows.', {
			where: path,
			hint: 'If its first line is a row and not a header, say so with --no-header.',
		});
	}
	return {
		dialect: { encoding, ...layout, header },
		names,
		bomBytes,
		skipBytes,
		firstLine: 1 + (sepLine === null ? 0 : 1) + (options.skipRows ?? 0),
		skipRecords,
		mayEndInTotal: !rows.slice(0, isHeadWhole ? -1 : undefined).some(startsWithTotal),
	};
}

/** Bytes of the first lines of a text. @throws CONFIG_INVALID if there are not so many */
function skipLines(text: Buffer, lines: number, isWhole: boolean): number {
	let at = 0;
	for (let line = 0; line < lines; line++) {
		const [lf, cr] = [text.indexOf(10, at), text.indexOf(13, at)];
		const end = lf < 0 ? cr : cr < 0 ? lf : Math.min(lf, cr);
		if (end < 0) {
			throw new CounterfoilError('CONFIG_INVALID', `There are no ${lines} lines to skip before the table.`, {
				where: '--skip-rows',
				hint: isWhole ? 'Give a smaller number.' : 'They have to be within the first 256 kB of the file.',
			});
		}
		at = text[end] === 13 && text[end + 1] === 10 ? end + 2 : end + 1;
	}
	return at;
}

/** Delimiter and quote are single ASCII characters, so that they are single bytes in UTF-8 and never part of another. */
function requireAsciiCharacter(name: string, value: string | undefined): void {
	if (value === undefined || /^[^\r\n\0\u0080-\uffff]$/.test(value)) return;
	throw new CounterfoilError('CONFIG_INVALID', `The ${name} has to be one ASCII character.`, {
		hint: `Give one character, e.g. --${name} ";".`,
	});
}

async function decodeSample(head: Buffer, isWhole: boolean, encoding: string, bomBytes: number): Promise<Buffer> {
	const pieces: Buffer[] = [];
	for await (const piece of decodeText([head], encoding, bomBytes)) pieces.push(piece);
	const text = Buffer.concat(pieces);
	if (isWhole) return text;
	// The last line of a sample may end within a character; it is not looked at.
	const lastBreak = Math.max(text.lastIndexOf(10), text.lastIndexOf(13));
	return lastBreak < 0 ? text : text.subarray(0, lastBreak + 1);
}

function requireHeader(records: FramedRecords, preamble: number, sample: Sample, path: string): void {
	const state = records.states[preamble];
	if (state === undefined) {
		if (sample.isWhole || sample.text.length === 0) {
			throw new CounterfoilError('TABLE_EMPTY', 'The file is empty or has only blank lines.', {
				where: path,
				hint: 'Name a file with a header and rows.',
			});
		}
		throw new CounterfoilError(
			'INPUT_HEADER_TOO_LONG',
			`The header does not end within the first ${sample.text.length} bytes.`,
			{
				where: `${path}:1`,
				hint: 'Check that the file is a table of text, and that quotes in its header are closed; else --limit header=1MiB.',
			},
		);
	}
	if (state === RECORD_OK) return;
	const where = `${path}:${records.lines[preamble]}`;
	if (state === RECORD_UNCLOSED) {
		throw new CounterfoilError('CSV_UNCLOSED_QUOTE', 'A quote in the header is not closed.', {
			where,
			hint: 'Close it, or read quotes as ordinary characters.',
		});
	}
	if (state === RECORD_TOO_LONG) {
		throw new CounterfoilError('INPUT_HEADER_TOO_LONG', `The header is longer than ${sample.maxRecordBytes} bytes.`, {
			where,
			hint: 'If the file is to be trusted, allow more with --limit record=8MiB.',
		});
	}
	throw new CounterfoilError(
		'CSV_UNREADABLE',
		'A quoted name in the header is followed by something other than a delimiter.',
		{
			where,
			hint: 'Double the quotes within quoted names.',
		},
	);
}

const NUMBER = /^\s*[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?\s*$/;
const DATE = /^\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T]\d{1,2}:\d{2}(:\d{2})?.*)?\s*$/;

/**
 * Whether the first row is data: where the other rows are numbers (or dates) throughout, it is one too. A
 * single column with a word above its numbers is enough for a header. Without other rows, all of it has to
 * be numbers.
 */
function looksLikeData(rows: readonly string[][]): boolean {
	const [first, ...rest] = rows;
	if (first === undefined) return false;
	let evidence = 0;
	for (let column = 0; column < first.length; column++) {
		const cell = first[column] as string;
		const body = rest.map((row) => row[column] ?? '').filter((text) => text.trim() !== '');
		const pattern = [NUMBER, DATE].find((candidate) =>
			body.length > 0 ? body.every((text) => candidate.test(text)) : rest.length === 0 && candidate.test(cell),
		);
		if (pattern === undefined) {
			if (rest.length === 0) return false;
			continue;
		}
		if (cell.trim() === '') continue;
		if (!pattern.test(cell)) return false;
		evidence++;
	}
	return evidence > 0;
}
