import { type AugmentRequest, clientOf, type GeneratedRows } from '../client/connect.ts';
import type { Job } from '../client/job.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import type { Workspace } from '../runtime/open-workspace.ts';

/** Generation that was started from the console. */
export interface ConsoleJobs {
	/** @throws NOT_FOUND, CONDITION_INVALID, USAGE; TOO_MANY_REQUESTS while as many go on as may */
	augment(request: AugmentRequest): Promise<Job<GeneratedRows>>;
	/** A job of this process by its run. */
	find(runId: string): Job<GeneratedRows> | undefined;
	/** Stops what is under way; it can be resumed. */
	close(): Promise<void>;
}

/** Each takes a processor. */
const JOBS_AT_ONCE = 2;
const KEPT_JOBS = 100;

export function createConsoleJobs(workspace: Workspace): ConsoleJobs {
	const client = clientOf(workspace);
	const jobs = new Map<string, Job<GeneratedRows>>();
	return {
		async augment(request) {
			const running = [...jobs.values()].filter((job) => job.progress().state === 'running');
			if (running.length >= JOBS_AT_ONCE) {
				throw new CounterfoilError('TOO_MANY_REQUESTS', 'Two jobs are under way already.', {
					hint: 'wait for one of them, or cancel it',
				});
			}
			const job = await client.augment(request);
			jobs.set(job.runId, job);
			const [oldest] = jobs.keys();
			if (jobs.size > KEPT_JOBS && oldest !== undefined) jobs.delete(oldest);
			return job;
		},
		find: (runId) => jobs.get(runId),
		close: () => client.close(),
	};
}
