import type { FeatureColumn, FeatureSpec, FeatureTable } from '../../contracts/features.ts';
import type { Random } from '../../contracts/random.ts';
import { hashRows } from '../row-hash.ts';
import { type BinRange, binValues, fitValueBins, isInRange, type ValueBins } from './value-bins.ts';

/** Training rows by which combinations of values are counted, a byte per value. */
export interface TrainingCounts {
	/** All the training rows, or a sample of them. */
	readonly rows: number;
	/** Whether these are all the rows that the score was fitted on. */
	readonly isComplete: boolean;
	/** One per feature; null for features that are not scored. */
	readonly bins: readonly (ValueBins | null)[];
	/** [features, rows] */
	readonly codes: Uint8Array;
	/** [rows]: what tells the content of each row, so that a training row is not counted against itself. */
	readonly contents: Float64Array;
}

const MOST_ROWS = 50_000;
const MOST_CELLS = 4e6;

export function fitTrainingCounts(table: FeatureTable, specs: readonly FeatureSpec[], random: Random): TrainingCounts {
	const rows = Math.min(table.rows, MOST_ROWS, Math.max(1000, Math.floor(MOST_CELLS / specs.length)));
	const picked = rows < table.rows ? random.sample(table.rows, rows).sort() : null;
	const codes = new Uint8Array(specs.length * rows);
	const bins = specs.map((spec, index) => {
		if (!spec.scored) return null;
		const column = table.columns[index] as FeatureColumn;
		const fitted = fitValueBins(spec, column);
		const all = binValues(fitted, column);
		codes.set(picked === null ? all : Uint8Array.from(picked, (row) => all[row] as number), index * rows);
		return fitted;
	});
	const all = rowContents(table, specs);
	const contents = picked === null ? all : Float64Array.from(picked, (row) => all[row] as number);
	return { rows, isComplete: picked === null, bins, codes, contents };
}

/** A number for the content of each row, 53 bits of its hash, [rows]. */
export function rowContents(table: FeatureTable, specs: readonly FeatureSpec[]): Float64Array {
	const scored = specs.flatMap((spec, index) => (spec.scored ? [index] : []));
	const hashes = hashRows(table, scored);
	return Float64Array.from(
		{ length: table.rows },
		(_, row) => (hashes[2 * row] as number) * 2 ** 21 + ((hashes[2 * row + 1] as number) >>> 11),
	);
}

/** A feature and the bins of it that are meant. */
export interface CountedValue {
	readonly feature: number;
	readonly range: BinRange;
}

/** Counts rows that have all of the values; remembers what was counted. */
export function createCounter({ rows, codes }: TrainingCounts): (values: readonly CountedValue[]) => number {
	const known = new Map<string, number>();
	return (values) => {
		const key = values.map(({ feature, range }) => `${feature}:${range.from}-${range.to}`).join();
		const counted = known.get(key);
		if (counted !== undefined) return counted;
		let count = 0;
		for (let row = 0; row < rows; row++) {
			let has = 1;
			for (let i = 0; i < values.length && has === 1; i++) {
				const { feature, range } = values[i] as CountedValue;
				has = isInRange(codes[feature * rows + row] as number, range) ? 1 : 0;
			}
			count += has;
		}
		known.set(key, count);
		return count;
	};
}
