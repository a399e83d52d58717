import {
	type Client,
	ScheduleAlreadyRunning,
	type ScheduleHandle,
	ScheduleNotFoundError,
	type ScheduleOverlapPolicy,
} from '@temporalio/client';
import { CounterfoilError } from '../contracts/errors.ts';
import { IO_TASK_QUEUE } from '../contracts/steps.ts';
import { connectClient, unreachable } from './connect-temporal.ts';

/** When a schedule is due, and what happens when it cannot be kept. */
export interface Timing {
	/** In the form of cron: minute, hour, day, month, day of the week. */
	readonly cron?: string;
	readonly everySeconds?: number;
	/** Of cron, such as `Europe/Zurich`. @default UTC */
	readonly timeZone?: string;
	/** When the one before is not over. @default SKIP */
	readonly overlap?: ScheduleOverlapPolicy;
	/** What was missed while the server was away is made good, if it is not longer ago. @default a day */
	readonly catchUpSeconds?: number;
	/** Spread at random over so long, so that not everything begins at the full hour. @default 0 */
	readonly jitterSeconds?: number;
	readonly isPaused?: boolean;
}

export interface ScheduleState {
	readonly scheduleId: string;
	readonly isPaused: boolean;
	/** The latest first. */
	readonly recent: readonly { readonly startedAt: string; readonly workflowId: string }[];
	/** ISO 8601, UTC. */
	readonly next: readonly string[];
}

/** In Temporal's list of schedules, where other programs may have theirs. */
const PREFIX = 'counterfoil-';
const DAY_SECONDS = 86_400;

/** @throws CounterfoilError TEMPORAL_UNREACHABLE; RUN_STATE if there is one by this name; CONFIG_INVALID */
export async function createSchedule(scheduleId: string, timing: Timing): Promise<void> {
	await withClient(scheduleId, async (client) => {
		await client.schedule.create({
			scheduleId: PREFIX + scheduleId,
			spec: {
				...(timing.cron === undefined ? {} : { cronExpressions: [timing.cron] }),
				...(timing.everySeconds === undefined ? {} : { intervals: [{ every: timing.everySeconds * 1_000 }] }),
				...(timing.jitterSeconds === undefined ? {} : { jitter: timing.jitterSeconds * 1_000 }),
				...(timing.timeZone === undefined ? {} : { timezone: timing.timeZone }),
			},
			action: {
				type: 'startWorkflow',
				workflowType: 'scheduled',
				workflowId: `${PREFIX}schedule-${scheduleId}`,
				taskQueue: IO_TASK_QUEUE,
				args: [{ scheduleId }],
			},
			policies: {
				overlap: timing.overlap ?? 'SKIP',
				catchupWindow: (timing.catchUpSeconds ?? DAY_SECONDS) * 1_000,
			},
			state: { paused: timing.isPaused ?? false },
		});
	});
}

/** Starts it now. @throws CounterfoilError NOT_FOUND, TEMPORAL_UNREACHABLE */
export async function triggerSchedule(scheduleId: string): Promise<void> {
	await withSchedule(scheduleId, (handle) => handle.trigger());
}

/** Starts it for every time that it was due between two others, one after the other. */
export async function backfillSchedule(scheduleId: string, start: Date, end: Date): Promise<void> {
	await withSchedule(scheduleId, (handle) => handle.backfill({ start, end, overlap: 'BUFFER_ALL' }));
}

export async function pauseSchedule(scheduleId: string, note: string): Promise<void> {
	await withSchedule(scheduleId, (handle) => handle.pause(note));
}

export async function resumeSchedule(scheduleId: string, note: string): Promise<void> {
	await withSchedule(scheduleId, (handle) => handle.unpause(note));
}

/** Does nothing if Temporal knows no such schedule. */
export async function removeSchedule(scheduleId: string): Promise<void> {
	await withSchedule(scheduleId, (handle) => handle.delete()).catch((error: unknown) => {
		if (!(error instanceof CounterfoilError && error.code === 'NOT_FOUND')) throw error;
	});
}

/** What Temporal knows of schedules; null for those that it does not know. */
export async function describeSchedules(scheduleIds: readonly string[]): Promise<(ScheduleState | null)[]> {
	return withClient('', (client) =>
		Promise.all(
			scheduleIds.map(async (scheduleId) => {
				try {
					const { state, info } = await client.schedule.getHandle(PREFIX + scheduleId).describe();
					return {
						scheduleId,
						isPaused: state.paused,
						recent: info.recentActions
							.map(({ takenAt, action }) => ({
								startedAt: takenAt.toISOString(),
								workflowId: action.workflow.workflowId,
							}))
							.reverse(),
						next: info.nextActionTimes.map((time) => time.toISOString()),
					};
				} catch (error) {
					if (error instanceof ScheduleNotFoundError) return null;
					throw error;
				}
			}),
		),
	);
}

async function withSchedule(scheduleId: string, work: (handle: ScheduleHandle) => Promise<void>): Promise<void> {
	await withClient(scheduleId, (client) => work(client.schedule.getHandle(PREFIX + scheduleId)));
}

async function withClient<T>(scheduleId: string, work: (client: Client) => Promise<T>): Promise<T> {
	const client = await connectClient();
	try {
		return await work(client);
	} catch (error) {
		throw translate(error, scheduleId);
	} finally {
		await client.connection.close();
	}
}

const INVALID_ARGUMENT = 3;
const UNAVAILABLE = 14;

function translate(error: unknown, scheduleId: string): unknown {
	const where = `schedule ${scheduleId}`;
	if (error instanceof ScheduleNotFoundError) {
		return new CounterfoilError('NOT_FOUND', 'the Temporal server knows no such schedule', { where });
	}
	if (error instanceof ScheduleAlreadyRunning) {
		return new CounterfoilError('RUN_STATE', 'the Temporal server has a schedule by this name', {
			where,
			hint: `choose another name, or: counterfoil schedule delete ${scheduleId}`,
		});
	}
	const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
	const code = cause instanceof Error && 'code' in cause ? cause.code : null;
	if (code === UNAVAILABLE) return unreachable(error);
	if (code !== INVALID_ARGUMENT) return error;
	const details = cause instanceof Error && 'details' in cause ? String(cause.details) : '';
	return new CounterfoilError('CONFIG_INVALID', `the Temporal server does not take it: ${details}`, { where });
}
