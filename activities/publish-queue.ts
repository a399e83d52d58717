import type { PublishQueueInput, PublishQueueOutput } from '../src/contracts/pipeline.ts';
import { publishQueue as fillQueue } from '../src/review/publish-queue.ts';
import { updateRun } from '../src/store/runs.ts';
import type { Activity } from './activity-services.ts';

/** Brings the alerts of a run into the review queue of its data set. */
export const publishQueue: Activity<PublishQueueInput, PublishQueueOutput> = async ({ store }, input) => {
	await updateRun(store, input.runId, { datasetId: input.datasetId });
	const { queueId, opened, appended } = await fillQueue(store, { runId: input.runId });
	return { queueId: String(queueId), opened, appended };
};
