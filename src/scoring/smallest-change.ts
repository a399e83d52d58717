import {
	type CategoricalFeature,
	type CategoricalSpec,
	type FeatureSpec,
	type FeatureTable,
	MISSING_LEVEL,
	type NumericSpec,
} from '../contracts/features.ts';
import { pickRows } from '../features/pick-rows.ts';
import { SEVERITY_THRESHOLDS } from './options.ts';
import { quote } from './reason-words.ts';
import { type CellValue, type ChangeReason, formatNumber } from './reasons.ts';
import type { Scorer } from './scorer.ts';

/** Values that are changed at most. */
const MOST_CHANGES = 3;
/** Values that are tried: those that add most to the surprise. */
const MOST_TRIED = 5;
const LEVELS_TRIED = 3;
/** From here on a row counts as unusual. */
const NORMAL_BELOW = SEVERITY_THRESHOLDS.medium;

export interface RowsToChange {
	readonly table: FeatureTable;
	/** [rows, features]: parts of the surprise, as `Scorer.score` splits it. */
	readonly contributions: Float64Array;
	/** [rows]: share of the training rows that are less surprising. */
	readonly score: Float64Array;
	/** [rows] */
	readonly surprise: Float64Array;
	/** The values of a row as they are to be shown, one per feature. */
	values(position: number): readonly CellValue[];
}

/**
 * The fewest values that would have to be others for a row to be a normal one (a counterfactual explanation: Wachter,
 * Mittelstadt and Russell 2018), found greedily: of the values that add most to the surprise, each is replaced by a few
 * usual ones, the replacement that takes most off is kept, and so on until the row is not among the highest 5 % any
 * more, or three values are changed; then each comes as near to what it was as the row stays normal. What a value makes of the past of an entity (how far it is from
 * a habit) becomes usual together with it.
 *
 * @returns per row; null for rows that are normal as they are
 */
export function findSmallestChanges(
	scorer: Pick<Scorer, 'score' | 'specs'>,
	{ table, contributions, score, surprise, values }: RowsToChange,
): (ChangeReason | null)[] {
	const { specs } = scorer;
	const units = listUnits(specs);
	const rows: ChangedRow[] = [];
	for (let row = 0; row < table.rows; row++) {
		if ((score[row] as number) < NORMAL_BELOW) continue;
		const adds = ({ features }: Unit) =>
			features.reduce((sum, feature) => sum + (contributions[row * specs.length + feature] as number), 0);
		const tried = units
			.map((unit) => ({ unit, sum: adds(unit) }))
			.filter(({ unit, sum }) => sum > 0 && usualValues(specs, table, row, unit).length > 0)
			.sort((a, b) => b.sum - a.sum)
			.slice(0, MOST_TRIED);
		rows.push({
			row,
			open: tried.map(({ unit }) => unit),
			kept: [],
			score: score[row] as number,
			surprise: surprise[row] as number,
		});
	}
	for (let change = 0; change < MOST_CHANGES; change++) {
		const open = rows.filter((row) => row.score >= NORMAL_BELOW && row.open.length > 0);
		if (open.length > 0) keepBest(scorer, table, open);
	}
	for (let change = 0; change < MOST_CHANGES; change++) {
		const normal = rows.filter((row) => row.score < NORMAL_BELOW && row.kept.length > change);
		if (normal.length > 0) comeNearer(scorer, table, normal, change);
	}
	const found = new Array<ChangeReason | null>(table.rows).fill(null);
	for (const { row, kept, score: reached } of rows) {
		if (kept.length > 0) found[row] = describeChange(specs, kept, values(row), reached);
	}
	return found;
}

/** Features that change together: one with a value of its own, and what follows from it. */
interface Unit {
	readonly features: readonly number[];
	/** The one that is named; of a past alone, its first. */
	readonly named: number;
}

/** A level code or a number, by feature. */
type Values = ReadonlyMap<number, number>;

interface Replacement {
	readonly unit: Unit;
	readonly values: Values;
}

interface ChangedRow {
	readonly row: number;
	/** What may still be replaced. */
	open: readonly Unit[];
	kept: readonly Replacement[];
	score: number;
	surprise: number;
}

function listUnits(specs: readonly FeatureSpec[]): Unit[] {
	const scored = specs.flatMap((spec, index) => (spec.scored ? [{ spec, index }] : []));
	const units: Unit[] = [];
	for (const column of new Set(scored.map(({ spec }) => spec.column))) {
		const own = scored.filter(({ spec }) => spec.column === column);
		const plain = own.filter(({ spec }) => spec.part !== 'history');
		if (plain.length < own.length) {
			const named = (plain[0] ?? own[0])?.index as number;
			units.push({ features: own.map(({ index }) => index), named });
		} else units.push(...plain.map(({ index }) => ({ features: [index], named: index })));
	}
	return units;
}

/** Replaces the value that takes most off, of every one that is open, in each of some rows. */
function keepBest(scorer: Pick<Scorer, 'score' | 'specs'>, table: FeatureTable, rows: readonly ChangedRow[]): void {
	const tried = tryOut(
		scorer,
		table,
		rows,
		(row) => row.open,
		(row) => row.kept,
	);
	for (const row of rows) {
		const own = tried.filter((one) => one.row === row);
		const best = own.reduce((least, one) => (one.surprise < least.surprise ? one : least));
		// Beyond all training rows every score is 1: the surprise tells whether anything helped.
		if (!(best.surprise < row.surprise)) {
			row.open = [];
			continue;
		}
		row.kept = [...row.kept, best.replacement];
		row.open = row.open.filter((unit) => unit !== best.replacement.unit);
		row.score = best.score;
		row.surprise = best.surprise;
	}
}

/** Puts in place of a kept value the one nearest to what the row had that is enough, too. */
function comeNearer(
	scorer: Pick<Scorer, 'score' | 'specs'>,
	table: FeatureTable,
	rows: readonly ChangedRow[],
	change: number,
): void {
	const others = (row: ChangedRow) => row.kept.filter((_, at) => at !== change);
	const tried = tryOut(scorer, table, rows, (row) => [(row.kept[change] as Replacement).unit], others);
	for (const row of rows) {
		const enough = tried.find((one) => one.row === row && one.score < NORMAL_BELOW);
		if (enough === undefined) continue;
		row.kept = row.kept.map((one, at) => (at === change ? enough.replacement : one));
		row.score = enough.score;
	}
}

interface Tried {
	readonly row: ChangedRow;
	readonly replacement: Replacement;
	readonly score: number;
	readonly surprise: number;
}

/** Scores rows with every usual value of some units, and with what is replaced already, in one go. */
function tryOut(
	scorer: Pick<Scorer, 'score' | 'specs'>,
	table: FeatureTable,
	rows: readonly ChangedRow[],
	unitsOf: (row: ChangedRow) => readonly Unit[],
	replacedIn: (row: ChangedRow) => readonly Replacement[],
): Tried[] {
	const tries = rows.flatMap((row) =>
		unitsOf(row).flatMap((unit) =>
			usualValues(scorer.specs, table, row.row, unit).map((values) => ({ row, replacement: { unit, values } })),
		),
	);
	const changed = pickRows(
		table,
		Int32Array.from(tries, ({ row }) => row.row),
	);
	for (const [at, { row, replacement }] of tries.entries()) {
		for (const { values } of [...replacedIn(row), replacement]) {
			for (const [feature, value] of values) writeCell(changed, feature, at, value);
		}
	}
	const { score, surprise } = scorer.score(changed);
	return tries.map((one, at) => ({ ...one, score: score[at] as number, surprise: surprise[at] as number }));
}

function writeCell(table: FeatureTable, feature: number, row: number, value: number): void {
	const column = table.columns[feature];
	if (column?.type === 'categorical') column.codes[row] = value;
	else if (column !== undefined) column.values[row] = value;
}

/** What a unit may become, the nearest to what it is first. */
function usualValues(specs: readonly FeatureSpec[], table: FeatureTable, row: number, unit: Unit): Values[] {
	const rest = unit.features.filter((feature) => feature !== unit.named);
	const usual = rest.map((feature) => [feature, usualValue(specs[feature] as FeatureSpec)] as const);
	const spec = specs[unit.named] as FeatureSpec;
	const column = table.columns[unit.named];
	const options =
		spec.type === 'categorical'
			? usualLevels(spec).filter((code) => code !== (column as CategoricalFeature).codes[row])
			: usualNumbers(spec, column?.type === 'numeric' ? (column.values[row] as number) : Number.NaN);
	return options.map((value) => new Map([[unit.named, value], ...usual]));
}

function usualValue(spec: FeatureSpec): number {
	if (spec.type === 'categorical') return usualLevels(spec)[0] ?? MISSING_LEVEL;
	return spec.quantiles[50] ?? Number.NaN;
}

function usualLevels({ counts }: CategoricalSpec): number[] {
	return Array.from(counts, (count, code) => ({ count, code }))
		.filter(({ count }) => count > 0)
		.sort((a, b) => b.count - a.count)
		.slice(0, LEVELS_TRIED)
		.map(({ code }) => code);
}

function usualNumbers(spec: NumericSpec, own: number): number[] {
	const { quantiles, period, part } = spec;
	const pick = (at: readonly number[]) => at.flatMap((percent) => quantiles[percent] ?? []);
	const found = part === 'history' ? pick([50]) : pick(period === undefined ? [5, 25, 50, 75, 95] : [25, 50, 75]);
	const round = (value: number) => (spec.decimals > 4 ? value : Number(value.toFixed(spec.decimals)));
	const apart = (value: number) => (Number.isNaN(own) ? 0 : Math.abs(value - own));
	return [...new Set(found.map(round))].filter((value) => value !== own).sort((a, b) => apart(a) - apart(b));
}

function describeChange(
	specs: readonly FeatureSpec[],
	kept: readonly Replacement[],
	values: readonly CellValue[],
	score: number,
): ChangeReason {
	const said = kept.map(({ unit, values: replaced }) => {
		const spec = specs[unit.named] as FeatureSpec;
		if (spec.part === 'history') return `an unremarkable past of ${spec.column}`;
		const to = replaced.get(unit.named) as number;
		const follows = unit.features.length > 1 ? ' (and what the past makes of it)' : '';
		return `${spec.name} ${showValue(spec, to)} instead of ${showCell(values[unit.named] ?? null)}${follows}`;
	});
	const share = `more surprising than ${Number((100 * score).toPrecision(3))} % of the training rows`;
	const all = said.length > 2 ? `${said.slice(0, -1).join(', ')} and ${said.at(-1)}` : said.join(' and ');
	return {
		kind: 'change',
		column: null,
		contribution: 0,
		features: kept.map(({ unit }) => (specs[unit.named] as FeatureSpec).name),
		score: Number(score.toPrecision(4)),
		text: score < NORMAL_BELOW ? `With ${all} it would be normal (${share})` : `Even with ${all} it would be ${share}`,
	};
}

function showValue(spec: FeatureSpec, value: number): string {
	return spec.type === 'categorical' ? quote(spec.levels[value] ?? null) : formatNumber(spec, value);
}

function showCell(value: CellValue): string {
	return value === null ? 'a missing one' : quote(value);
}
