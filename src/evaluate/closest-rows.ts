import type { DistanceRows } from './distance-rows.ts';

export interface ClosestRows {
	/** [rows]; distance to the closest reference row, 0 to 1; Infinity without any. */
	readonly nearest: Float64Array;
	/** [rows]; distance to the second closest; Infinity without a second. */
	readonly second: Float64Array;
	/** [rows]; the first of the closest reference rows; -1 without any. */
	readonly row: Int32Array;
	/** [rows]; how many reference rows are equally close. */
	readonly ties: Int32Array;
}

/** Sums of the same terms in another order differ in the last digits. */
export const SAME_DISTANCE = 1e-12;

/** References of so many cells stay in the processor's cache while all rows pass by. */
const CELLS_PER_BLOCK = 1 << 15;

/** Exact, by going through all pairs: a pair is left as soon as it cannot be among the two closest. */
export function findClosestRows(queries: DistanceRows, references: DistanceRows): ClosestRows {
	const { rows, width, cells } = queries;
	const other = references.cells;
	const nearest = new Float64Array(rows).fill(Number.POSITIVE_INFINITY);
	const second = new Float64Array(rows).fill(Number.POSITIVE_INFINITY);
	const closest = new Int32Array(rows).fill(-1);
	const ties = new Int32Array(rows);
	const same = SAME_DISTANCE * width;
	const block = Math.max(1, Math.floor(CELLS_PER_BLOCK / Math.max(1, width)));
	for (let start = 0; start < references.rows; start += block) {
		const end = Math.min(references.rows, start + block);
		for (let i = 0; i < rows; i++) {
			const from = i * width;
			let best = nearest[i] as number;
			let next = second[i] as number;
			let limit = next + same;
			for (let j = start; j < end; j++) {
				const against = j * width - from;
				let distance = 0;
				for (let k = from; k < from + width; k++) {
					const gap = Math.abs((cells[k] as number) - (other[k + against] as number));
					distance += Math.min(gap, 1);
					if (distance > limit) break;
				}
				if (distance > limit) continue;
				if (distance < best - same) {
					next = best;
					best = distance;
					closest[i] = j;
					ties[i] = 1;
				} else {
					if (distance <= best + same) ties[i] = (ties[i] as number) + 1;
					if (distance < next) next = distance;
				}
				limit = next + same;
			}
			nearest[i] = best;
			second[i] = next;
		}
	}
	for (let i = 0; i < rows; i++) {
		nearest[i] = (nearest[i] as number) / width;
		second[i] = (second[i] as number) / width;
	}
	return { nearest, second, row: closest, ties };
}
