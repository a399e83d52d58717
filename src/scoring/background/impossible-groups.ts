import type { FeatureColumn, FeatureSpec, FeatureTable } from '../../contracts/features.ts';
import { pickRows } from '../../features/pick-rows.ts';
import { GROUP_CANDIDATES, GROUP_SETS, sizeOf } from '../group-surprise.ts';
import type { Scorer } from '../scorer.ts';
import type { CountedValue, TrainingCounts } from './training-counts.ts';
import { createCounter, rowContents } from './training-counts.ts';
import { binValues, RARE_BIN, rangeAround, type ValueBins } from './value-bins.ts';

/** Values of a row that training rows do not have together, though each of them is common enough. */
export interface ImpossibleGroup {
	/** Two or three features and the bins of their values. */
	readonly values: readonly CountedValue[];
	/** Training rows other than the row itself: all, those that have all of the values, and how many would by chance. */
	readonly rows: number;
	readonly observed: number;
	readonly expected: number;
	/** What the discriminators hold against the values together, in nats. */
	readonly surprise: number;
	/** The row is one of the training rows. */
	readonly isOwn: boolean;
}

export interface GroupSearch {
	readonly table: FeatureTable;
	/** [rows]: row numbers in the table. */
	readonly rows: Int32Array;
	/** [rows, features]: the rows' full contributions and their marginal part. */
	readonly contributions: Float64Array;
	readonly marginal: Float64Array;
}

/** Chance alone leaves out a combination that is expected so often in fewer than one of a hundred tables. */
const LEAST_EXPECTED = 5;
/** Share of what is expected up to which a combination counts as not occurring. */
const MOST_OBSERVED = 0.2;
/** Nats that the discriminators must hold against a group. */
const LEAST_SURPRISE = 0.5;
/** Bins on either side of a number's own that may be taken in, so that enough rows are expected. */
const FARTHEST_REACH = 2;
const MOST_GROUPS = 2;

/**
 * The smallest groups of columns that carry what the discriminators hold against rows: those that they find less
 * likely together than apart, and that the training rows confirm by counts.
 *
 * @returns per row, the groups, most surprising first.
 */
export function findImpossibleGroups(
	scorer: Pick<Scorer, 'specs' | 'groupSurprise'>,
	counts: TrainingCounts,
	search: GroupSearch,
): ImpossibleGroup[][] {
	const { table, rows } = search;
	const { specs } = scorer;
	const candidates = new Int32Array(rows.length * GROUP_CANDIDATES).fill(-1);
	for (let position = 0; position < rows.length; position++) {
		candidates.set(mostDependent(specs, search, position), position * GROUP_CANDIDATES);
	}
	const surprises = scorer.groupSurprise(table, { rows, candidates });
	const countRows = createCounter(counts);
	const picked = pickRows(table, rows);
	const bins = counts.bins.map((featureBins, feature) =>
		featureBins === null ? null : binValues(featureBins, picked.columns[feature] as FeatureColumn),
	);
	const known = new Set(counts.contents);
	const contents = rowContents(picked, specs);
	return Array.from(rows, (_, position) => {
		const features = candidates.subarray(position * GROUP_CANDIDATES, (position + 1) * GROUP_CANDIDATES);
		const own = surprises.subarray(position * GROUP_SETS, (position + 1) * GROUP_SETS);
		const isOwn = known.has(contents[position] as number);
		return groupsOfRow(features, own, (feature) => bins[feature]?.[position] ?? RARE_BIN, counts, countRows, isOwn);
	});
}

/** The features with the largest dependence, those above 0 only. */
function mostDependent(
	specs: readonly FeatureSpec[],
	{ contributions, marginal }: GroupSearch,
	position: number,
): number[] {
	const start = position * specs.length;
	const dependence = (feature: number) =>
		(contributions[start + feature] as number) - (marginal[start + feature] as number);
	return specs
		.map((_, feature) => feature)
		.filter((feature) => dependence(feature) > 0)
		.sort((a, b) => dependence(b) - dependence(a) || a - b)
		.slice(0, GROUP_CANDIDATES);
}

function groupsOfRow(
	features: Int32Array,
	surprises: Float64Array,
	binOf: (feature: number) => number,
	counts: TrainingCounts,
	countRows: (values: readonly CountedValue[]) => number,
	isOwn: boolean,
): ImpossibleGroup[] {
	const found: (ImpossibleGroup & { readonly set: number })[] = [];
	const sets = Array.from(surprises.keys()).filter((set) => (surprises[set] as number) >= LEAST_SURPRISE);
	sets.sort((a, b) => sizeOf(a) - sizeOf(b) || (surprises[b] as number) - (surprises[a] as number));
	for (const set of sets) {
		const members = Array.from(features).filter((_, bit) => (set >> bit) & 1);
		if (members.some((feature) => binOf(feature) === RARE_BIN)) continue;
		// A group that holds a smaller one says no more than that.
		if (found.some((smaller) => (smaller.set & set) === smaller.set)) continue;
		for (let reach = 0; reach <= FARTHEST_REACH; reach++) {
			const values = members.map((feature) => ({
				feature,
				range: rangeAround(counts.bins[feature] as ValueBins, binOf(feature), reach),
			}));
			const expected = expectedRows(values, counts.rows, countRows);
			if (expected < LEAST_EXPECTED) continue;
			const observed = countRows(values) - (isOwn ? 1 : 0);
			if (observed <= MOST_OBSERVED * expected) {
				const rows = counts.rows - (isOwn ? 1 : 0);
				found.push({ set, values, rows, observed, expected, surprise: surprises[set] as number, isOwn });
			}
			break;
		}
	}
	return found
		.sort((a, b) => b.surprise - a.surprise)
		.slice(0, MOST_GROUPS)
		.map(({ set: _, ...group }) => group);
}

/** Rows of a pair if its values were independent; of three, the fewest if one were independent of the other two. */
function expectedRows(
	values: readonly CountedValue[],
	rows: number,
	countRows: (values: readonly CountedValue[]) => number,
): number {
	const splits = values.map((value) => countRows([value]) * countRows(values.filter((other) => other !== value)));
	return Math.min(...splits) / rows;
}
