import type { FeatureSpec, FeatureTable } from '../../src/contracts/features.ts';
import { createRandom } from '../../src/contracts/random.ts';
import type { Backend } from '../../src/gan/backend.ts';
import { fitScorer } from '../../src/scoring/fit-scorer.ts';
import { fitNeighbours, loadNeighbours, neighbourBlocks } from '../../src/scoring/neighbours.ts';
import { DEFAULT_SETTINGS, type NeighbourSettings, type ScoringSettings } from '../../src/scoring/options.ts';
import { drawIndependentColumns } from '../../src/scoring/reference-density.ts';
import { hashRows, isInBag } from '../../src/scoring/row-hash.ts';
import {
	addMarginal,
	disposeDiscriminators,
	hashedFeatures,
	loadDiscriminators,
	surpriseBlocks,
} from '../../src/scoring/scorer.ts';
import { readScorerState } from '../../src/scoring/scorer-state.ts';
import { compareHalves } from './half-columns.ts';
import { GRID_CORES, GRID_ROWS, type NeighbourChoice, SHIPPED } from './settings-grid.ts';

/** What the surprise of a table's rows is put together from, [rows] each. */
export interface Components {
	readonly marginal: Float64Array;
	/** The dependence as the trained discriminators see it. */
	readonly trained: Float64Array;
	/** The dependence as the neighbours see it: for each of `GRID_CORES`, for each of `GRID_ROWS`. */
	readonly neighbours: readonly Float64Array[];
	/** The same for bags of all those sizes in turn from the shipped core. */
	readonly mixed: Float64Array;
	/** The same for bags of the shipped size and core that see half of the columns each. */
	readonly halves: Float64Array;
}

/** Arrays of `Components`, in order. */
export const COMPONENT_COUNT = 4 + GRID_CORES.length * GRID_ROWS.length;

/**
 * Fits the scorer once and then the neighbours of every bag of the grid as `fitScorer` does, with the same trained
 * discriminators, of a table of at least two features.
 */
export async function fitComponents(
	backend: Backend,
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	seed: number,
	settings: Partial<ScoringSettings> = {},
): Promise<Components> {
	const scorer = await fitScorer(backend, table, specs, { seed, settings });
	const parts = readScorerState(scorer.toState());
	scorer.dispose();
	const { coordinates } = parts;
	const discriminators = loadDiscriminators(backend, { ...parts, neighbours: null });
	const { surprise, term, marginal } = last(surpriseBlocks(backend, parts, discriminators, table, false));
	disposeDiscriminators(discriminators);

	const hashed = hashedFeatures(coordinates);
	const hashes = hashRows(table, hashed);
	const order = Int32Array.from(surprise.keys()).sort(
		(a, b) => (surprise[a] as number) - (surprise[b] as number) || a - b,
	);
	const { bags } = { ...DEFAULT_SETTINGS, ...settings }.neighbours;
	const keep = (core: number) => order.slice(0, Math.floor(table.rows * core)).sort();
	const forkFor = (label: string) => createRandom(seed, 'scoring').fork(label);
	/** @returns the term of each row and how many bags do not hold the row. */
	const compare = (core: number, bagSettings: NeighbourSettings, label: string): [Float64Array, Float64Array] => {
		const random = forkFor(label);
		const fitted = fitNeighbours(table, coordinates, keep(core), hashed, bagSettings, drawIndependentColumns, random);
		const loaded = loadNeighbours(backend, coordinates, fitted);
		const scores = last(neighbourBlocks(backend, coordinates, loaded, hashed, table, false));
		loaded.dispose();
		const free = scores.term.map((_, row) => {
			const entry = loaded.entryOf(hashes[2 * row] as number, hashes[2 * row + 1] as number);
			let count = 0;
			for (let bag = 0; bag < bagSettings.bags; bag++) count += isInBag(fitted.contents, entry, bag) ? 0 : 1;
			return count;
		});
		return [scores.term, free];
	};
	return {
		marginal: addMarginal(new Float64Array(table.rows), marginal),
		trained: term,
		neighbours: GRID_CORES.flatMap((core) => GRID_ROWS.map((rows) => compare(core, { bags, rows }, 'neighbours')[0])),
		mixed: joinBags(
			GRID_ROWS.map((rows, index) => {
				const count = Math.ceil((bags - index) / GRID_ROWS.length);
				return compare(SHIPPED.core, { bags: count, rows }, `neighbours/${rows}`);
			}),
		),
		halves: compareHalves(
			table,
			coordinates,
			keep(SHIPPED.core),
			hashed,
			{ bags, rows: SHIPPED.rows },
			forkFor('neighbours/halves'),
		),
	};
}

/**
 * The mean over all bags that do not hold a row, out of the means within each size.
 *
 * @param sizes each with the term of each row and the number of bags that do not hold the row.
 */
export function joinBags(sizes: readonly (readonly [Float64Array, Float64Array])[]): Float64Array {
	const [first] = sizes[0] as readonly [Float64Array, Float64Array];
	return first.map((_, row) => {
		let sum = 0;
		let count = 0;
		for (const [term, free] of sizes) {
			sum += (free[row] as number) * (term[row] as number);
			count += free[row] as number;
		}
		// A row that is in all bags is judged by all of them; sizes count alike then.
		return count > 0 ? sum / count : sizes.reduce((total, [term]) => total + (term[row] as number), 0) / sizes.length;
	});
}

/** The surprise that a scorer with this setting gives the rows. */
export function combine(components: Components, { rows, core, weight, form }: NeighbourChoice): Float64Array {
	const at = GRID_CORES.indexOf(core) * GRID_ROWS.length + GRID_ROWS.indexOf(rows);
	const neighbours = form === undefined ? (components.neighbours[at] as Float64Array) : components[form];
	const { marginal, trained } = components;
	return marginal.map((value, row) => {
		return value + (1 - weight) * (trained[row] as number) + weight * (neighbours[row] as number);
	});
}

function last<Result>(blocks: Generator<void, Result, void>): Result {
	let step = blocks.next();
	while (step.done !== true) step = blocks.next();
	return step.value;
}
