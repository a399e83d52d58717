import type { FeatureTable } from '../../src/contracts/features.ts';
import type { Random } from '../../src/contracts/random.ts';
import { type Coordinates, encodeRows, type FeatureCoordinates } from '../../src/scoring/coordinates.ts';
import { fitNeighbours } from '../../src/scoring/neighbours.ts';
import type { NeighbourSettings } from '../../src/scoring/options.ts';
import { drawIndependentColumns } from '../../src/scoring/reference-density.ts';
import { hashRows, indexBags, isInBag } from '../../src/scoring/row-hash.ts';

/** As in `neighbourBlocks`. */
const NEAREST_SQUARED = 1e-4;

/**
 * The neighbours' term where each bag sees its own random half of the features, [rows]: otherwise as
 * `neighbourBlocks` has it, scaled to all features.
 *
 * @param core rows to deal from.
 */
export function compareHalves(
	table: FeatureTable,
	coordinates: Coordinates,
	core: Int32Array,
	hashed: readonly number[],
	settings: NeighbourSettings,
	random: Random,
): Float64Array {
	const fitted = fitNeighbours(table, coordinates, core, hashed, settings, drawIndependentColumns, random);
	const { bags, rows, real, fake, contents } = fitted;
	const { width, dependent } = coordinates;
	const picker = random.fork('halves');
	const halves = Array.from({ length: bags }, () => {
		const own = picker.sample(dependent.length, Math.ceil(dependent.length / 2));
		return own.reduce<number[]>((cells, at) => {
			const { start, width: count } = (coordinates.features[dependent[at] as number] as FeatureCoordinates).span;
			for (let c = start; c < start + count; c++) cells.push(c);
			return cells;
		}, []);
	});
	const hashes = hashRows(table, hashed);
	const entryOf = indexBags(contents);
	const x = new Float32Array(table.rows * width);
	encodeRows(coordinates, table, (position) => position, table.rows, x, width);
	const nearest = (points: Float32Array, bag: number, row: number): number => {
		const cells = halves[bag] as number[];
		let least = Number.POSITIVE_INFINITY;
		for (let point = bag * rows; point < (bag + 1) * rows; point++) {
			let sum = NEAREST_SQUARED;
			for (const c of cells) {
				const difference = (x[row * width + c] as number) - (points[point * width + c] as number);
				sum += difference * difference;
			}
			if (sum < least) least = sum;
		}
		return least;
	};
	return Float64Array.from({ length: table.rows }, (_, row) => {
		const entry = entryOf(hashes[2 * row] as number, hashes[2 * row + 1] as number);
		let [sum, free, all] = [0, 0, 0];
		for (let bag = 0; bag < bags; bag++) {
			const ratio = Math.log(nearest(real, bag, row) / nearest(fake, bag, row));
			all += ratio;
			if (isInBag(contents, entry, bag)) continue;
			sum += ratio;
			free++;
		}
		return (dependent.length / 2) * (free > 0 ? sum / free : all / bags);
	});
}
