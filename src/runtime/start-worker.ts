import { fileURLToPath } from 'node:url';
import { Context } from '@temporalio/activity';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { COMPUTE_TASK_QUEUE, IO_TASK_QUEUE, type StepProgress } from '../contracts/steps.ts';
import { listRuns } from '../store/list-runs.ts';
import { isUpToDate } from '../store/migrate.ts';
import { toApplicationFailure } from './application-failure.ts';
import { closeEndedRuns } from './close-ended-runs.ts';
import { connectWorker, payloadConverter } from './connect-temporal.ts';
import { openTracing } from './open-tracing.ts';
import type { Workspace } from './open-workspace.ts';
import { ensureSearchAttributes } from './search-attributes.ts';
import { type HealthChecks, type HealthServer, serveHealth } from './serve-health.ts';
import { createStepRunner } from './step-runner.ts';
import type { LogFacts, WorkerLog } from './worker-log.ts';

export interface WorkerOptions {
	/** Which task queues this process serves. */
	readonly queues: readonly ('io' | 'compute')[];
	/** Compute steps at a time. @default 1 */
	readonly computeSlots: number;
	/** For steps to come to their end once the worker is to stop; then they are handed back. @default 5,000 */
	readonly drainMs?: number;
	/** `host:port` at which Prometheus finds the SDK's metrics under `/metrics`. @default none */
	readonly metricsAddress?: string;
	/** `host:port` of `/healthz` and `/readyz`. @default none */
	readonly healthAddress?: string;
	/** Runs stay with workers of the version that began them; the server has to be told which one is current. */
	readonly version?: { readonly deploymentName: string; readonly buildId: string };
	/** Aborted: finish or hand back what is under way, then return. */
	readonly signal: AbortSignal;
	/** What happens is told here. */
	readonly log: WorkerLog;
	readonly onReady: () => void;
}

const HEARTBEAT_EVERY_MS = 5_000;
const CLOSE_EVERY_MS = 5 * 60_000;
const PROBE_URI = `artifact:sha256/00/${'0'.repeat(64)}.json`;

/**
 * Serves the task queues until the signal is aborted. Workflows run on the io queue's worker.
 *
 * @throws CounterfoilError TEMPORAL_UNREACHABLE
 */
export async function startWorker(workspace: Workspace, options: WorkerOptions): Promise<void> {
	const { log, metricsAddress, version } = options;
	Runtime.install({
		logger: new DefaultLogger('WARN', (entry) => log.warn(`Temporal SDK: ${entry.message}`, factsOf(entry.meta))),
		shutdownSignals: [],
		...(metricsAddress === undefined
			? {}
			: { telemetryOptions: { metrics: { prometheus: { bindAddress: metricsAddress } } } }),
	});
	const { connection, namespace } = await connectWorker();
	let health: HealthServer | null = null;
	let closing: NodeJS.Timeout | null = null;
	try {
		const activities = temporalActivities(workspace, log);
		const tracing = await openTracing((hint) =>
			log.warn('spans are not sent: OpenTelemetry is not installed', { hint }),
		);
		await ensureSearchAttributes(connection, namespace);
		const shared = {
			connection,
			namespace,
			activities,
			dataConverter: payloadConverter(),
			...(tracing === null ? {} : { plugins: [tracing] }),
			shutdownGraceTime: options.drainMs ?? 5_000,
			...(version === undefined ? {} : { workerDeploymentOptions: versionedAs(version) }),
			// The answer to a heartbeat is how a step learns that it was cancelled.
			maxHeartbeatThrottleInterval: HEARTBEAT_EVERY_MS,
		} as const;
		const workers: Worker[] = [];
		if (options.queues.includes('io')) {
			const isSource = import.meta.url.endsWith('.ts');
			const workflows = new URL(isSource ? '../../workflows/index.ts' : '../../workflows/index.js', import.meta.url);
			workers.push(
				await Worker.create({
					...shared,
					taskQueue: IO_TASK_QUEUE,
					workflowsPath: fileURLToPath(workflows),
					maxConcurrentActivityTaskExecutions: 4,
				}),
			);
		}
		if (options.queues.includes('compute')) {
			workers.push(
				await Worker.create({
					...shared,
					taskQueue: COMPUTE_TASK_QUEUE,
					maxConcurrentActivityTaskExecutions: options.computeSlots,
				}),
			);
		}
		const stop = () => {
			for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
		};
		// The connection can be closed, and the failure of one told, only when none uses it any more.
		const runs = workers.map((worker) => worker.run().finally(stop));
		const onAbort = () => {
			log.info('worker stopping');
			stop();
		};
		options.signal.addEventListener('abort', onAbort, { once: true });
		if (options.healthAddress !== undefined) {
			const healthy: HealthChecks = {
				workers: async () => workers.every((worker) => worker.getState() === 'RUNNING'),
				database: async () => (await listRuns(workspace.store, { limit: 1 })).length >= 0,
				// Whether it is there does not matter, only that somebody answers.
				artifacts: async () => typeof (await workspace.artifacts.has(PROBE_URI)) === 'boolean',
			};
			const ready: HealthChecks = { ...healthy, migrations: () => isUpToDate(workspace.store.reader) };
			health = await serveHealth(options.healthAddress, { '/healthz': healthy, '/readyz': ready });
		}
		for (const { options: of } of workers) log.info('worker ready', { queue: of.taskQueue ?? '' });
		if (options.queues.includes('io')) closing = closeAgainAndAgain(workspace.store, log);
		options.onReady();
		if (options.signal.aborted) onAbort();
		const failed = (await Promise.allSettled(runs)).find((run) => run.status === 'rejected');
		options.signal.removeEventListener('abort', onAbort);
		if (failed !== undefined) throw failed.reason;
	} finally {
		if (closing !== null) clearInterval(closing);
		await health?.close();
		await connection.close();
		log.info('worker stopped');
	}
}

/** A run whose workflow was terminated would keep the retention from clearing up for ever. */
function closeAgainAndAgain(store: Workspace['store'], log: WorkerLog): NodeJS.Timeout {
	const close = async () => {
		const closed = await closeEndedRuns(store).catch(() => []);
		for (const runId of closed) log.warn('the workflow of a run was ended from outside', { runId });
	};
	void close();
	return setInterval(() => void close(), CLOSE_EVERY_MS).unref();
}

function versionedAs(version: NonNullable<WorkerOptions['version']>) {
	return { version, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' } as const;
}

/** The steps as Temporal activities: heartbeats out, checkpoint of the attempt before in, failures by code. */
function temporalActivities(workspace: Workspace, log: WorkerLog): Record<string, (input: never) => Promise<unknown>> {
	const runner = createStepRunner(workspace);
	const activities: Record<string, (input: never) => Promise<unknown>> = {};
	for (const name of runner.names) {
		activities[name] = async (input) => {
			const context = Context.current();
			const { attempt, taskQueue: queue, workflowExecution } = context.info;
			const begunMs = performance.now();
			const facts = (): LogFacts => ({
				...runOf(input),
				...(workflowExecution === undefined ? {} : { workflowId: workflowExecution.workflowId }),
				activity: name,
				attempt,
				queue,
				durationMs: Math.round(performance.now() - begunMs),
			});
			let step: Pick<LogFacts, 'step' | 'reused'> = {};
			let last = (context.info.heartbeatDetails ?? null) as StepProgress | null;
			const beating = setInterval(() => context.heartbeat(last), HEARTBEAT_EVERY_MS);
			try {
				log.debug('step begun', facts());
				const output = await runner.run(name, input, {
					signal: context.cancellationSignal,
					onEvent: (event) => {
						step = event.type === 'reused' ? { step: event.step, reused: true } : { step: event.step };
						if (event.progress === undefined) return;
						last = event.progress;
						context.heartbeat(last);
					},
				});
				log.info('step done', { ...facts(), ...step });
				return output;
			} catch (error) {
				log.failed('step failed', error, { ...facts(), ...step });
				// Temporal knows a cancelled activity by its own failure; only that ends the workflow as cancelled.
				if (context.cancellationSignal.aborted) await context.cancelled;
				throw toApplicationFailure(error, attempt);
			} finally {
				clearInterval(beating);
			}
		};
	}
	return activities;
}

interface StepOfRun {
	readonly runId?: unknown;
	/** Of the step that begins a run. */
	readonly request?: { readonly runId?: unknown };
}

/** The run that a step is of; what schedules ask has none. */
function runOf(input: StepOfRun | null): Pick<LogFacts, 'runId'> {
	const runId = input?.runId ?? input?.request?.runId;
	return typeof runId === 'string' ? { runId } : {};
}

/** Of what the SDK says beside its messages, only names: its failures hold what was thrown. */
function factsOf(meta: Record<string, unknown> = {}): LogFacts {
	const { workflowId, activityType, attempt, taskQueue } = meta;
	return {
		...(typeof workflowId === 'string' ? { workflowId } : {}),
		...(typeof activityType === 'string' ? { activity: activityType } : {}),
		...(typeof attempt === 'number' ? { attempt } : {}),
		...(typeof taskQueue === 'string' ? { queue: taskQueue } : {}),
	};
}
