import type { FeatureColumn, FeatureSpec, FeatureTable } from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import { roundWithin } from '../features/round-within.ts';

/** Rows that neighbours are looked for among at most: the search takes time by its square. */
const MAX_REFERENCES = 5000;

/**
 * New rows between rare rows and their neighbours: SMOTE, with levels SMOTE-NC (Chawla et al. 2002). Numbers lie at a
 * random point of the line between a row and one of its nearest neighbours; levels are those of most of its
 * neighbours. Numbers count in standard deviations, a different level as one of them, which is SMOTE-NC on
 * standardised numbers; a missing number is like a level of its own, and stays missing. Numbers are rounded as their
 * column is.
 *
 * @param rare the rare rows, at least one; each is the start of as many new rows as any other.
 * @param neighbours k of the paper. @default 5
 */
export function drawSmote(
	rare: FeatureTable,
	specs: readonly FeatureSpec[],
	count: number,
	random: Random,
	neighbours = 5,
): FeatureTable {
	const scale = rare.columns.map((column) => (column.type === 'numeric' ? inverseDeviation(column.values) : 1));
	const references =
		rare.rows > MAX_REFERENCES
			? random.fork('references').sample(rare.rows, MAX_REFERENCES)
			: Int32Array.from({ length: rare.rows }, (_, row) => row);
	const starts = drawStarts(rare.rows, count, random);
	const near = new Map<number, Int32Array>();
	const chosen = new Int32Array(count);
	const share = new Float64Array(count);
	const sets: Int32Array[] = [];
	for (let i = 0; i < count; i++) {
		const start = starts[i] as number;
		let own = near.get(start);
		if (own === undefined) {
			own = findNearest(rare, scale, references, start, neighbours);
			near.set(start, own);
		}
		sets.push(own);
		chosen[i] = own.length === 0 ? start : (own[random.integer(own.length)] as number);
		share[i] = random.uniform();
	}
	return {
		rows: count,
		columns: rare.columns.map((column, feature): FeatureColumn => {
			if (column.type === 'categorical') {
				return {
					type: 'categorical',
					codes: Int32Array.from(sets, (set, i) => mostFrequent(column.codes, set, starts[i] as number)),
				};
			}
			const values = Float64Array.from(chosen, (other, i) => {
				const from = column.values[starts[i] as number] as number;
				const to = column.values[other] as number;
				return Number.isNaN(to) ? from : from + (share[i] as number) * (to - from);
			});
			const spec = specs[feature];
			return { type: 'numeric', values: spec?.type === 'numeric' ? roundWithin(values, spec) : values };
		}),
	};
}

/** [count]; each row as often as any other, the rest at random. */
function drawStarts(rows: number, count: number, random: Random): Int32Array {
	const starts = new Int32Array(count);
	for (let at = 0; at < count; at += rows) starts.set(random.permutation(rows).subarray(0, count - at), at);
	return starts;
}

/** 1 / standard deviation; 0 where the column is constant. */
function inverseDeviation(values: Float64Array): number {
	let count = 0;
	let sum = 0;
	for (const value of values) {
		if (Number.isNaN(value)) continue;
		sum += value;
		count++;
	}
	let squares = 0;
	for (const value of values) if (!Number.isNaN(value)) squares += (value - sum / count) ** 2;
	return squares > 0 ? 1 / Math.sqrt(squares / count) : 0;
}

/** Up to `most` of the references nearest to the row, without itself, nearest first. */
function findNearest(
	table: FeatureTable,
	scale: readonly number[],
	references: Int32Array,
	row: number,
	most: number,
): Int32Array {
	const distances = new Float64Array(references.length);
	table.columns.forEach((column, feature) => {
		if (column.type === 'categorical') {
			const own = column.codes[row];
			for (let i = 0; i < references.length; i++) {
				if (column.codes[references[i] as number] !== own) distances[i] = (distances[i] as number) + 1;
			}
			return;
		}
		const own = column.values[row] as number;
		const unit = scale[feature] as number;
		for (let i = 0; i < references.length; i++) {
			const gap = ((column.values[references[i] as number] as number) - own) * unit;
			if (!Number.isNaN(gap)) distances[i] = (distances[i] as number) + gap * gap;
			else if (!(Number.isNaN(own) && Number.isNaN(column.values[references[i] as number]))) {
				distances[i] = (distances[i] as number) + 1;
			}
		}
	});
	const order: number[] = [];
	for (let i = 0; i < references.length; i++) {
		if (references[i] === row) continue;
		const distance = distances[i] as number;
		if (order.length === most && distance >= (distances[order[most - 1] as number] as number)) continue;
		let at = order.length;
		while (at > 0 && (distances[order[at - 1] as number] as number) > distance) at--;
		order.splice(at, 0, i);
		if (order.length > most) order.pop();
	}
	return Int32Array.from(order, (i) => references[i] as number);
}

/** The code that most of the rows have; of equally frequent ones the nearest row's. */
function mostFrequent(codes: Int32Array, rows: Int32Array, start: number): number {
	if (rows.length === 0) return codes[start] as number;
	let best = codes[rows[0] as number] as number;
	let most = 0;
	for (const row of rows) {
		let count = 0;
		for (const other of rows) if (codes[other] === codes[row]) count++;
		if (count <= most) continue;
		most = count;
		best = codes[row] as number;
	}
	return best;
}
