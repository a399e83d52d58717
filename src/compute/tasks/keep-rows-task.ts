import type { FitScoreInput, KeepRowsOutput } from '../../contracts/pipeline.ts';
import { keepRows } from '../../scoring/fit-scorer.ts';
import { loadScoreFit } from '../load-score-fit.ts';
import { putModel } from '../stored-model.ts';
import type { TaskEnvironment } from '../task-environment.ts';

/** Finds the rows that the fits of the score may use. */
export async function keepRowsTask(input: FitScoreInput, environment: TaskEnvironment): Promise<KeepRowsOutput> {
	const { backend, table, specs, options } = await loadScoreFit(input, environment);
	const kept = await keepRows(backend, table, specs, options);
	const tensors = { kept: { shape: [kept.length], data: kept } };
	return { kept: await putModel(environment.artifacts, { json: {}, tensors }) };
}
