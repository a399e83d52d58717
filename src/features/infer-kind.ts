import type { ColumnKind, LevelCount } from '../contracts/profile.ts';
import type { RowOrder } from './column-tally.ts';
import { dateFormatOf, EPOCH_MILLISECONDS, EPOCH_SECONDS } from './date-format.ts';
import type { DateEvidence, TextEvidence } from './text-evidence.ts';

/** What is known of a column when its kind is decided. */
export interface ColumnEvidence {
	readonly name: string;
	readonly rows: number;
	readonly evidence: TextEvidence;
	/** Distinct values after trimming, spellings of missing left out; the frequent ones only if not `exact`. */
	readonly levels: readonly LevelCount[];
	readonly distinct: number;
	readonly exact: boolean;
	/** Share of cells with a value of their own, judged on the cells that were counted exactly. */
	readonly distinctShare: number;
	readonly order: RowOrder;
}

export interface KindVerdict {
	readonly kind: ColumnKind;
	/** Why, in words for the user. */
	readonly note?: string;
	readonly dateFormat?: string;
}

/** Share of present cells that must be readable for a column to be numbers or dates. */
const READABLE = 0.99;
/** Share of distinct cells that makes a key, and the rows it takes to tell. */
const KEY_SHARE = 0.999;
const KEY_ROWS = 50;
const MAX_CATEGORIES = 10_000;
/** Leading zeros or oversized integers in more cells than this: the column is names, not numbers. */
const ODD_INTEGERS = 0.001;

const BOOLEAN_PAIRS = ['false true', 'no yes', 'f t', 'n y', '0 1'];
const KEY_NAME = /(?:^|[^a-z])(?:id|uuid|guid|key|number|nr|no|ref|reference|serial|index)s?$/i;
const ENTITY_NAME = /(?:^|[^a-z])(?:id|uuid|guid|key)$/i;
const EPOCH_NAME = /(?:^|[^a-z])(?:timestamp|time|epoch|unix|unixtime|ts|date|datetime|at)(?:$|[^a-z])/i;

/** `customerId` and `customer_id` alike end in the word `id`. */
function words(name: string): string {
	return name.trim().replace(/([a-z0-9])([A-Z])/g, '$1_$2');
}

/** The rules, in the order in which they are tried. */
export function inferKind(column: ColumnEvidence): KindVerdict {
	return (
		constantVerdict(column) ??
		booleanVerdict(column) ??
		dateVerdict(column) ??
		keyVerdict(column) ??
		numberVerdict(column) ??
		wordVerdict(column)
	);
}

function constantVerdict({ evidence, distinct, rows }: ColumnEvidence): KindVerdict | null {
	if (evidence.present === 0) return { kind: 'constant', note: 'Every cell is missing.' };
	if (distinct !== 1) return null;
	if (evidence.present === rows) return { kind: 'constant', note: 'Every row has the same value.' };
	return { kind: 'categorical', note: 'One value or nothing: whether it is filled in is what is learnt.' };
}

function booleanVerdict({ levels, exact }: ColumnEvidence): KindVerdict | null {
	if (!exact || levels.length > 8) return null;
	const folded = [...new Set(levels.map(({ level }) => level.trim().toLowerCase()))].sort();
	return BOOLEAN_PAIRS.includes(folded.join(' ')) ? { kind: 'boolean' } : null;
}

/** The date order that the most cells can be read in; day before month where nothing tells them apart. */
export function bestDates(evidence: TextEvidence): DateEvidence | null {
	let best: DateEvidence | null = null;
	for (const dates of evidence.dates) {
		if (best === null || dates.instants.count > best.instants.count) best = dates;
	}
	return best;
}

function dateVerdict({ name, evidence }: ColumnEvidence): KindVerdict | null {
	const best = bestDates(evidence);
	if (best !== null && best.instants.count >= READABLE * evidence.present) {
		const dateFormat = dateFormatOf(best.order, new Map(best.styles));
		const unreadable = evidence.present - best.instants.count;
		const notes: string[] = [];
		const rivals = evidence.dates.filter((dates) => dates.instants.count === best.instants.count);
		if (rivals.length > 1) notes.push(`Day and month cannot be told apart; read as ${best.order}.`);
		if (unreadable > 0) notes.push(`${unreadable} cells are not dates of this format and are read as missing.`);
		return { kind: 'datetime', dateFormat, ...(notes.length === 0 ? {} : { note: notes.join(' ') }) };
	}
	const dateFormat = epochFormat(name, evidence);
	if (dateFormat === null) return null;
	return { kind: 'datetime', dateFormat, note: `Read as ${dateFormat} because of its name and its range.` };
}

/** Whole numbers that name and range (2001 to 2100) together make an instant. */
export function epochFormat(name: string, evidence: TextEvidence): string | null {
	const { numbers } = evidence;
	if (!EPOCH_NAME.test(words(name)) || numbers.count < READABLE * evidence.present) return null;
	for (const [format, unit] of [
		[EPOCH_SECONDS, 1],
		[EPOCH_MILLISECONDS, 1000],
	] as const) {
		if (numbers.min >= 1e9 * unit && numbers.max <= 4_102_444_800 * unit) return format;
	}
	return null;
}

function isNumeric({ evidence }: ColumnEvidence): boolean {
	const { present, numbers, infinite, leadingZeros, unsafeIntegers } = evidence;
	if (numbers.count === 0 || numbers.count + infinite < READABLE * present) return false;
	return leadingZeros <= ODD_INTEGERS * present && unsafeIntegers <= ODD_INTEGERS * present;
}

function keyVerdict(column: ColumnEvidence): KindVerdict | null {
	const { name, evidence, distinctShare, order } = column;
	const { present, numbers, integers } = evidence;
	if (present < KEY_ROWS || distinctShare < KEY_SHARE) return null;
	const left = 'it identifies rows and is left out of training.';
	if (isNumeric(column)) {
		if (integers + evidence.infinite < present || evidence.infinite > 0) return null;
		if (KEY_NAME.test(words(name)))
			return { kind: 'key', note: `All values differ and the name is that of a key: ${left}` };
		if (order.increasing) return { kind: 'key', note: `Whole numbers that grow from row to row: ${left}` };
		if (numbers.max - numbers.min < 1.1 * present)
			return { kind: 'key', note: `Consecutive whole numbers, each once: ${left}` };
		return null;
	}
	if (numbers.count >= READABLE * present && integers < present) return null;
	if (evidence.spaced > 0.01 * present || evidence.maxLength > 128) return null;
	return { kind: 'key', note: `${distinctShare === 1 ? 'All' : 'Nearly all'} values differ: ${left}` };
}

function numberVerdict(column: ColumnEvidence): KindVerdict | null {
	if (!isNumeric(column)) return null;
	const { name, evidence, distinct, exact } = column;
	const { present, numbers, integers, infinite } = evidence;
	const isInteger = integers === numbers.count;
	if (isInteger && ENTITY_NAME.test(words(name)) && distinct > 1 && distinct <= present / 2) {
		if (exact && distinct <= MAX_CATEGORIES) {
			return { kind: 'categorical', note: 'The name is that of an identifier, so its numbers are read as names.' };
		}
		return { kind: 'key', note: 'An identifier with too many different values to learn from; left out of training.' };
	}
	const notes: string[] = [];
	const unreadable = present - numbers.count - infinite;
	if (unreadable > 0) notes.push(`${unreadable} cells are not numbers and are read as missing.`);
	if (infinite > 0) notes.push(`${infinite} infinite cells are read as the largest or smallest finite value.`);
	return { kind: isInteger ? 'integer' : 'numeric', ...(notes.length === 0 ? {} : { note: notes.join(' ') }) };
}

function wordVerdict(column: ColumnEvidence): KindVerdict {
	const { evidence, distinct, exact } = column;
	const { present, leadingZeros, unsafeIntegers } = evidence;
	let note = '';
	if (leadingZeros > ODD_INTEGERS * present) note = 'Numbers with leading zeros are names, not quantities.';
	else if (unsafeIntegers > ODD_INTEGERS * present) note = 'Whole numbers beyond 2^53 are names, not quantities.';
	const repeats = present / distinct;
	const few = distinct <= 50 || distinct <= 0.05 * present || (evidence.maxLength <= 64 && repeats >= 4);
	if (exact && few && repeats >= 2 && distinct <= MAX_CATEGORIES) {
		return { kind: 'categorical', ...(note === '' ? {} : { note }) };
	}
	const why =
		evidence.maxLength > 64 || evidence.spaced > 0.5 * present
			? 'Free text is left out of training.'
			: `${distinct} different values in ${present} cells are too many to learn from; left out of training.`;
	return { kind: 'text', note: note === '' ? why : `${note} ${why}` };
}
