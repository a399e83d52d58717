import type { FramedRecords } from './frame-records.ts';
import { countPreamble, findMode, frameSample, type Layout, parseSample, type Sample } from './sample-text.ts';
import type { OpenTableOptions } from './table-source.ts';

const DELIMITERS = [',', ';', '\t', '|'];
/** What a table of one column would score, whatever the delimiter. */
const ONE_COLUMN = 0.35;

/** What was named by the user or by the file itself. */
export type NamedLayout = Pick<
	OpenTableOptions,
	'delimiter' | 'quote' | 'escape' | 'comment' | 'skipInitialSpace' | 'skipRows'
>;

/**
 * Finds how a text is cut into fields. Each delimiter is tried on whole records, quotes honoured, and the one
 * whose records most consistently have the same number of fields wins, as in DuckDB. Other quotes and escapes
 * than `"` and its doubling are tried only where the text shows them, and have to do better: a quote that is not
 * there explains any text (van den Burg, Nazabal and Sutton 2019 weigh the same by types of cells).
 */
export function findLayout(sample: Sample, path: string, named: NamedLayout): Layout {
	const comment = named.comment === undefined ? findComment(sample, named) : named.comment;
	let best: { layout: Layout; score: number } | null = null;
	for (const { isEvident, ...quoting } of quotings(sample, named)) {
		const found = findDelimiter(sample, path, { ...quoting, comment, skipInitialSpace: true }, named);
		// What the user or the text did not ask for has to explain more records.
		if (best === null || found.score > best.score + (isEvident ? -0.01 : 0.02)) best = found;
	}
	const { layout } = best as { layout: Layout };
	return { ...layout, skipInitialSpace: named.skipInitialSpace ?? hasInitialSpaces(sample, layout) };
}

interface Quoting {
	readonly quote: string | null;
	readonly escape: string | null;
	/** Whether it wins over those before it already when it does as well. */
	readonly isEvident: boolean;
}

/** The quotings to be tried, the usual one first. */
function quotings(sample: Sample, named: NamedLayout): Quoting[] {
	if (named.quote === null) return [{ quote: null, escape: null, isEvident: false }];
	const text = sample.text.toString('latin1');
	const quotes = named.quote === undefined ? ['"'] : [named.quote];
	const single = named.quote === undefined && countQuoted(text, '"') === 0 ? countQuoted(text, "'") : 0;
	if (single > 0) quotes.push("'");
	// In one line of two: a few cells may as well be words in quotation marks.
	const isUsual = 2 * single >= (text.match(/[^\r\n]+/g)?.length ?? 0);
	return quotes.flatMap((quote) => {
		const isEvident = quote === "'" && isUsual;
		if (named.escape !== undefined) return [{ quote, escape: named.escape, isEvident }];
		const doubled = { quote, escape: quote, isEvident };
		return text.includes(`\\${quote}`) ? [doubled, { quote, escape: '\\', isEvident }] : [doubled];
	});
}

/** Fields that begin and end with the quote. */
function countQuoted(text: string, quote: string): number {
	const field = new RegExp(`(?<=^|[,;\\t|\\r\\n])${quote}[^\\r\\n]*?${quote}(?=[,;\\t|\\r\\n]|$)`, 'g');
	return text.match(field)?.length ?? 0;
}

function findDelimiter(
	sample: Sample,
	path: string,
	rest: Omit<Layout, 'delimiter'>,
	named: NamedLayout,
): { layout: Layout; score: number } {
	const isTabFile = /\.(tsv|tab)(\.(gz|zst))?$/i.test(path);
	let best = { layout: { ...rest, delimiter: named.delimiter ?? (isTabFile ? '\t' : ',') }, score: ONE_COLUMN };
	for (const delimiter of named.delimiter === undefined ? DELIMITERS : [named.delimiter]) {
		const layout = { ...rest, delimiter };
		const score =
			scoreConsistency(frameSample(sample, layout), named.skipRows !== undefined) +
			(isTabFile && delimiter === '\t' ? 0.05 : 0);
		if (score > best.score) best = { layout, score };
	}
	return best;
}

/** Share of records with the most frequent number of fields, if that is more than one and the header agrees. */
function scoreConsistency(records: FramedRecords, isStartKnown: boolean): number {
	const start = isStartKnown ? 0 : countPreamble(records);
	const total = records.starts.length - start;
	if (total === 0) return 0;
	const { fields, count } = findMode(records, start);
	if (fields < 2) return 0;
	const first = records.fields[start] as number;
	// Without the delimiter in its header, a text that uses it is prose.
	const agreement = first === fields ? 1 : first === 1 ? 0.3 : 0.9;
	// What is taken for a title may be the header of another delimiter.
	return (agreement * count) / total - (start > 0 ? 0.05 : 0);
}

/**
 * `#`, where lines begin with it of which most do not have as many fields as the rows.
 */
function findComment(sample: Sample, named: NamedLayout): string | null {
	if (!/[\r\n]#/.test(sample.text.toString('latin1')) && sample.text[0] !== HASH) return null;
	const quote = named.quote === undefined ? '"' : named.quote;
	const parts = { quote, escape: named.escape ?? quote, skipInitialSpace: true };
	const without = findDelimiter(sample, '', { ...parts, comment: '#' }, named).layout;
	const records = frameSample(sample, { ...without, comment: null });
	const { fields } = findMode(frameSample(sample, without), 0);
	let comments = 0;
	for (let i = 0; i < records.starts.length; i++) {
		if (sample.text[records.starts[i] as number] !== HASH) continue;
		// A header may begin with it (`#id,name`), and so may cells (`#ff0000,red`).
		comments += records.fields[i] === fields ? -1 : 1;
	}
	return comments > 0 ? '#' : null;
}

const HASH = 35;

/** A share of them is known well enough. */
const ENOUGH_CELLS = 4_000;

/** Whether at least 95 % of the fields after a delimiter start with a space ("39, State-gov, 77516"). */
function hasInitialSpaces(sample: Sample, layout: Layout): boolean {
	const unspaced = { ...layout, skipInitialSpace: false };
	const rows = parseSample(sample, frameSample(sample, layout), 0, unspaced, ENOUGH_CELLS);
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
