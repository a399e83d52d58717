import { CounterfoilError } from '../contracts/errors.ts';
import type { FeatureSpec, FeatureTable } from '../contracts/features.ts';
import type { ModelState } from '../contracts/model-state.ts';
import type { Backend } from '../gan/backend.ts';
import { pValueOf, rankOf, scoreOf } from './calibration.ts';
import type { Coordinates } from './coordinates.ts';
import type { DependenceModel } from './dependence.ts';
import { judgeByMembers } from './dependence.ts';
import { splitFully } from './full-split.ts';
import { type GroupRequest, groupSurprise } from './group-surprise.ts';
import { independentColumns } from './independent-columns.ts';
import { loadGroup } from './member-group.ts';
import { judgeByNeighbours, type LoadedNeighbours, loadNeighbours, neighbourBlocks } from './neighbours.ts';
import { type DependenceScores, judgeBlocks } from './row-blocks.ts';
import { hashRows, indexBags } from './row-hash.ts';
import type { ScorerParts } from './scorer-parts.ts';
import { scorerState } from './scorer-state.ts';

export interface ScoreOptions {
	/**
	 * Which reasons to give. `columns`: the discriminators' term split equally over the features that each member
	 * sees, at almost no cost. `full`: split by replacing each feature by typical values; about fifty times the cost
	 * of the score.
	 *
	 * @default none
	 */
	readonly reasons?: 'columns' | 'full';
	/** Rows that reasons are wanted for, by their number in the table. @default all */
	readonly rows?: Int32Array;
}

/** Scores of the rows of a table. A row's figures depend on the scorer and the row only. */
export interface ScoredRows {
	/** [rows]: share of the training rows that are less surprising; 1 = most anomalous. */
	readonly score: Float64Array;
	/** [rows]: -log of the estimated density, in nats up to a constant; what the contributions add up to. */
	readonly surprise: Float64Array;
	/** [rows]: the discriminators' mean tempered log-odds of being real. */
	readonly discriminatorOutput: Float64Array;
	/** [rows]: conformal p-value. */
	readonly pValue: Float64Array;
	/** [rows asked for, features]: each feature's part of the surprise. */
	readonly contributions?: Float64Array;
	/** [rows asked for, features]: what of the contribution comes from the feature by itself. */
	readonly marginal?: Float64Array;
}

export interface Scorer {
	readonly specs: readonly FeatureSpec[];
	/**
	 * @throws CounterfoilError SCHEMA_MISMATCH when the table's columns are not those of the specs.
	 *
	 * @example
	 * const { score, contributions } = scorer.score(table, { reasons: 'columns' });
	 */
	score(table: FeatureTable, options?: ScoreOptions): ScoredRows;
	/** What the discriminators hold against a few values of a row together, as `groupSurprise` says. */
	groupSurprise(table: FeatureTable, request: GroupRequest): Float64Array;
	/** All that `restoreScorer` needs. */
	toState(): ModelState;
	/** Frees the memory on the device; the scorer cannot be used after it. */
	dispose(): void;
}

/** Surprise of each row and the parts that it is made of. */
export interface SurpriseParts extends DependenceScores {
	/** [rows] */
	readonly surprise: Float64Array;
	/** [rows, features] */
	readonly marginal: Float64Array;
}

/** The uncalibrated part of scoring, block by block. */
export function* surpriseBlocks(
	backend: Backend,
	parts: Pick<ScorerParts, 'coordinates' | 'marginals'>,
	discriminators: Discriminators,
	table: FeatureTable,
	wantSplit: boolean,
): Generator<void, SurpriseParts, void> {
	const { coordinates } = parts;
	const { members, neighbours } = discriminators;
	const marginal = independentColumns(coordinates, parts.marginals).surprise(table);
	const hashes = hashRows(table, members.hashed);
	const kinds = [judgeByMembers(members, hashes, wantSplit)];
	if (neighbours !== null) kinds.push(judgeByNeighbours(backend, coordinates, neighbours, hashes, wantSplit));
	// Without features that go together there are no members, and nobody to ask.
	yield* judgeBlocks(backend, coordinates, table, members.groups.length === 0 ? kinds.slice(1) : kinds);
	return sumParts(
		marginal,
		kinds.map(({ scores }) => scores),
	);
}

/** Adds each row's marginal surprises to its term. */
export function addMarginal(term: Float64Array, marginal: Float64Array): Float64Array {
	const features = marginal.length / term.length;
	const surprise = new Float64Array(term.length);
	for (let row = 0; row < surprise.length; row++) {
		let sum = term[row] as number;
		for (let f = 0; f < features; f++) sum += marginal[row * features + f] as number;
		surprise[row] = sum;
	}
	return surprise;
}

/** The marginal terms and the mean of what the kinds of discriminators say. */
export function sumParts(marginal: Float64Array, kinds: readonly DependenceScores[]): SurpriseParts {
	const term = meanOf(kinds.map((kind) => kind.term));
	const logOdds = meanOf(kinds.map((kind) => kind.logOdds));
	const splits = kinds.flatMap((kind) => kind.split ?? []);
	const split = splits.length === 0 ? null : meanOf(splits);
	return { term, logOdds, split, marginal, surprise: addMarginal(term, marginal) };
}

/** Value by value. */
function meanOf(arrays: readonly Float64Array[]): Float64Array {
	const [first = new Float64Array(0), ...others] = arrays;
	const mean = first.slice();
	for (const other of others)
		for (let i = 0; i < mean.length; i++) mean[i] = (mean[i] as number) + (other[i] as number);
	if (others.length > 0) for (let i = 0; i < mean.length; i++) mean[i] = (mean[i] as number) / arrays.length;
	return mean;
}

/** Makes a scorer that can be used out of its parts. */
export function openScorer(backend: Backend, parts: ScorerParts): Scorer {
	const discriminators = loadDiscriminators(backend, parts);
	return {
		specs: parts.specs,
		score: (table, options = {}) => scoreTable(backend, parts, discriminators, table, options),
		groupSurprise: (table, request) => groupSurprise(discriminators.members, table, request, parts.references),
		toState: () => scorerState(parts),
		dispose: () => disposeDiscriminators(discriminators),
	};
}

/** The discriminators of both kinds, on the device. */
export interface Discriminators {
	/** Trained ones, on a few features each. */
	readonly members: DependenceModel;
	/** Those that compare distances; null where there are none (yet). */
	readonly neighbours: LoadedNeighbours | null;
}

export function loadDiscriminators(
	backend: Backend,
	{ coordinates, groups, bags, neighbours }: Pick<ScorerParts, 'coordinates' | 'groups' | 'bags' | 'neighbours'>,
): Discriminators {
	const members = {
		coordinates,
		groups: groups.map((group) => loadGroup(backend, group)),
		bags,
		entryOf: indexBags(bags),
		hashed: hashedFeatures(coordinates),
	};
	return { members, neighbours: neighbours === null ? null : loadNeighbours(backend, coordinates, neighbours) };
}

export function disposeDiscriminators({ members, neighbours }: Discriminators): void {
	for (const group of members.groups) group.dispose();
	neighbours?.dispose();
}

/** The features whose content identifies a row: all that are scored. */
export function hashedFeatures(coordinates: Coordinates): number[] {
	return coordinates.features.flatMap((feature, index) => (feature === null ? [] : [index]));
}

function scoreTable(
	backend: Backend,
	parts: ScorerParts,
	discriminators: Discriminators,
	table: FeatureTable,
	options: ScoreOptions,
): ScoredRows {
	checkTable(table, parts.specs);
	const { surprise, logOdds, marginal, split } = finish(
		surpriseBlocks(backend, parts, discriminators, table, options.reasons === 'columns'),
	);
	const score = new Float64Array(table.rows);
	const pValue = new Float64Array(table.rows);
	for (let row = 0; row < table.rows; row++) {
		const rank = rankOf(parts.calibration, surprise[row] as number);
		score[row] = scoreOf(parts.calibration, rank);
		pValue[row] = pValueOf(parts.calibration, rank);
	}
	const scored = { score, surprise, discriminatorOutput: logOdds, pValue };
	if (options.reasons === undefined) return scored;

	const features = parts.specs.length;
	const { rows = null } = options;
	const wanted = pickRows(marginal, rows, features);
	const dependence =
		split === null
			? splitAll(backend, parts, discriminators, table, rows ?? Int32Array.from(surprise.keys()))
			: pickRows(split, rows, features);
	const contributions = new Float64Array(wanted.length);
	for (let i = 0; i < contributions.length; i++) contributions[i] = (wanted[i] as number) + (dependence[i] as number);
	return { ...scored, contributions, marginal: wanted };
}

/** The full split of the members' term and the neighbours', which is never approximate; [rows.length, features]. */
function splitAll(
	backend: Backend,
	{ coordinates, references }: ScorerParts,
	{ members, neighbours }: Discriminators,
	table: FeatureTable,
	rows: Int32Array,
): Float64Array {
	const split = splitFully(members, table, rows, references);
	if (neighbours === null) return split;
	const compared = finish(neighbourBlocks(backend, coordinates, neighbours, members.hashed, table, true));
	const own = pickRows(compared.split as Float64Array, rows, coordinates.features.length);
	return split.map((value, at) => (value + (own[at] as number)) / 2);
}

/** @param rows null for all */
function pickRows(matrix: Float64Array, rows: Int32Array | null, width: number): Float64Array {
	if (rows === null) return matrix;
	const picked = new Float64Array(rows.length * width);
	for (const [position, row] of rows.entries()) {
		picked.set(matrix.subarray(row * width, (row + 1) * width), position * width);
	}
	return picked;
}

function finish<Result>(work: Generator<void, Result, void>): Result {
	for (;;) {
		const step = work.next();
		if (step.done) return step.value;
	}
}

/** @throws CounterfoilError SCHEMA_MISMATCH */
export function checkTable(table: FeatureTable, specs: readonly FeatureSpec[]): void {
	const wrong = specs.findIndex((spec, index) => table.columns[index]?.type !== spec.type);
	if (wrong < 0 && table.columns.length === specs.length) return;
	const spec = specs[wrong];
	throw new CounterfoilError('SCHEMA_MISMATCH', 'The table does not have the features that the scorer was fitted on.', {
		where: spec === undefined ? `${table.columns.length} of ${specs.length} features` : `feature "${spec.name}"`,
		hint: 'Encode the table with the feature specs of the same model.',
	});
}
