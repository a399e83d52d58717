import type { ProposedRoles, TableAlert } from '../contracts/inspection.ts';
import type { ColumnProfile, TableProfile } from '../contracts/profile.ts';
import { DAY_MS } from './date-format.ts';
import { percent } from './percent.ts';
import type { PersonalKind } from './personal-data.ts';

/** Shares of the cells from which on something is told. */
const MANY_MISSING = 0.2;
const MOST_MISSING = 0.5;
const MANY_ZEROS = 0.5;
const ONE_LEVEL = 0.95;
/** Of a label the share of its rarest class below which it is told. */
const RARE_CLASS = 0.05;
const MANY_LEVELS = 100;
/** How many times as far the upper percent reaches from the median as the lower one. */
const SKEW = 20;
/** How many times as far as the middle 98 % the extremes reach. */
const FAR_OUT = 20;
/** Share of numbers among words, and of words among numbers, from which on a column is of two types. */
const MIXED = 0.02;
/** Fewer rows tell nothing by shares and ranges. */
const LEAST_ROWS = 20;
/** Dates so far ahead are not the clock of another zone. */
const AHEAD_MS = 2 * DAY_MS;

export interface AlertEvidence {
	/** By column: what it says of people. */
	readonly personal: ReadonlyMap<string, PersonalKind>;
	/** By column: share of the present cells that are numbers. */
	readonly numberShare: ReadonlyMap<string, number>;
	readonly proposed: ProposedRoles;
	/** Columns that are named as entities: their many values are what makes them one. */
	readonly entities: readonly string[];
	/** Milliseconds since 1970 UTC. */
	readonly nowMs: number;
}

/** What is worth knowing of the columns of a table before a model is trained on it, most serious first. */
export function findAlerts({ columns }: TableProfile, evidence: AlertEvidence): TableAlert[] {
	return sortAlerts(
		columns.flatMap((column) => [
			...personalAlert(column, evidence),
			...cellAlerts(column, evidence),
			...(column.numbers === undefined ? [] : numberAlerts(column, evidence)),
			...levelAlerts(column, evidence),
		]),
	);
}

/** Warnings first; within a level in the order of the kinds, then of the columns. */
export function sortAlerts(alerts: readonly TableAlert[]): TableAlert[] {
	const rank = (alert: TableAlert) => (alert.level === 'warning' ? 0 : 100) + ORDER.indexOf(alert.kind);
	return [...alerts].sort((a, b) => rank(a) - rank(b));
}

const ORDER: readonly TableAlert['kind'][] = [
	'label-unread',
	'leakage',
	'personal-data',
	'duplicate-rows',
	'mixed-types',
	'infinite',
	'future-dates',
	'missing',
	'imbalance',
	'likely-key',
	'outliers',
	'skewed',
	'zeros',
	'high-cardinality',
	'constant',
];

type Found = Omit<TableAlert, 'column'>;

function alertsOf(column: ColumnProfile, found: readonly (Found | false)[]): TableAlert[] {
	return found.flatMap((alert) => (alert === false ? [] : [{ column: column.name, ...alert }]));
}

/** Names of whoever acts are worth more than levels: each has a past. */
function manyLevels(column: ColumnProfile): string {
	const isEntity = /(^|[_\s])(id|key)$/i.test(column.name.replace(/([a-z])([A-Z])/g, '$1_$2'));
	return isEntity
		? `--entity ${quoteName(column.name)} scores each record against its own past, or ${ignore(column)}`
		: `${ignore(column)} if they are names`;
}

function ignore({ name }: ColumnProfile): string {
	return `--ignore ${quoteName(name)}`;
}

/** A name as it is typed in a shell, commas kept together. */
export function quoteName(name: string): string {
	const escaped = name.replaceAll(',', '\\,');
	return /^[\w.@%+-]+$/.test(escaped) ? escaped : `'${escaped.replaceAll("'", `'\\''`)}'`;
}

function personalAlert(column: ColumnProfile, { personal }: AlertEvidence): TableAlert[] {
	const kind = personal.get(column.name);
	if (kind === undefined) return [];
	const isLearnt = column.role === 'feature' && column.kind !== 'key' && column.kind !== 'text';
	return alertsOf(column, [
		{
			kind: 'personal-data',
			level: isLearnt ? 'warning' : 'note',
			message: `Looks like personal data (${kind}); its values are not shown.`,
			remedy: isLearnt ? `${ignore(column)} keeps it out of models and generated rows` : null,
		},
	]);
}

function cellAlerts(column: ColumnProfile, { numberShare }: AlertEvidence): TableAlert[] {
	const { kind, missing, rows, role } = column;
	const missingShare = rows === 0 ? 0 : missing / rows;
	const numbers = numberShare.get(column.name) ?? 0;
	const isWords = kind === 'categorical' || kind === 'text' || kind === 'key';
	return alertsOf(column, [
		kind === 'constant' && {
			kind: 'constant',
			level: 'note',
			message: missing === rows ? 'Every cell is missing.' : 'Every row has the same value.',
			remedy: null,
		},
		kind !== 'constant' &&
			missingShare >= MANY_MISSING && {
				kind: 'missing',
				level: missingShare >= MOST_MISSING ? 'warning' : 'note',
				message: `${percent(missingShare)} of the cells are missing; that a cell is missing is learnt too.`,
				remedy: missingShare >= MOST_MISSING && role === 'feature' ? `${ignore(column)} if that means nothing` : null,
			},
		isWords &&
			numbers >= MIXED &&
			numbers <= 1 - MIXED && {
				kind: 'mixed-types',
				level: 'warning',
				message: `${percent(numbers)} of the values are numbers, the others are not.`,
				remedy: 'check the column: decimal signs, units, shifted cells',
			},
	]);
}

function numberAlerts(column: ColumnProfile, { nowMs }: AlertEvidence): TableAlert[] {
	const { kind, numbers, rows, missing, levels } = column;
	if (numbers === undefined) return [];
	const { quantiles, min, max, infinite } = numbers;
	const [low, middle, high] = [1, 50, 99].map((at) => quantiles[at] as number) as [number, number, number];
	if (kind === 'datetime') {
		return alertsOf(column, [
			max > nowMs + AHEAD_MS && {
				kind: 'future-dates',
				level: 'warning',
				message: `Holds dates in the future${high > nowMs + AHEAD_MS ? ', more than 1 % of them' : ''}.`,
				remedy: 'check the order of day and month, and values such as 9999-12-31 that stand for none',
			},
		]);
	}
	const zeros = levels.find(({ level }) => Number(level) === 0)?.count ?? 0;
	const isEnough = rows - missing >= LEAST_ROWS;
	const zeroShare = isEnough ? zeros / (rows - missing) : 0;
	const reach = Math.max(max - high, low - min);
	const isFarOut = isEnough && high > low && reach > FAR_OUT * (high - low);
	const isSkewed =
		isEnough && zeroShare < MANY_ZEROS && high - middle > SKEW * Math.max(middle - low, 0) && high > middle;
	return alertsOf(column, [
		infinite > 0 && {
			kind: 'infinite',
			level: 'warning',
			message: `${infinite === 1 ? '1 cell is infinite and' : `${infinite} cells are infinite and`} read as the largest or smallest finite value.`,
			remedy: 'write them as missing, or as what they mean',
		},
		isFarOut && {
			kind: 'outliers',
			level: 'note',
			message: `A few values lie ${Math.round(reach / (high - low))} times as far out as the middle 98 % spread.`,
			remedy: null,
		},
		zeroShare >= MANY_ZEROS && {
			kind: 'zeros',
			level: 'note',
			message: `${percent(zeroShare)} of the values are 0.`,
			remedy: null,
		},
		isSkewed &&
			!isFarOut && {
				kind: 'skewed',
				level: 'note',
				message: 'Skewed: the highest values lie far above the others.',
				remedy: null,
			},
	]);
}

function levelAlerts(column: ColumnProfile, { proposed, personal, entities }: AlertEvidence): TableAlert[] {
	const { kind, distinct, levels, rows, missing, role, name } = column;
	const present = rows - missing;
	const top = (levels[0]?.count ?? 0) / Math.max(1, present);
	const isLabel = role === 'label' || (proposed.label === name && role === 'feature');
	const rarest = (levels.at(-1)?.count ?? 0) / Math.max(1, present);
	const isEntity = entities.includes(name);
	const isFew = present >= LEAST_ROWS && (kind === 'boolean' || kind === 'categorical');
	return alertsOf(column, [
		kind === 'key' &&
			role !== 'key' &&
			!personal.has(name) && {
				kind: 'likely-key',
				level: 'note',
				message: 'Values differ from row to row: it names records and is not learnt from.',
				remedy: proposed.key === name ? `--key ${quoteName(name)} keeps its values as names of the records` : null,
			},
		isFew &&
			distinct > 1 &&
			isLabel &&
			rarest < RARE_CLASS && {
				kind: 'imbalance',
				level: 'note',
				message: `Its rarest value has ${percent(rarest)} of the rows.`,
				remedy: null,
			},
		isFew &&
			distinct > 1 &&
			!isLabel &&
			top >= ONE_LEVEL && {
				kind: 'imbalance',
				level: 'note',
				message: `One value has ${percent(top)} of the cells.`,
				remedy: null,
			},
		kind === 'categorical' &&
			distinct > MANY_LEVELS &&
			!isEntity && {
				kind: 'high-cardinality',
				level: 'note',
				message: `${distinct} different values, many of them too rare to learn from.`,
				remedy: role === 'feature' ? manyLevels(column) : null,
			},
		kind === 'text' &&
			role !== 'label' &&
			!isEntity &&
			!personal.has(name) && {
				kind: 'high-cardinality',
				level: 'note',
				message: 'Free text, or too many different values; it is not learnt from.',
				remedy: null,
			},
	]);
}
