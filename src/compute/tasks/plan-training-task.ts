import { getJson } from '../../artifacts/stored-json.ts';
import type { FeatureSpec } from '../../contracts/features.ts';
import type { TrainInput, TrainingPlan } from '../../contracts/pipeline.ts';
import { loadBackend } from '../../gan/backend.ts';
import { planBudget } from '../../synthesis/plan-budget.ts';
import { reportProgress, type TaskEnvironment } from '../task-environment.ts';
import { loadTrainingRows } from '../training-rows.ts';

/** Turns the time budget of a training into a number of steps, by trying how long a step takes here. */
export async function planTrainingTask(input: TrainInput, environment: TaskEnvironment): Promise<TrainingPlan> {
	const { artifacts } = environment;
	const { seed, config } = input;
	const specs = await getJson<FeatureSpec[]>(artifacts, input.features);
	const table = await loadTrainingRows(artifacts, input, specs);
	const backend = await loadBackend({ backend: environment.backend });
	const { kind, budgetSeconds } = config.generator;
	reportProgress(environment, 'timing a few steps', 0, 1);
	return planBudget(backend, table, specs, seed, { kind, seconds: budgetSeconds ?? 0 });
}
