import { setTimeout } from 'node:timers/promises';
import { type AugmentRequest, clientOf, type GeneratedRows } from '../client/connect.ts';
import { type Job, startJob } from '../client/job.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import type { RunSummary } from '../contracts/run-config.ts';
import { requestOfRun } from '../runtime/make-request.ts';
import type { Workspace } from '../runtime/open-workspace.ts';
import { runInProcess } from '../runtime/run-in-process.ts';
import type { Run } from '../store/database.ts';
import { getRun } from '../store/list-runs.ts';
import type { Store } from '../store/store.ts';

/** Work that was started from the console. */
export interface ConsoleJobs {
	/** @throws NOT_FOUND, CONDITION_INVALID, USAGE; TOO_MANY_REQUESTS while as many go on as may */
	augment(request: AugmentRequest): Promise<Job<GeneratedRows>>;
	/**
	 * Goes on with a run that was interrupted, cancelled or has failed, from its last checkpoint: by this process, or by
	 * the workers of Temporal whose run it is.
	 *
	 * Comes back once it is under way there.
	 *
	 * @throws RUN_STATE for a run that is over or under way; TOO_MANY_REQUESTS; RUN_ACTIVE, TEMPORAL_UNREACHABLE or what
	 * else kept it from being begun
	 */
	resume(run: Run): Promise<void>;
	/** Generation of this process by its run. */
	find(runId: string): Job<GeneratedRows> | undefined;
	/** Stops what is under way in this process; it can be resumed. Workflows go on by their workers. */
	close(): Promise<void>;
}

/** Each takes a processor. */
const JOBS_AT_ONCE = 2;
const KEPT_JOBS = 100;
/** How often it is looked, for 5 s in all, whether a worker has taken a run up. */
const LOOK_MS = 100;
const LOOKS = 50;
const RESUMABLE: readonly Run['status'][] = ['interrupted', 'failed', 'cancelled'];

export function createConsoleJobs(workspace: Workspace): ConsoleJobs {
	const client = clientOf(workspace);
	const jobs = new Map<string, Job<GeneratedRows>>();
	const resumed = new Map<string, Job<RunSummary>>();

	function requireRoom(): void {
		const running = [...jobs.values(), ...resumed.values()].filter((job) => job.progress().state === 'running');
		if (running.length < JOBS_AT_ONCE) return;
		throw new CounterfoilError('TOO_MANY_REQUESTS', 'Two jobs are under way already.', {
			hint: 'wait for one of them, or cancel it',
		});
	}

	function keep<Result>(known: Map<string, Job<Result>>, job: Job<Result>): void {
		known.set(job.runId, job);
		const [oldest] = known.keys();
		if (known.size > KEPT_JOBS && oldest !== undefined) known.delete(oldest);
	}

	return {
		async augment(request) {
			requireRoom();
			const job = await client.augment(request);
			keep(jobs, job);
			return job;
		},
		async resume(run) {
			const isUnderWay = resumed.get(run.run_id)?.progress().state === 'running';
			if (!RESUMABLE.includes(run.status) || isUnderWay) {
				throw new CounterfoilError('RUN_STATE', 'The run is over, or under way.', { where: `run ${run.run_id}` });
			}
			if (run.runner !== 'temporal') requireRoom();
			const request = requestOfRun(run);
			if (request.augment?.into.kind === 'file') {
				throw new CounterfoilError('USAGE', 'The rows of this run go to a file, which the run does not know.', {
					where: `run ${run.run_id}`,
					hint: 'give the command that began it again',
				});
			}
			if (run.runner === 'temporal') {
				const { startOnTemporal } = await import('../runtime/run-on-temporal.ts');
				await startOnTemporal(request);
				await waitUntilTaken(workspace.store, run);
				return;
			}
			// The first thing that it tells comes after this process has made the run its own.
			await new Promise<unknown>((resolve, reject) => {
				const job = startJob(
					{ runId: run.run_id, resumed: true },
					(options) => runInProcess(workspace, request, options),
					async (summary) => summary,
					{ onEvent: resolve },
				);
				keep(resumed, job);
				// What comes of it later is told by the run in the database.
				job.result().then(resolve, reject);
			});
		},
		find: (runId) => jobs.get(runId),
		async close() {
			await Promise.all([...resumed.values()].map((job) => job.cancel()));
			await client.close();
		},
	};
}

/** Until a worker has noted that the run goes on: whoever looks at it next sees that. A busy worker may take longer. */
async function waitUntilTaken(store: Store, run: Run): Promise<void> {
	for (let looks = 0; looks < LOOKS; looks++) {
		const now = await getRun(store, run.run_id);
		if (now.status === 'running' || now.heartbeat_at !== run.heartbeat_at) return;
		await setTimeout(LOOK_MS);
	}
}
