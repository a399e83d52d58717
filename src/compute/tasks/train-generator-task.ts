import { getJson, putJson } from '../../artifacts/stored-json.ts';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { FeatureSpec } from '../../contracts/features.ts';
import type { TableManifest } from '../../contracts/manifest.ts';
import type { ModelState } from '../../contracts/model-state.ts';
import type { ArtifactRef, TrainGeneratorInput, TrainGeneratorOutput } from '../../contracts/pipeline.ts';
import type { TableProfile } from '../../contracts/profile.ts';
import { withoutRanges } from '../../features/private/private-encoder.ts';
import { loadBackend } from '../../gan/backend.ts';
import { startGenerator } from '../../synthesis/fit-generator.ts';
import { learnRules } from '../learn-rules.ts';
import { rowSourceState } from '../row-source.ts';
import { getModel, putModel } from '../stored-model.ts';
import { reportProgress, type TaskEnvironment } from '../task-environment.ts';
import { trainPrivate } from '../train-private.ts';
import { loadTrainingRows } from '../training-rows.ts';

/** What a crash costs of the training of the network at most, give or take the steps between two of its measures. */
const CHECKPOINT_EVERY_MS = 2_000;

/** Trains the generator on the rows that are not held out; goes on from the last checkpoint of an earlier attempt. */
export async function trainGeneratorTask(
	input: TrainGeneratorInput,
	environment: TaskEnvironment,
): Promise<TrainGeneratorOutput> {
	const { artifacts } = environment;
	const { seed, plan, config } = input;
	const { privacy } = config.generator;
	const described = await getJson<FeatureSpec[]>(artifacts, input.features);
	const specs = privacy ? withoutRanges(described) : described;
	const table = await loadTrainingRows(artifacts, input, specs);
	const backend = await loadBackend({ backend: environment.backend });
	const manifest = await getJson<TableManifest>(artifacts, input.manifest);
	const profile = await getJson<TableProfile>(artifacts, input.profile);
	if (privacy) return trainPrivate(backend, table, profile, specs, privacy, input, environment);
	const saved = await findCheckpoint(environment);
	const steps = config.generator.steps ?? plan?.steps ?? null;
	const judgeSteps = plan?.judgeSteps ?? null;
	const training = startGenerator(backend, table, specs, seed, {
		kind: config.generator.kind,
		...(steps === null ? {} : { steps }),
		...(judgeSteps === null ? {} : { judgeSteps }),
		checkpoint: saved?.state ?? null,
	});
	let checkpoint = saved?.ref ?? null;
	let last = { phase: 'training', done: 0, total: 0 };
	const report = () => reportProgress(environment, last.phase, last.done, last.total, checkpoint);
	let savedAt = performance.now();
	const fitted = await training.finish({
		isCheckpointDue: () => performance.now() - savedAt >= CHECKPOINT_EVERY_MS,
		onProgress: (progress) => {
			last = progress;
			report();
		},
		onCheckpoint: async (state) => {
			checkpoint = await putModel(artifacts, state);
			savedAt = performance.now();
			report();
		},
	});
	const { generator, discriminator } = fitted;
	const rules = await learnRules(artifacts, manifest, profile, specs, table);
	return {
		generator: await putModel(artifacts, rowSourceState(generator.toState(), rules)),
		discriminator: discriminator === null ? null : await putModel(artifacts, discriminator),
		history: await putJson(artifacts, fitted.history),
		steps: fitted.steps,
		backend: backend.name,
		privacy: null,
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
