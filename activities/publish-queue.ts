import type { PublishQueueInput, PublishQueueOutput } from '../src/contracts/pipeline.ts';
import { publishQueues } from '../src/review/publish-queue.ts';
import { updateRun } from '../src/store/runs.ts';
import type { Activity } from './activity-services.ts';

/** Brings records of a run into the review queues of its data set. */
export const publishQueue: Activity<PublishQueueInput, PublishQueueOutput> = async ({ store }, input) => {
	await updateRun(store, input.runId, { datasetId: input.datasetId });
	const queues = await publishQueues(store, { runId: input.runId });
	return {
		queueId: String(queues[0]?.queueId),
		opened: queues.reduce((sum, { opened, audited }) => sum + opened + audited, 0),
		appended: queues.reduce((sum, { appended }) => sum + appended, 0),
	};
};
