import { putJson } from '../artifacts/stored-json.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import type { FeatureSpec, FeatureTable } from '../contracts/features.ts';
import type { TrainGeneratorInput, TrainGeneratorOutput } from '../contracts/pipeline.ts';
import type { PrivacyRequest } from '../contracts/privacy.ts';
import type { TableProfile } from '../contracts/profile.ts';
import { withLabelAsFeature } from '../features/fit-features.ts';
import type { Backend } from '../gan/backend.ts';
import { fitPrivateGenerator } from '../synthesis/fit-private-generator.ts';
import { rowSourceState } from './row-source.ts';
import { putModel } from './stored-model.ts';
import { reportProgress, type TaskEnvironment } from './task-environment.ts';

/**
 * Trains a generator under differential privacy. Nothing else that a generator has is stored with it: no rules between
 * columns, no pattern of keys, no profile, all of which would tell of rows.
 */
export async function trainPrivate(
	backend: Backend,
	table: FeatureTable,
	profile: TableProfile,
	specs: readonly FeatureSpec[],
	privacy: PrivacyRequest,
	{ seed, config }: TrainGeneratorInput,
	environment: TaskEnvironment,
): Promise<TrainGeneratorOutput> {
	const { artifacts } = environment;
	const { kind, steps } = config.generator;
	if (kind !== 'autoregressive') throw new CounterfoilError('INTERNAL', `A generator "${kind}" cannot be private.`);
	const fitted = await fitPrivateGenerator(backend, table, withLabelAsFeature(profile), specs, seed, {
		...privacy,
		...(steps === null ? {} : { steps }),
		onProgress: ({ phase, done, total }) => reportProgress(environment, phase, done, total),
	});
	const { generator, profile: told, ...rules } = fitted.source;
	const state = rowSourceState(generator.toState(), {
		...rules,
		private: { privacy: fitted.privacy, profile: told },
	});
	generator.dispose();
	return {
		generator: await putModel(artifacts, state),
		discriminator: null,
		history: await putJson(artifacts, fitted.history),
		steps: fitted.steps,
		backend: backend.name,
		privacy: fitted.privacy,
	};
}
