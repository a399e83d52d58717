import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArrowTruth } from './arrow-truth.ts';
import type { FileOutcome } from './read-file.ts';

/** What another program read from a file, or why it did not. */
export type Golden =
	| { readonly names: readonly string[]; readonly rows: number; readonly sha256: string }
	| { readonly error: string };

/** Refusals that are ours: what pyarrow reads and we say we do not. */
const REFUSALS = new Set(['ARROW_UNREADABLE', 'PARQUET_UNREADABLE', 'TABLE_EMPTY']);

/**
 * Compares what became of a file with what is known of it.
 *
 * @returns 'equal', null where nothing more is known than that the file was handled well, or what is wrong.
 */
export function checkOutcome(
	name: string,
	outcome: FileOutcome,
	folder: string,
	golden: Golden | undefined,
): string | null {
	if (outcome.code === 'INTERNAL') return `a defect: ${outcome.message}`;
	if (outcome.total !== outcome.loaded + outcome.rejected) return 'rows are not accounted for';
	const [loaded, rejected] = outcome.counted;
	// What was read before a refusal is not kept.
	if (outcome.code === null && (loaded !== outcome.loaded || rejected !== outcome.rejected))
		return 'the counts are not those of the rows';
	if (name.startsWith('csv-spectrum/')) return checkSpectrum(name, outcome, folder);
	if (name.startsWith('hostile/')) return checkHostile(name.slice('hostile/'.length), outcome, folder);
	if (name.startsWith('big-list-of-naughty-strings/strings')) return checkStrings(outcome, folder);
	if (name.startsWith('arrow-testing/')) {
		const verdict = checkArrow(name, outcome, folder);
		if (verdict !== null) return verdict;
	}
	if (golden === undefined || 'error' in golden) return null;
	if (outcome.code !== null) return REFUSALS.has(outcome.code) ? null : `refused with ${outcome.code}`;
	if (outcome.sha256 !== golden.sha256 || outcome.loaded !== golden.rows) return 'other cells than pyarrow';
	return JSON.stringify(outcome.names) === JSON.stringify(golden.names) ? 'equal' : 'other names than pyarrow';
}

/**
 * Two files of csv-spectrum are not what their JSON says: that of location_coordinates is one object with another
 * telephone number, and newlines_crlf comes with its line ends turned into LF by some checkouts.
 */
export function checkSpectrum(name: string, outcome: FileOutcome, folder: string): string | null {
	const json = join(folder, name.replace('csvs/', 'json/').replace(/\.csv$/, '.json'));
	if (!name.endsWith('.csv') || !existsSync(json)) return null;
	const isOneObject = name.endsWith('location_coordinates.csv');
	const parsed: unknown = JSON.parse(readFileSync(json, 'utf8'));
	const expected = (isOneObject ? [parsed] : parsed) as Record<string, string>[];
	if (isOneObject) for (const row of expected) row['Contact Phone Number'] = '2095257564';
	const found = outcome.rows.map((row) => Object.fromEntries(outcome.names.map((column, i) => [column, row[i] ?? ''])));
	const toText = (rows: unknown): string =>
		JSON.stringify(rows).replaceAll(name.endsWith('newlines_crlf.csv') ? '\\r\\n' : '\r\n', '\\n');
	return toText(found) === toText(expected) ? 'equal' : 'other cells than its JSON';
}

/** Gold files of arrow-testing lie beside the JSON that they were made from. */
function checkArrow(name: string, outcome: FileOutcome, folder: string): string | null {
	const truth = outcome.code === null ? readArrowTruth(name, folder) : null;
	if (truth === null) return null;
	const hash = createHash('sha256');
	for (const row of truth.rows) hash.update(`${JSON.stringify(row)}\n`);
	if (hash.digest('hex') !== outcome.sha256) return 'other cells than its JSON';
	// Names that are taken are numbered.
	const isSame = truth.names.every((column, i) => truth.names.indexOf(column) < i || column === outcome.names[i]);
	return isSame ? 'equal' : 'other names than its JSON';
}

/** Rules of expected.json that are about reading; the others belong to exports, the report and the console. */
const RULES: Readonly<Record<string, (outcome: FileOutcome) => boolean>> = {
	'02_proto_headers.csv': ({ names }) => names.length === 7 && Object.keys(Object.prototype).length === 0,
	'03_duplicate_headers.csv': ({ names }) => new Set(names).size === 6,
	'06_nul_bytes.csv': ({ repairs, rejected }) => repairs.includes('NUL_REMOVED') || rejected > 0,
	'08_utf8_bom.csv': ({ names }) => names[0] === 'id',
	'14_big_ids.csv': ({ rows }) => rows.some((row) => row.some((cell) => /^0\d+$|^\d{17,}$/.test(cell ?? ''))),
	'17_preamble_footer.csv': ({ repairs }) => repairs.includes('PREAMBLE_SKIPPED'),
	'19_unclosed_quote.csv': ({ rejected, code }) => rejected > 0 || code !== null,
	'27_truncated.csv.gz': ({ code, message }) => code === 'INPUT_COMPRESSION_DAMAGED' && /cut short/.test(message),
	'28_trailing_garbage.csv.gz': ({ repairs }) => repairs.includes('TRAILING_BYTES_IGNORED'),
	'29_bad_crc.csv.gz': ({ code }) => code === 'INPUT_COMPRESSION_DAMAGED',
	'30_bomb.csv.gz': ({ code }) => code !== null,
};

function checkHostile(name: string, outcome: FileOutcome, folder: string): string | null {
	const file = join(folder, 'hostile/expected.json');
	const expected = (JSON.parse(readFileSync(file, 'utf8')) as Record<string, { rows?: number }>)[name];
	if (RULES[name]?.(outcome) === false) return 'its rule does not hold';
	const rows = expected?.rows;
	if (rows === undefined) return name in RULES ? 'equal' : null;
	if (rows === 0) return outcome.code === 'TABLE_EMPTY' ? 'equal' : 'it has rows';
	return outcome.loaded === rows && outcome.code === null ? 'equal' : `${outcome.loaded} rows instead of ${rows}`;
}

function checkStrings(outcome: FileOutcome, folder: string): string | null {
	const texts = JSON.parse(readFileSync(join(folder, 'big-list-of-naughty-strings/blns.json'), 'utf8')) as string[];
	if (outcome.loaded !== texts.length) return `${outcome.loaded} rows instead of ${texts.length}`;
	const isSame = outcome.rows.every((row, i) => (row[1] ?? '') === (texts[i] as string).replaceAll('\0', ''));
	return isSame ? 'equal' : 'other strings';
}
