import { CounterfoilError } from '../contracts/errors.ts';
import type { FeatureSpec, FeatureTable } from '../contracts/features.ts';
import type { ModelState } from '../contracts/model-state.ts';
import type { Backend } from '../gan/backend.ts';
import { pValueOf, rankOf, scoreOf } from './calibration.ts';
import type { Coordinates } from './coordinates.ts';
import type { DependenceModel, DependenceScores } from './dependence.ts';
import { dependenceBlocks } from './dependence.ts';
import { splitFully } from './full-split.ts';
import { type GroupRequest, groupSurprise } from './group-surprise.ts';
import { independentColumns } from './independent-columns.ts';
import { loadGroup } from './member-group.ts';
import { indexBags } from './row-hash.ts';
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
	parts: Pick<ScorerParts, 'coordinates' | 'marginals'>,
	model: DependenceModel,
	table: FeatureTable,
	wantSplit: boolean,
): Generator<void, SurpriseParts, void> {
	const marginal = independentColumns(parts.coordinates, parts.marginals).surprise(table);
	const dependence = yield* dependenceBlocks(model, table, wantSplit);
	const features = parts.coordinates.features.length;
	const surprise = new Float64Array(table.rows);
	for (let row = 0; row < table.rows; row++) {
		let sum = dependence.term[row] as number;
		for (let f = 0; f < features; f++) sum += marginal[row * features + f] as number;
		surprise[row] = sum;
	}
	return { ...dependence, marginal, surprise };
}

/** Makes a scorer that can be used out of its parts. */
export function openScorer(backend: Backend, parts: ScorerParts): Scorer {
	const model = loadModel(backend, parts);
	return {
		specs: parts.specs,
		score: (table, options = {}) => scoreTable(parts, model, table, options),
		groupSurprise: (table, request) => groupSurprise(model, table, request, parts.references),
		toState: () => scorerState(parts),
		dispose: () => {
			for (const group of model.groups) group.dispose();
		},
	};
}

export function loadModel(
	backend: Backend,
	parts: Pick<ScorerParts, 'coordinates' | 'groups' | 'bags'>,
): DependenceModel {
	return {
		coordinates: parts.coordinates,
		groups: parts.groups.map((group) => loadGroup(backend, group)),
		bags: parts.bags,
		entryOf: indexBags(parts.bags),
		hashed: hashedFeatures(parts.coordinates),
	};
}

/** The features whose content identifies a row: all that are scored. */
export function hashedFeatures(coordinates: Coordinates): number[] {
	return coordinates.features.flatMap((feature, index) => (feature === null ? [] : [index]));
}

function scoreTable(
	parts: ScorerParts,
	model: DependenceModel,
	table: FeatureTable,
	options: ScoreOptions,
): ScoredRows {
	checkTable(table, parts.specs);
	const { surprise, logOdds, marginal, split } = finish(
		surpriseBlocks(parts, model, table, options.reasons === 'columns'),
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
	const rows = options.rows ?? Int32Array.from({ length: table.rows }, (_, row) => row);
	const wanted = pickRows(marginal, rows, features);
	const dependence =
		split === null ? splitFully(model, table, rows, parts.references) : pickRows(split, rows, features);
	const contributions = wanted.map((value, at) => value + (dependence[at] as number));
	return { ...scored, contributions, marginal: wanted };
}

function pickRows(matrix: Float64Array, rows: Int32Array, width: number): Float64Array {
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
