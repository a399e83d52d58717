import type { Random } from '../contracts/random.ts';
import { findClosestRows } from './closest-rows.ts';
import { type Copies, matchCopies } from './copies.ts';
import { type DistanceRows, toDistanceRows } from './distance-rows.ts';
import type { QualityColumn, QualityTable } from './quality-table.ts';
import { takeRows } from './take-rows.ts';

/** A number is near another within this share of the column's range; rounding may not decide at the edge. */
const NEAR = 0.01 + 1e-9;
/** With fewer columns, all but one says little. */
const FEWEST_COLUMNS = 4;

export type PairCell = string | number | null;

/** A synthetic row beside the training row that it copies. */
export interface CopyPair {
	readonly kind: 'exact' | 'near';
	/** Distance of the training row to the closest other training row, 0 to 1: how much it stands alone. */
	readonly isolation: number;
	/** Numbers of instants are seconds since 1970, UTC. */
	readonly cells: readonly {
		readonly column: string;
		readonly isTime: boolean;
		readonly synthetic: PairCell;
		readonly training: PairCell;
	}[];
}

export interface NearCopyCheck {
	/** Rows that are equal to a training row in all columns or all but one, numbers within 1 % of the range. */
	readonly synthetic: Copies;
	readonly heldOut: Copies;
	/** Exact and near copies whose training row stands alone the most. */
	readonly pairs: readonly CopyPair[];
}

export interface NearCopyOptions {
	/** Synthetic and held-out rows that are looked at. @default 5,000 */
	readonly sample?: number;
	/** Pairs to show of each kind. @default 5 */
	readonly pairs?: number;
}

/** Copies with a difference, and the pairs to look at. No near ones are counted in tables of fewer than four columns. */
export function findNearCopies(
	tables: { readonly training: QualityTable; readonly heldOut: QualityTable; readonly synthetic: QualityTable },
	random: Random,
	{ sample = 5000, pairs = 5 }: NearCopyOptions = {},
): NearCopyCheck {
	const { training } = tables;
	const pick = (table: QualityTable, label: string) =>
		takeRows(table, random.fork(label).sample(table.rows, Math.min(sample, table.rows)));
	const synthetic = pick(tables.synthetic, 'synthetic');
	const heldOut = pick(tables.heldOut, 'held out');
	const rows = toDistanceRows({ synthetic, heldOut, training }, training);
	const own = markCopies(training, synthetic, rows.synthetic, rows.training);
	const chance = markCopies(training, heldOut, rows.heldOut, rows.training);
	return {
		synthetic: countNear(own),
		heldOut: countNear(chance),
		pairs: [
			...showPairs('exact', own.exact, training, synthetic, rows.training, pairs),
			...showPairs('near', own.near, training, synthetic, rows.training, pairs),
		],
	};
}

/** Training row by row, -1 where there is none. */
interface Marked {
	readonly exact: Int32Array;
	readonly near: Int32Array;
}

function markCopies(training: QualityTable, table: QualityTable, rows: DistanceRows, among: DistanceRows): Marked {
	const exact = matchCopies(training, table).trainingRow;
	const near = rows.width < FEWEST_COLUMNS ? new Int32Array(rows.rows).fill(-1) : findNearest(rows, among);
	for (let row = 0; row < near.length; row++) if ((exact[row] as number) >= 0) near[row] = -1;
	return { exact, near };
}

/** For each row one with the fewest columns that are not near, if that is at most one. */
function findNearest({ rows, width, cells }: DistanceRows, among: DistanceRows): Int32Array {
	const other = among.cells;
	const found = new Int32Array(rows).fill(-1);
	for (let i = 0; i < rows; i++) {
		const from = i * width;
		let fewest = 2;
		for (let j = 0; j < among.rows && fewest > 0; j++) {
			const against = j * width - from;
			let different = 0;
			for (let k = from; k < from + width; k++) {
				if (Math.abs((cells[k] as number) - (other[k + against] as number)) > NEAR && ++different >= fewest) break;
			}
			if (different < fewest) {
				fewest = different;
				found[i] = j;
			}
		}
	}
	return found;
}

function countNear({ exact, near }: Marked): Copies {
	const copies = near.reduce((count, row, i) => count + (row >= 0 || (exact[i] as number) >= 0 ? 1 : 0), 0);
	return { copies, rows: near.length, share: copies / near.length };
}

/** Candidates among which the most isolated are looked for. */
const MOST_CANDIDATES = 500;

function showPairs(
	kind: CopyPair['kind'],
	trainingRow: Int32Array,
	training: QualityTable,
	synthetic: QualityTable,
	among: DistanceRows,
	most: number,
): CopyPair[] {
	const candidates = [...trainingRow.keys()].filter((row) => (trainingRow[row] as number) >= 0);
	const looked = candidates.slice(0, MOST_CANDIDATES);
	const { width } = among;
	const cells = new Float64Array(looked.length * width);
	looked.forEach((row, i) => {
		const from = (trainingRow[row] as number) * width;
		cells.set(among.cells.subarray(from, from + width), i * width);
	});
	// The closest row of a training row is itself.
	const isolation = findClosestRows({ rows: looked.length, width, cells }, among).second;
	return looked
		.map((row, i) => ({ row, isolation: isolation[i] as number }))
		.sort((a, b) => b.isolation - a.isolation || a.row - b.row)
		.filter(({ row }, i, all) => all.findIndex((other) => trainingRow[other.row] === trainingRow[row]) === i)
		.slice(0, most)
		.map(({ row, isolation: alone }) => ({
			kind,
			isolation: Number.isFinite(alone) ? alone : 1,
			cells: training.columns.map((column, k) => ({
				column: column.name,
				isTime: column.type === 'numeric' && column.isTime === true,
				synthetic: cellOf(synthetic.columns[k] as QualityColumn, row),
				training: cellOf(column, trainingRow[row] as number),
			})),
		}));
}

function cellOf(column: QualityColumn, row: number): PairCell {
	if (column.type === 'categorical') return column.levels[column.codes[row] as number] ?? null;
	const value = column.values[row] as number;
	return Number.isNaN(value) ? null : value;
}
