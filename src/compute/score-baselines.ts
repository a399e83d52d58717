import type { TableManifest } from '../contracts/manifest.ts';
import type { EvaluateInput } from '../contracts/pipeline.ts';
import { createRandom } from '../contracts/random.ts';
import { pickRows } from '../features/pick-rows.ts';
import { toFeatures } from '../features/to-features.ts';
import { BASELINE_NAMES, type FittedBaselines, fitBaselines } from '../scoring/baselines/fit-baselines.ts';
import { readStoredEnsemble } from '../scoring/scoring-model.ts';
import { loadFeatures } from './load-features.ts';
import { readShards } from './read-shards.ts';
import { isSampled } from './row-split.ts';
import { loadScoredFeatures } from './scored-features.ts';
import { getModel } from './stored-model.ts';
import type { TaskEnvironment } from './task-environment.ts';

export interface BaselineScores {
	readonly name: string;
	/** [rows]; higher = more anomalous */
	readonly scores: Float64Array;
}

/** Rows that the baselines are fitted on. */
const MAX_ROWS = 20_000;
/** Features times rows that the baselines are fitted on: the one-hot columns of a wide table fill the memory. */
const MAX_CELLS = 5e5;

/** Rows that are encoded and scored together. */
const ROWS_AT_ONCE = 4096;

/**
 * What other detectors that people use say of the same rows. Memory is that of one shard, the rows fitted on, and one
 * number per row and detector.
 */
export async function scoreBaselines(
	input: EvaluateInput,
	environment: TaskEnvironment,
	manifest: TableManifest,
): Promise<BaselineScores[]> {
	const { artifacts } = environment;
	const { seed } = input;
	const { specs, history } = await loadScoredFeatures(
		artifacts,
		input.model.features,
		input.model.history,
		input.history,
	);
	const maxRows = Math.min(MAX_ROWS, Math.max(1000, Math.floor(MAX_CELLS / specs.length)));
	const isFittedOn = (row: number) => isSampled(row, seed, manifest.rows, maxRows);
	const sample = await loadFeatures(artifacts, manifest, specs, isFittedOn, history);
	const baselines =
		(await loadStored(input, environment)) ??
		fitBaselines(sample, specs, createRandom(seed, 'baselines'), manifest.rows);
	const all = BASELINE_NAMES.map((name) => ({ name, scores: new Float64Array(manifest.rows) }));
	for await (const { batch, firstRow, history: past } of readShards(artifacts, manifest, history)) {
		const table = toFeatures(batch, specs, past);
		for (let first = 0; first < table.rows; first += ROWS_AT_ONCE) {
			const count = Math.min(ROWS_AT_ONCE, table.rows - first);
			const part = pickRows(
				table,
				Int32Array.from({ length: count }, (_, i) => first + i),
			);
			const scored = baselines.score(part);
			for (let i = 0; i < all.length; i++) all[i]?.scores.set(scored[i] as Float64Array, firstRow + first);
		}
	}
	return all;
}

/** Those that the model's score is a mean with, so that it is compared with its own parts. */
async function loadStored(input: EvaluateInput, { artifacts }: TaskEnvironment): Promise<FittedBaselines | null> {
	return input.config.scoring.ensemble
		? (readStoredEnsemble(await getModel(artifacts, input.model.scorer))?.baselines ?? null)
		: null;
}
