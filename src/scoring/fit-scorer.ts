import { CounterfoilError } from '../contracts/errors.ts';
import type { FeatureSpec, FeatureTable } from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import { createRandom } from '../contracts/random.ts';
import type { Backend } from '../gan/backend.ts';
import { fitCalibration } from './calibration.ts';
import type { Coordinates } from './coordinates.ts';
import { encodeRows, fitCoordinates } from './coordinates.ts';
import { countSlices, fitGroup, type GroupFit, trainGroupSlice } from './fit-group.ts';
import { createProgress, type FitProgress, type Progress, workThrough } from './fit-progress.ts';
import type { MarginalDensity } from './independent-columns.ts';
import { fitMarginals, independentColumns } from './independent-columns.ts';
import type { MemberGroup } from './member-group.ts';
import { fitNeighbours, loadNeighbours, type Neighbours, neighbourBlocks } from './neighbours.ts';
import type { ScoringSettings } from './options.ts';
import { BLOCK_ROWS, DEFAULT_SETTINGS, FEWEST_ROWS } from './options.ts';
import { drawIndependentColumns } from './reference-density.ts';
import type { DependenceScores } from './row-blocks.ts';
import type { Bags } from './row-hash.ts';
import { collectBags, hashRows } from './row-hash.ts';
import type { Scorer, SurpriseParts } from './scorer.ts';
import {
	addMarginal,
	checkTable,
	disposeDiscriminators,
	hashedFeatures,
	loadDiscriminators,
	openScorer,
	sumParts,
	surpriseBlocks,
} from './scorer.ts';
import { MEMBERS_PER_SLICE } from './train-group.ts';

export interface FitScorerOptions {
	/** Any safe integer. */
	readonly seed: number;
	/** The rows are known to be normal: none is left out of the fits. @default false */
	readonly normalOnly?: boolean;
	/** Settings other than the defaults. */
	readonly settings?: Partial<ScoringSettings>;
	/** `done` of `total` equal pieces of work. */
	readonly onProgress?: (progress: FitProgress) => void;
	/** Ends the fit with CANCELLED. */
	readonly signal?: AbortSignal;
	/** What was done elsewhere, by `keepRows` and `trainMembers` with the same table and options. */
	readonly trained?: TrainedMembers;
}

/** Members that were trained in parts, by several processes. */
export interface TrainedMembers {
	/** What `keepRows` gave. */
	readonly kept: Int32Array;
	/** What `trainMembers` gave for each part, in order. */
	readonly parts: readonly (readonly Float32Array[])[];
}

/**
 * Fits the known-density discriminator score on the rows of a table:
 *
 *     surprise(x) = -log p(x) = sum_j -log q_j(x_j) - logit D(x)
 *
 * (classifier-adjusted density estimation: Hempstalk et al. 2008; Friedland, Gentzel and Jensen 2014). A cheap first
 * pass finds the rows to leave out of the fits; all the rows are then scored, each by members that did not train on it,
 * and become the calibration distribution.
 *
 * @param table the training rows, or a sample that fits in memory (up to about 200,000).
 * @param specs one per column of the table; those that are not `scored` are left out.
 * @throws CounterfoilError TABLE_UNTRAINABLE, SCHEMA_MISMATCH, TRAINING_DIVERGED, CANCELLED
 *
 * @example
 * const scorer = await fitScorer(await loadBackend(), table, specs, { seed: 1 });
 * const { score } = scorer.score(table);
 */
export async function fitScorer(
	backend: Backend,
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	options: FitScorerOptions,
): Promise<Scorer> {
	const start = startFit(table, specs, options);
	const { settings, random, coordinates, trim } = start;
	const { trained: elsewhere } = options;
	const work = workOf(start, table.rows);
	const progress = createProgress(
		options,
		elsewhere === undefined ? work.keep + work.train + work.calibrate : work.calibrate,
	);
	const kept = elsewhere?.kept ?? (await findKeptRows(backend, table, start, progress));
	const marginals = fitMarginals(table, coordinates, kept, settings);
	const pass = { ...settings, phase: 'train' } as const;
	const members = await fitMembers(backend, table, coordinates, kept, pass, random, progress, elsewhere?.parts);
	const fitted = { coordinates, marginals, ...members };
	const trained = await surpriseOf(backend, fitted, table, progress, 'calibrate');
	const hasNeighbours = members.groups.length > 0;
	const coreRows = Math.floor(table.rows * (trim > 0 ? settings.neighbourCore : 1));
	const core = leastSurprising(trained.surprise, coreRows);
	const neighbours = hasNeighbours
		? fitNeighbours(
				table,
				coordinates,
				core,
				hashedFeatures(coordinates),
				options.normalOnly ? settings.neighboursNormalOnly : settings.neighbours,
				drawIndependentColumns,
				random.fork('neighbours'),
			)
		: null;
	const scored =
		neighbours === null
			? trained
			: sumParts(trained.marginal, [trained, await compare(backend, coordinates, neighbours, table, progress)]);
	return openScorer(backend, {
		...fitted,
		neighbours,
		specs,
		references: drawReferences(table, coordinates, kept, settings.referenceRows, random.fork('references')),
		calibration: fitCalibration(scored.surprise, settings.calibrationPoints),
	});
}

/**
 * The rows that the fits may use: all but the most surprising of a cheap first pass.
 *
 * @returns row numbers, rising.
 */
export async function keepRows(
	backend: Backend,
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	options: FitScorerOptions,
): Promise<Int32Array> {
	const start = startFit(table, specs, options);
	return findKeptRows(backend, table, start, createProgress(options, workOf(start, table.rows).keep));
}

/**
 * Trains one of `parts` shares of the members, so that several processes can do it side by side; `fitScorer` takes
 * them all. The scorer is the same whatever the number of parts.
 *
 * @param kept what `keepRows` gave.
 * @returns the parameters of each slice of its share.
 */
export async function trainMembers(
	backend: Backend,
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	options: FitScorerOptions,
	share: { readonly kept: Int32Array; readonly part: number; readonly parts: number },
): Promise<Float32Array[]> {
	const start = startFit(table, specs, options);
	if (start.coordinates.dependent.length < 2) return [];
	const pass = { ...start.settings, phase: 'train' } as const;
	const own = slicesOf(pass).filter((_, index) => index % share.parts === share.part);
	const pieces = own.reduce((sum, { group, members }) => sum + (pass.steps * members) / sizeOf(pass, group), 0);
	const progress = createProgress(options, Math.floor(pieces + 1e-6));
	const trained: Float32Array[] = [];
	for (const { group, slice } of own) {
		const fit = groupFit(table, start.coordinates, share.kept, pass, start.random, progress, group);
		trained.push(await trainGroupSlice(backend, fit, slice));
	}
	return trained;
}

/** The slices of all groups, in order; part p of P trains each P-th from number p on. */
function slicesOf(settings: ScoringSettings) {
	return settings.groups.flatMap(({ members }, group) =>
		Array.from({ length: countSlices(members) }, (_, slice) => ({
			group,
			slice,
			members: Math.min(MEMBERS_PER_SLICE, members - slice * MEMBERS_PER_SLICE),
		})),
	);
}

function sizeOf(settings: ScoringSettings, group: number): number {
	return settings.groups[group]?.members ?? 1;
}

/** What every step of a fit begins with. */
interface FitStart {
	readonly settings: ScoringSettings;
	readonly random: Random;
	readonly coordinates: Coordinates;
	/** Share of rows to leave out. */
	readonly trim: number;
}

function startFit(table: FeatureTable, specs: readonly FeatureSpec[], options: FitScorerOptions): FitStart {
	const settings: ScoringSettings = { ...DEFAULT_SETTINGS, ...options.settings };
	checkTable(table, specs);
	checkTrainable(table, specs);
	return {
		settings,
		random: createRandom(options.seed, 'scoring'),
		coordinates: fitCoordinates(table, specs, settings.indicatorLevels),
		trim: options.normalOnly ? 0 : settings.trim,
	};
}

async function findKeptRows(
	backend: Backend,
	table: FeatureTable,
	{ settings, random, coordinates, trim }: FitStart,
	progress: Progress,
): Promise<Int32Array> {
	const all = Int32Array.from({ length: table.rows }, (_, row) => row);
	if (trim === 0) return all;
	const keptRows = Math.floor(table.rows * (1 - trim));
	const first = { steps: settings.firstSteps, hidden: settings.firstHidden, phase: 'first-pass' } as const;
	const members = await fitMembers(backend, table, coordinates, all, { ...settings, ...first }, random, progress);
	const marginals = fitMarginals(table, coordinates, all, settings);
	const scored = await surpriseOf(backend, { coordinates, marginals, ...members }, table, progress, 'first-pass');
	// Trim, refit the marginals, trim again.
	const once = leastSurprising(addMarginal(scored.term, scored.marginal), keptRows);
	const refitted = independentColumns(coordinates, fitMarginals(table, coordinates, once, settings)).surprise(table);
	return leastSurprising(addMarginal(scored.term, refitted), keptRows);
}

const NO_BAGS: Bags = { hashes: new Uint32Array(0), members: new Uint32Array(0), words: 0 };

function checkTrainable(table: FeatureTable, specs: readonly FeatureSpec[]): void {
	if (table.rows < FEWEST_ROWS) {
		throw new CounterfoilError('TABLE_UNTRAINABLE', `A score needs at least ${FEWEST_ROWS} rows to be fitted on.`, {
			where: `${table.rows} rows`,
			hint: 'Train on more rows.',
		});
	}
	if (!specs.some((spec) => spec.scored)) {
		throw new CounterfoilError('TABLE_UNTRAINABLE', 'No column of the table can be scored.', {
			hint: 'Leave fewer columns out, or take a table with numbers, categories or dates.',
		});
	}
}

interface FittedMembers {
	readonly groups: readonly MemberGroup[];
	readonly bags: Bags;
}

type MemberPass = ScoringSettings & { readonly phase: FitProgress['phase'] };

/** Fits the groups one after the other. One feature has no dependence: no members then. */
async function fitMembers(
	backend: Backend,
	table: FeatureTable,
	coordinates: Coordinates,
	kept: Int32Array,
	pass: MemberPass,
	random: Random,
	progress: Progress,
	parts?: readonly (readonly Float32Array[])[],
): Promise<FittedMembers> {
	if (coordinates.dependent.length < 2) return { groups: [], bags: NO_BAGS };
	const groups: MemberGroup[] = [];
	const bags: Int32Array[] = [];
	for (const index of pass.groups.keys()) {
		const fit = groupFit(table, coordinates, kept, pass, random, progress, index);
		const trained =
			parts === undefined
				? undefined
				: slicesOf(pass).flatMap((slice, at) =>
						slice.group === index ? [parts[at % parts.length]?.[Math.floor(at / parts.length)] as Float32Array] : [],
					);
		const fitted = await fitGroup(backend, trained === undefined ? fit : { ...fit, trained });
		groups.push(fitted.group);
		bags.push(...fitted.bags);
	}
	return { groups, bags: collectBags(hashRows(table, hashedFeatures(coordinates)), bags) };
}

function groupFit(
	table: FeatureTable,
	coordinates: Coordinates,
	kept: Int32Array,
	pass: MemberPass,
	random: Random,
	progress: Progress,
	index: number,
): GroupFit {
	return {
		table,
		coordinates,
		kept,
		group: pass.groups[index] as GroupFit['group'],
		settings: pass,
		drawFakes: drawIndependentColumns,
		random: random.fork(`${pass.phase}/${index}`),
		onStep: (share) => progress.advance(pass.phase, share),
	};
}

async function surpriseOf(
	backend: Backend,
	parts: { coordinates: Coordinates; marginals: readonly (MarginalDensity | null)[] } & FittedMembers,
	table: FeatureTable,
	progress: Progress,
	phase: FitProgress['phase'],
): Promise<SurpriseParts> {
	const discriminators = loadDiscriminators(backend, { ...parts, neighbours: null });
	try {
		return await workThrough(surpriseBlocks(backend, parts, discriminators, table, false), progress, phase);
	} finally {
		disposeDiscriminators(discriminators);
	}
}

async function compare(
	backend: Backend,
	coordinates: Coordinates,
	neighbours: Neighbours,
	table: FeatureTable,
	progress: Progress,
): Promise<DependenceScores> {
	const loaded = loadNeighbours(backend, coordinates, neighbours);
	try {
		const blocks = neighbourBlocks(backend, coordinates, loaded, hashedFeatures(coordinates), table, false);
		return await workThrough(blocks, progress, 'calibrate');
	} finally {
		loaded.dispose();
	}
}

/** Row numbers of the `count` least surprising rows, in their order in the table. */
function leastSurprising(surprise: Float64Array, count: number): Int32Array {
	const order = Int32Array.from(surprise.keys()).sort(
		(a, b) => (surprise[a] as number) - (surprise[b] as number) || a - b,
	);
	return order.slice(0, count).sort();
}

function drawReferences(
	table: FeatureTable,
	coordinates: Coordinates,
	kept: Int32Array,
	count: number,
	random: Random,
): Float32Array {
	const rows = random.sample(kept.length, Math.min(count, kept.length)).map((at) => kept[at] as number);
	const references = new Float32Array(rows.length * coordinates.width);
	encodeRows(coordinates, table, (position) => rows[position] as number, rows.length, references, coordinates.width);
	return references;
}

/** Equal pieces of work of each step of a fit. */
function workOf({ settings, coordinates, trim }: FitStart, rows: number) {
	const groups = coordinates.dependent.length < 2 ? 0 : settings.groups.length;
	const blocks = groups === 0 ? 0 : Math.ceil(rows / BLOCK_ROWS);
	return {
		keep: trim > 0 ? groups * settings.firstSteps + blocks : 0,
		train: groups * settings.steps,
		calibrate: 2 * blocks,
	};
}
