import { CounterfoilError, type ErrorCode } from '../src/contracts/errors.ts';
import type { FinishRunInput } from '../src/contracts/pipeline.ts';
import type { BeginRunInput, FailRunInput } from '../src/contracts/run-control.ts';
import {
	claimRunForWorkflow,
	createRun,
	failRun as endFailed,
	finishRun as endFinished,
	findRun,
	updateRun,
} from '../src/store/runs.ts';
import type { Activity } from './activity-services.ts';

/**
 * Opens a run of a workflow in the database, or opens it again; one that is open already stays as it is.
 *
 * @throws CounterfoilError RUN_ACTIVE if another process carries it out; RUN_STATE if it has succeeded
 */
export const beginRun: Activity<BeginRunInput, void> = async ({ store, version }, { request, workflowId }) => {
	const { runId, ...config } = request;
	if ((await findRun(store, runId)) !== undefined) {
		await claimRunForWorkflow(store, runId, workflowId);
		return;
	}
	await createRun(store, {
		runId,
		kind: request.kind,
		runKey: request.runKey,
		runner: 'temporal',
		workflowId,
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
	// An activity may be carried out twice, and the first time may have been seen by nobody.
	if ((await findRun(store, runId))?.status === 'succeeded') return;
	await endFinished(store, runId);
};

/** Closes a run as failed, or as cancelled if that is what the error says. */
export const failRun: Activity<FailRunInput, void> = async ({ store }, { runId, error }) => {
	await endFailed(store, runId, error).catch((refused: unknown) => {
		if (!NOT_OURS_TO_CLOSE.has(CounterfoilError.from(refused).code)) throw refused;
	});
};

/** A run that is over stays as it ended, and one that never began or that others carry out is left to them. */
const NOT_OURS_TO_CLOSE: ReadonlySet<ErrorCode> = new Set(['RUN_STATE', 'NOT_FOUND', 'RUN_ACTIVE']);
