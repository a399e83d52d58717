import type { FeatureTable } from '../contracts/features.ts';
import type { TableManifest } from '../contracts/manifest.ts';
import type { EvaluateInput } from '../contracts/pipeline.ts';
import { createRandom } from '../contracts/random.ts';
import { type ModeEncoderState, restoreModeEncoder } from '../features/mode-encoder.ts';
import { pickRows } from '../features/pick-rows.ts';
import { toFeatures } from '../features/to-features.ts';
import { loadBackend } from '../gan/backend.ts';
import { restoreMlpDiscriminator } from '../gan/mlp-discriminator.ts';
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
 * What other detectors say of the same rows: those that people use, and the plain GAN's own discriminator,
 * which people expect to work and which ranks worse than a coin. Memory is that of one shard, the rows
 * fitted on, and one number per row and detector.
 */
export async function scoreBaselines(
	input: EvaluateInput,
	environment: TaskEnvironment,
	manifest: TableManifest,
): Promise<BaselineScores[]> {
	const { artifacts } = environment;
	const { seed } = input;
	const { columns, specs, history } = await loadScoredFeatures(
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
	const discriminate = await loadDiscriminator(input, environment);

	const names = [...BASELINE_NAMES, 'discriminator of the plain GAN'];
	const all = names.map((name) => ({ name, scores: new Float64Array(manifest.rows) }));
	for await (const { batch, firstRow, history: past } of readShards(artifacts, manifest, history)) {
		const table = toFeatures(batch, specs, past);
		for (let first = 0; first < table.rows; first += ROWS_AT_ONCE) {
			const count = Math.min(ROWS_AT_ONCE, table.rows - first);
			const part = pickRows(
				table,
				Int32Array.from({ length: count }, (_, i) => first + i),
			);
			const scored = [
				...baselines.score(part),
				discriminate({ ...part, columns: part.columns.slice(0, columns.length) }),
			];
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

/** How little real the plain GAN's own discriminator finds rows, [rows]. */
async function loadDiscriminator(
	input: EvaluateInput,
	environment: TaskEnvironment,
): Promise<(table: FeatureTable) => Float64Array> {
	const { artifacts } = environment;
	const backend = await loadBackend({ backend: environment.backend });
	const generator = await getModel(artifacts, input.model.generator);
	const encoder = restoreModeEncoder((generator.json as { readonly encoder: ModeEncoderState }).encoder);
	const discriminator = restoreMlpDiscriminator(backend, await getModel(artifacts, input.discriminator));
	const random = createRandom(input.seed, 'discriminator');
	return (table) => {
		const logits = discriminator.logits(encoder.encode(table, random), table.rows);
		return Float64Array.from(logits, (logit) => -logit);
	};
}
