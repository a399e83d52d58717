import type { FeatureSpec, FeatureTable } from '../../contracts/features.ts';
import type { Random } from '../../contracts/random.ts';
import { pickRows } from '../../features/pick-rows.ts';
import { type Coordinates, encodeRows, fitCoordinates } from '../coordinates.ts';
import { DEFAULT_SETTINGS } from '../options.ts';
import type { Scorer } from '../scorer.ts';

/** Training rows that the score finds normal, in its own coordinates, to show the nearest of them beside an alert. */
export interface NormalRows {
	readonly coordinates: Coordinates;
	/** [rows, coordinates.width] */
	readonly encoded: Float32Array;
	/** [rows]: their numbers in the training table, from 0. */
	readonly rowNumbers: Float64Array;
}

const MOST_ROWS = 5_000;
const MOST_CELLS = 1e6;
/** Rows with a higher score may have been left out of the fits. */
const HIGHEST_SCORE = 1 - DEFAULT_SETTINGS.trim;

/**
 * @param rowNumbers [table.rows]: what the caller calls the rows of the table.
 */
export function fitNormalRows(
	scorer: Pick<Scorer, 'score'>,
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	rowNumbers: ArrayLike<number>,
	random: Random,
): NormalRows {
	const coordinates = fitCoordinates(table, specs, DEFAULT_SETTINGS.indicatorLevels);
	const { width } = coordinates;
	const most = Math.min(MOST_ROWS, Math.max(200, Math.floor(MOST_CELLS / Math.max(1, width))));
	const drawn = random.sample(table.rows, Math.min(table.rows, most)).sort();
	const { score } = scorer.score(pickRows(table, drawn));
	const kept = drawn.filter((_, at) => (score[at] as number) < HIGHEST_SCORE);
	const encoded = new Float32Array(kept.length * width);
	encodeRows(coordinates, table, (position) => kept[position] as number, kept.length, encoded, width);
	return { coordinates, encoded, rowNumbers: Float64Array.from(kept, (row) => rowNumbers[row] as number) };
}

/** The number in the training table of the normal row nearest to each of some rows, other than one with the same values; -1 where there is none. */
export function nearestNormalRows(normal: NormalRows, table: FeatureTable, rows: Int32Array): Float64Array {
	const { coordinates, encoded, rowNumbers } = normal;
	const { width } = coordinates;
	const own = new Float32Array(rows.length * width);
	encodeRows(coordinates, table, (position) => rows[position] as number, rows.length, own, width);
	return Float64Array.from(rows, (_, position) => {
		let nearest = -1;
		let least = Number.POSITIVE_INFINITY;
		for (let other = 0; other < rowNumbers.length; other++) {
			let sum = 0;
			for (let c = 0; c < width && sum < least; c++) {
				const apart = (own[position * width + c] as number) - (encoded[other * width + c] as number);
				sum += apart * apart;
			}
			if (sum >= least || sum === 0) continue;
			least = sum;
			nearest = other;
		}
		return nearest < 0 ? -1 : (rowNumbers[nearest] as number);
	});
}

/**
 * Squared distances of all rows of a table to a row of another.
 *
 * @returns [table.rows]
 */
export function distancesToRow(
	coordinates: Coordinates,
	table: FeatureTable,
	other: FeatureTable,
	row: number,
): Float64Array {
	const { width } = coordinates;
	const wanted = new Float32Array(width);
	encodeRows(coordinates, other, () => row, 1, wanted, width);
	const encoded = new Float32Array(table.rows * width);
	encodeRows(coordinates, table, (position) => position, table.rows, encoded, width);
	const distances = new Float64Array(table.rows);
	for (let at = 0; at < table.rows; at++) {
		let sum = 0;
		for (let c = 0; c < width; c++) sum += ((wanted[c] as number) - (encoded[at * width + c] as number)) ** 2;
		distances[at] = sum;
	}
	return distances;
}
