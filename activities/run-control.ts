import { CounterfoilError } from '../src/contracts/errors.ts';
import type { BeginRunInput, FailRunInput, FinishRunInput } from '../src/contracts/pipeline.ts';
import { createRun, failRun as endFailed, finishRun as endFinished, findRun, updateRun } from '../src/store/runs.ts';
import type { Activity } from './activity-services.ts';

/** Opens a run in the database; one that is open already stays as it is. */
export const beginRun: Activity<BeginRunInput, void> = async ({ store, version }, { request, workflowId }) => {
	if ((await findRun(store, request.runId)) !== undefined) return;
	const { runId, ...config } = request;
	await createRun(store, {
		runId,
		kind: request.kind,
		runKey: request.runKey,
		runner: workflowId === null ? 'in-process' : 'temporal',
		...(workflowId === null ? {} : { workflowId }),
		seed: request.seed,
		config,
		counterfoilVersion: version,
	});
};

/** Closes a run as succeeded. */
export const finishRun: Activity<FinishRunInput, void> = async ({ store }, { runId, datasetId, modelId }) => {
	await updateRun(store, runId, {
		...(datasetId === null ? {} : { datasetId }),
		...(modelId === null ? {} : { modelId }),
	});
	await ignoreEnded(endFinished(store, runId));
};

/** Closes a run as failed, or as cancelled if that is what the error says. */
export const failRun: Activity<FailRunInput, void> = async ({ store }, { runId, error }) => {
	await ignoreEnded(endFailed(store, runId, error));
};

/** An activity may be carried out twice; a run that is over stays as it ended. */
async function ignoreEnded(ending: Promise<void>): Promise<void> {
	await ending.catch((error) => {
		if (!(error instanceof CounterfoilError && (error.code === 'RUN_STATE' || error.code === 'NOT_FOUND'))) throw error;
	});
}
