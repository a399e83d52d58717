import { type FeatureColumn, type FeatureTable, MISSING_LEVEL } from '../../src/contracts/features.ts';
import type { Random } from '../../src/contracts/random.ts';

/** A feature and the one or two that it is compared with. */
export type Family = readonly [number, number] | readonly [number, number, number];

const BINS = 5;
const MOST_LEVELS = 12;
const MOST_ROWS = 2000;

/**
 * Maximum spanning trees of mutual information (Chow and Liu 1968), each of other rows. Of each tree the edges, a
 * feature and its parent; for triples with them the feature that, of those earlier in the tree, says most about it
 * beyond its parent.
 *
 * @param features at least two
 * @param rows to measure on
 * @returns `trees` times features - 1 of each; the second feature of a tree has one parent only.
 */
export function chooseColumns(
	table: FeatureTable,
	features: readonly number[],
	rows: Int32Array,
	trees: number,
	random: Random,
): { readonly pairs: Family[]; readonly triples: Family[] } {
	const pairs: Family[] = [];
	const triples: Family[] = [];
	for (let tree = 0; tree < trees; tree++) {
		const count = Math.min(MOST_ROWS, Math.ceil(rows.length / 2));
		const sample = random.sample(rows.length, count).map((at) => rows[at] as number);
		const binned = features.map((feature) => binColumn(table.columns[feature] as FeatureColumn, sample));
		const known = binned.map((a, i) => binned.slice(0, i).map((b) => mutualInformation(a, b)));
		const informationOf = (a: number, b: number) => known[Math.max(a, b)]?.[Math.min(a, b)] as number;
		const placed = [random.integer(features.length)];
		const open = new Set(features.keys());
		open.delete(placed[0] as number);
		while (open.size > 0) {
			const edges = [...open].flatMap((a) => placed.map((b) => [a, b] as const));
			const [next, parent] = highest(edges, ([a, b]) => informationOf(a, b));
			const own = [features[next] as number, features[parent] as number] as const;
			pairs.push(own);
			const others = placed.filter((one) => one !== parent);
			if (others.length === 0) triples.push(own);
			else {
				const together = (other: number) => join(binned[parent] as Binned, binned[other] as Binned);
				const other = highest(others, (one) => mutualInformation(binned[next] as Binned, together(one)));
				triples.push([...own, features[other] as number]);
			}
			open.delete(next);
			placed.push(next);
		}
	}
	return { pairs, triples };
}

function highest<Item>(items: readonly Item[], worth: (item: Item) => number): Item {
	const values = items.map(worth);
	return items[values.indexOf(Math.max(...values))] as Item;
}

interface Binned {
	readonly codes: Int32Array;
	readonly bins: number;
}

/** Fifths of the present numbers, or the most frequent levels and the rest; missing is a bin of its own. */
function binColumn(column: FeatureColumn, rows: Int32Array): Binned {
	if (column.type === 'categorical') {
		const codes = Int32Array.from(rows, (row) => {
			const code = column.codes[row] as number;
			return code === MISSING_LEVEL ? MOST_LEVELS + 1 : code < 0 ? MOST_LEVELS : Math.min(code, MOST_LEVELS);
		});
		return { codes, bins: MOST_LEVELS + 2 };
	}
	const values = Float64Array.from(rows, (row) => column.values[row] as number);
	const sorted = values.filter((value) => !Number.isNaN(value)).sort();
	const cuts = Array.from(
		{ length: BINS - 1 },
		(_, cut) => sorted[Math.floor(((cut + 1) * sorted.length) / BINS)] ?? 0,
	);
	const codes = Int32Array.from(values, (value) =>
		Number.isNaN(value) ? BINS : cuts.reduce((bin, cut) => bin + (value >= cut ? 1 : 0), 0),
	);
	return { codes, bins: BINS + 1 };
}

function join(a: Binned, b: Binned): Binned {
	return { codes: a.codes.map((code, row) => code * b.bins + (b.codes[row] as number)), bins: a.bins * b.bins };
}

/** In nats, less what chance alone brings to the occupied bins (Miller 1955). */
function mutualInformation(a: Binned, b: Binned): number {
	const n = a.codes.length;
	const counts = new Float64Array(a.bins * b.bins);
	const ofA = new Float64Array(a.bins);
	const ofB = new Float64Array(b.bins);
	for (let row = 0; row < n; row++) {
		const [i, j] = [a.codes[row] as number, b.codes[row] as number];
		counts[i * b.bins + j] = (counts[i * b.bins + j] as number) + 1;
		ofA[i] = (ofA[i] as number) + 1;
		ofB[j] = (ofB[j] as number) + 1;
	}
	let sum = 0;
	for (const [at, count] of counts.entries()) {
		if (count === 0) continue;
		const expected = ((ofA[Math.floor(at / b.bins)] as number) * (ofB[at % b.bins] as number)) / n;
		sum += (count / n) * Math.log(count / expected);
	}
	const occupied = (shares: Float64Array) => shares.reduce((total, count) => total + (count > 0 ? 1 : 0), 0);
	return sum - ((occupied(ofA) - 1) * (occupied(ofB) - 1)) / (2 * n);
}
