import { getJson, putJson } from '../../artifacts/stored-json.ts';
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
	const previous = environment.previous?.checkpoint ?? null;
	const trainer =
		previous === null
			? createMlpTrainer(backend, encoder.layout, encoded, steps === null ? {} : { steps }, seed)
			: restoreMlpTrainer(backend, encoder.layout, encoded, await getModel(artifacts, previous));
	let checkpoint: ArtifactRef | null = previous;
	let older: ArtifactRef | null = null;
	await trainer.train({
		untilStep: trainer.totalSteps,
		checkpointEverySteps: CHECKPOINT_EVERY_STEPS,
		onProgress: ({ step }) => reportProgress(environment, 'training', step, trainer.totalSteps, checkpoint),
		onCheckpoint: async (state, step) => {
			// The journal may still name the one before when this process dies, so two are kept.
			if (older !== null) await artifacts.delete(older.uri);
			older = checkpoint;
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
