import { CounterfoilError } from '../contracts/errors.ts';
import { decodeText, findEncoding, resolveEncoding } from './decode-text.ts';
import {
	createRecordFramer,
	type FramedRecords,
	RECORD_OK,
	RECORD_TOO_LONG,
	RECORD_UNCLOSED,
} from './frame-records.ts';
import { parseRecords } from './parse-records.ts';
import { repairNames } from './repair-names.ts';
import { createRepairLog, type Dialect, type OpenTableOptions, type RepairLog } from './table-source.ts';

/** A dialect, the columns, and where the rows start. */
export interface FoundTable {
	readonly dialect: Dialect;
	readonly names: readonly string[];
	/** Bytes of the byte order mark. */
	readonly bomBytes: number;
	/** Bytes of UTF-8 text, without the mark, before the first record: the line `sep=;`. */
	readonly skipBytes: number;
	/** Records before the first row: preamble and header. */
	readonly skipRecords: number;
}

export const MAX_COLUMNS = 4_096;
/** As in DuckDB (`max_line_size`). */
export const MAX_RECORD_BYTES = 2 * 1024 * 1024;

const DELIMITERS = [',', ';', '\t', '|'];
const MAX_PREAMBLE_RECORDS = 50;
/** Cells of the sample that are looked at, so that wide tables stay cheap. */
const SAMPLE_CELLS = 20_000;

interface Sample {
	readonly text: Buffer;
	readonly isWhole: boolean;
	readonly quote: string | null;
	readonly maxRecordBytes: number;
}

/**
 * Finds how a text is delimited from its first bytes. Each delimiter is tried on whole records, quotes
 * honoured; the one whose records most consistently have the same number of fields wins.
 *
 * @throws TABLE_EMPTY, CSV_TOO_MANY_COLUMNS, CSV_FIELD_TOO_LONG, CSV_UNCLOSED_QUOTE, CSV_UNREADABLE for the
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
	const found = findEncoding(head, isHeadWhole);
	const encoding = options.encoding === undefined ? found.encoding : resolveEncoding(options.encoding);
	const bomBytes = encoding === found.encoding ? found.bomBytes : 0;
	if (found.isAssumed && options.encoding === undefined) {
		repairs.add('ENCODING_ASSUMED', 1, () => `The text is not UTF-8; it was read as ${encoding}.`);
	}
	const text = await decodeSample(head, isHeadWhole, encoding, bomBytes);
	const sepLine = /^sep=([^\r\n"])(\r\n|\n|\r)/i.exec(text.toString('latin1', 0, 16));
	const skipBytes = sepLine === null ? 0 : sepLine[0].length;
	const quote = options.quote === undefined ? '"' : options.quote;
	const sample: Sample = {
		text: text.subarray(skipBytes),
		isWhole: isHeadWhole,
		quote,
		maxRecordBytes: options.maxRecordBytes ?? MAX_RECORD_BYTES,
	};
	const delimiter = options.delimiter ?? sepLine?.[1] ?? findDelimiter(sample, path);
	const skipInitialSpace = options.skipInitialSpace ?? hasInitialSpaces(sample, delimiter);
	const records = frameSample(sample, delimiter, skipInitialSpace);
	const preamble = countPreamble(records);
	if (preamble > 0) {
		repairs.add('PREAMBLE_SKIPPED', preamble, (n) => `Lines before the header that are not part of the table: ${n}.`);
	}
	requireHeader(records, preamble, sample, path);
	const rows = parseSample(sample, records, preamble, delimiter, skipInitialSpace);
	const first = rows[0] ?? [];
	const maxColumns = options.maxColumns ?? MAX_COLUMNS;
	if (first.length > maxColumns) {
		throw new CounterfoilError(
			'CSV_TOO_MANY_COLUMNS',
			`The table has ${first.length} columns; the limit is ${maxColumns}.`,
			{ where: path, hint: 'Leave out columns that are not needed, or raise the limit.' },
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
	return { dialect: { encoding, delimiter, quote, skipInitialSpace, header }, names, bomBytes, skipBytes, skipRecords };
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

function frameSample(sample: Sample, delimiter: string, skipInitialSpace: boolean): FramedRecords {
	const framer = createRecordFramer({
		delimiter: delimiter.charCodeAt(0),
		quote: sample.quote === null ? -1 : sample.quote.charCodeAt(0),
		skipInitialSpace,
		maxRecordBytes: sample.maxRecordBytes,
	});
	return framer.frame(sample.text, sample.isWhole).records;
}

function findDelimiter(sample: Sample, path: string): string {
	const isTabFile = /\.(tsv|tab)(\.gz)?$/i.test(path);
	let best = isTabFile ? '\t' : ',';
	// What a table of one column would score, whatever the delimiter.
	let bestScore = 0.35;
	for (const delimiter of DELIMITERS) {
		const records = frameSample(sample, delimiter, true);
		const score = scoreConsistency(records) + (isTabFile && delimiter === '\t' ? 0.05 : 0);
		if (score > bestScore) {
			best = delimiter;
			bestScore = score;
		}
	}
	return best;
}

/** Share of records with the most frequent number of fields, if that is more than one and the header agrees. */
function scoreConsistency(records: FramedRecords): number {
	const start = countPreamble(records);
	const total = records.starts.length - start;
	if (total === 0) return 0;
	const { fields, count } = findMode(records, start);
	if (fields < 2) return 0;
	const first = records.fields[start] as number;
	// Without the delimiter in its header, a text that uses it is prose.
	const agreement = first === fields ? 1 : first === 1 ? 0.3 : 0.9;
	return (agreement * count) / total;
}

/** The most frequent number of fields; of two that are equally frequent the larger. */
function findMode(records: FramedRecords, from: number): { fields: number; count: number } {
	const counts = new Map<number, number>();
	for (let i = from; i < records.starts.length; i++) {
		if (records.states[i] !== RECORD_OK) continue;
		const fields = records.fields[i] as number;
		counts.set(fields, (counts.get(fields) ?? 0) + 1);
	}
	let mode = { fields: 0, count: 0 };
	for (const [fields, count] of counts) {
		if (count > mode.count || (count === mode.count && fields > mode.fields)) mode = { fields, count };
	}
	return mode;
}

/**
 * Leading records with at most half of the fields that most records have are a preamble (a title, a date)
 * and no header. A single field before records of two is one only if a blank line follows it: it may as well be
 * the header of a column of prose.
 */
function countPreamble(records: FramedRecords): number {
	const mode = findMode(records, 0);
	let leading = 0;
	while (leading < records.starts.length && (records.fields[leading] as number) * 2 <= mode.fields) leading++;
	if (leading === 0 || leading > MAX_PREAMBLE_RECORDS || records.fields[leading] !== mode.fields) return 0;
	if (mode.count * 2 <= records.starts.length - leading) return 0;
	const isSetOff = (records.lines[leading] as number) > (records.lines[leading - 1] as number) + 1;
	return mode.fields >= 3 || isSetOff ? leading : 0;
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
		throw new CounterfoilError('CSV_FIELD_TOO_LONG', 'The header does not end within the first 256 kB.', {
			where: `${path}:1`,
			hint: 'Check that the file is a table of text, and that quotes in its header are closed.',
		});
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
		throw new CounterfoilError('CSV_FIELD_TOO_LONG', `The header is longer than ${sample.maxRecordBytes} bytes.`, {
			where,
			hint: 'Raise the limit if the file is to be trusted.',
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

/** Well-formed records of the sample from the header on. */
function parseSample(
	sample: Sample,
	records: FramedRecords,
	from: number,
	delimiter: string,
	skipInitialSpace: boolean,
): string[][] {
	const picks: number[] = [];
	let cells = 0;
	for (let i = from; i < records.starts.length && cells < SAMPLE_CELLS; i++) {
		if (records.states[i] !== RECORD_OK) continue;
		picks.push(i);
		cells += records.fields[i] as number;
	}
	return parseRecords(sample.text, records, picks, { delimiter, quote: sample.quote, skipInitialSpace });
}

/** Whether at least 95 % of the fields after a delimiter start with a space ("39, State-gov, 77516"). */
function hasInitialSpaces(sample: Sample, delimiter: string): boolean {
	const rows = parseSample(sample, frameSample(sample, delimiter, true), 0, delimiter, false);
	let present = 0;
	let spaced = 0;
	for (const row of rows) {
		for (let i = 1; i < row.length; i++) {
			const field = row[i] as string;
			if (field === '') continue;
			present++;
			if (field.startsWith(' ')) spaced++;
		}
	}
	return present > 0 && spaced >= 0.95 * present;
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
