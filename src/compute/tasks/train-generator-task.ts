import { getJson, putJson } from '../../artifacts/stored-json.ts';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { FeatureSpec } from '../../contracts/features.ts';
import type { TableManifest } from '../../contracts/manifest.ts';
import type { ModelState } from '../../contracts/model-state.ts';
import type { ArtifactRef, TrainGeneratorOutput, TrainInput } from '../../contracts/pipeline.ts';
import { createRandom } from '../../contracts/random.ts';
import { fitModeEncoder } from '../../features/mode-encoder.ts';
import { loadBackend } from '../../gan/backend.ts';
import { createMlpTrainer, restoreMlpTrainer } from '../../gan/mlp-trainer.ts';
import { loadFeatures } from '../load-features.ts';
import { isHeldOut, isSampled } from '../row-split.ts';
import { getModel, putModel } from '../stored-model.ts';
import { reportProgress, type TaskEnvironment } from '../task-environment.ts';

/** Rows that the generator is trained on at most: 100,000 rows of 200 encoded columns are 80 MB. */
const MAX_ROWS = 100_000;
/** About ten seconds of training: what a crash costs at most. */
const CHECKPOINT_EVERY_STEPS = 100;

/** Trains the GAN on the rows that are not held out; goes on from the last checkpoint of an earlier attempt. */
export async function trainGeneratorTask(
	input: TrainInput,
	environment: TaskEnvironment,
): Promise<TrainGeneratorOutput> {
	const { artifacts } = environment;
	const { seed } = input;
	const manifest = await getJson<TableManifest>(artifacts, input.manifest);
	const specs = await getJson<FeatureSpec[]>(artifacts, input.features);
	const table = await loadFeatures(
		artifacts,
		manifest,
		specs,
		(row) => !isHeldOut(row, seed) && isSampled(row, seed, manifest.rows, MAX_ROWS),
	);
	const backend = await loadBackend({ backend: environment.backend });
	// Fitting the encoder again gives the same encoder, so a resumed training needs no copy of it.
	const encoder = fitModeEncoder(table, specs, createRandom(seed, 'encoder'));
	const encoded = encoder.encode(table, createRandom(seed, 'encode'));
	const { steps } = input.config.generator;
	const saved = await findCheckpoint(environment);
	const trainer =
		saved === null
			? createMlpTrainer(backend, encoder.layout, encoded, steps === null ? {} : { steps }, seed)
			: restoreMlpTrainer(backend, encoder.layout, encoded, saved.state);
	let checkpoint = saved?.ref ?? null;
	await trainer.train({
		untilStep: trainer.totalSteps,
		checkpointEverySteps: CHECKPOINT_EVERY_STEPS,
		onProgress: ({ step }) => reportProgress(environment, 'training', step, trainer.totalSteps, checkpoint),
		onCheckpoint: async (state, step) => {
			checkpoint = await putModel(artifacts, state);
			reportProgress(environment, 'training', step, trainer.totalSteps, checkpoint);
		},
	});
	const generator = trainer.generator().toState();
	const withEncoder: ModelState = {
		json: { encoder: encoder.toJSON(), generator: generator.json },
		tensors: generator.tensors,
	};
	return {
		generator: await putModel(artifacts, withEncoder),
		discriminator: await putModel(artifacts, trainer.discriminator().toState()),
		history: await putJson(artifacts, trainer.history),
		steps: trainer.step,
		backend: backend.name,
	};
}

/** Where the attempt before stopped; null where there is nothing to go on from, and training begins anew. */
async function findCheckpoint({
	artifacts,
	previous,
}: TaskEnvironment): Promise<{ readonly ref: ArtifactRef; readonly state: ModelState } | null> {
	const ref = previous?.checkpoint ?? null;
	if (ref === null) return null;
	try {
		return { ref, state: await getModel(artifacts, ref) };
	} catch (error) {
		// Another run of the same data and seed has checkpoints of the same content, and may have deleted it.
		const { code } = CounterfoilError.from(error);
		if (code === 'ARTIFACT_MISSING' || code === 'ARTIFACT_CORRUPT') return null;
		throw error;
	}
}
