import type { ModelState } from '../../contracts/model-state.ts';
import type { Random } from '../../contracts/random.ts';
import { takeTensor } from '../take-tensor.ts';
import { type BaselineMatrix, type FittedBaseline, pickMatrixRows } from './baseline-matrix.ts';

export interface NearestNeighboursOptions {
	/** Which neighbour's distance is the score. @default 5 */
	readonly neighbour?: number;
	/** Rows that neighbours are looked for among, drawn from those fitted on. @default 2000 */
	readonly referenceRows?: number;
}

/** Between two looks whether a row is too far already. */
const COLUMNS_AT_ONCE = 8;

/**
 * Euclidean distance to the k-th nearest of a sample of rows (Ramaswamy, Rastogi and Shim 2000).
 *
 * The rows scored are often among the sample, and a row is not its own neighbour: one neighbour at
 * distance 0 is left out.
 */
export function fitNearestNeighbours(
	matrix: BaselineMatrix,
	random: Random,
	{ neighbour = 5, referenceRows = 2000 }: NearestNeighboursOptions = {},
): FittedBaseline {
	const picked = random.sample(matrix.rows, Math.min(matrix.rows, referenceRows));
	return openNeighbours(pickMatrixRows(matrix, picked), neighbour);
}

/** Neighbours as they were when `toState` was called. @throws CounterfoilError MODEL_INVALID */
export function restoreNearestNeighbours(state: ModelState): FittedBaseline {
	const { neighbour, width } = state.json as { readonly neighbour: number; readonly width: number };
	const values = takeTensor(state, 'values', Float64Array);
	return openNeighbours({ rows: width === 0 ? 0 : values.length / width, width, values }, neighbour);
}

type Reference = Pick<BaselineMatrix, 'rows' | 'width' | 'values'>;

function openNeighbours(reference: Reference, neighbour: number): FittedBaseline {
	return {
		toState: () => {
			const { rows, width, values } = reference;
			return { json: { neighbour, width }, tensors: { values: { shape: [rows, width], data: values } } };
		},
		score: ({ rows, width, values }) => {
			const scores = new Float64Array(rows);
			// Squared distances of the nearest so far, ascending; one more than asked for, as one may be the row itself.
			const nearest = new Float64Array(Math.min(neighbour + 1, reference.rows));
			for (let row = 0; row < rows; row++) {
				findNearest(reference, values, row * width, nearest);
				const rank = nearest[0] === 0 ? neighbour : neighbour - 1;
				scores[row] = Math.sqrt(nearest[Math.min(rank, nearest.length - 1)] as number);
			}
			return scores;
		},
	};
}

function findNearest(reference: Reference, values: Float64Array, offset: number, nearest: Float64Array): void {
	const { rows, width } = reference;
	const known = reference.values;
	const last = nearest.length - 1;
	nearest.fill(Number.POSITIVE_INFINITY);
	let farthest = Number.POSITIVE_INFINITY;
	for (let other = 0, at = 0; other < rows; other++, at += width) {
		let sum = 0;
		for (let column = 0; column < width && sum < farthest; ) {
			const end = Math.min(width, column + COLUMNS_AT_ONCE);
			for (; column < end; column++) {
				const difference = (values[offset + column] as number) - (known[at + column] as number);
				sum += difference * difference;
			}
		}
		if (!(sum < farthest)) continue;
		let place = last;
		while (place > 0 && (nearest[place - 1] as number) > sum) {
			nearest[place] = nearest[place - 1] as number;
			place--;
		}
		nearest[place] = sum;
		farthest = nearest[last] as number;
	}
}
