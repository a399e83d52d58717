import { createHash } from 'node:crypto';
import type { Activity, ActivityServices } from '../../activities/activity-services.ts';
import { activities } from '../../activities/index.ts';
import type { ArtifactRef } from '../contracts/pipeline.ts';
import type { ScheduleSteps } from '../contracts/schedule.ts';
import { labelStep, type RunControl, type StepContext, type StepName, type StepProgress } from '../contracts/steps.ts';
import { beginStep, failStep, finishStep, heartbeatStep, type StepAttempt } from '../store/run-steps.ts';
import type { RunOptions } from './run-event.ts';

/** Between two notes of progress in the journal, except where there is a new checkpoint. */
const NOTE_EVERY_MS = 2_000;

export type ActivityName = StepName | keyof RunControl | keyof ScheduleSteps;

export interface StepRunner {
	readonly names: readonly ActivityName[];
	/** Carries a step out through the journal: once, and from where an earlier attempt stopped. */
	run(name: ActivityName, input: unknown, options: RunOptions): Promise<unknown>;
}

/**
 * The steps with their journal, the same for both runners: a step that has finished with the same input
 * gives its stored output, one that was cut off gets the progress of the attempt before.
 */
export function createStepRunner(services: ActivityServices): StepRunner {
	return {
		names: Object.keys(activities) as ActivityName[],
		run: (name, input, options) => {
			const activity = activities[name] as Activity<unknown, unknown>;
			return isControl(name)
				? activity(services, input, controlContext(name, options))
				: runJournaled(services, name, activity, input as StepInput, options);
		},
	};
}

interface StepInput {
	readonly runId: string;
}

/** Opening and closing a run, and what schedules do, are no steps of it: they may be said again and again. */
function isControl(name: ActivityName): name is keyof RunControl | keyof ScheduleSteps {
	return CONTROL.has(name);
}

const CONTROL: ReadonlySet<string> = new Set<keyof RunControl | keyof ScheduleSteps>([
	'beginRun',
	'finishRun',
	'failRun',
	'takeDue',
	'noteDue',
	'cleanUp',
]);

function controlContext(name: string, options: RunOptions): StepContext {
	return { step: name, attempt: 1, previous: null, signal: options.signal, report: () => undefined };
}

async function runJournaled(
	services: ActivityServices,
	name: StepName,
	activity: Activity<unknown, unknown>,
	input: StepInput,
	options: RunOptions,
): Promise<unknown> {
	const { store } = services;
	const step = labelStep(name, input);
	const tell = (type: 'started' | 'finished' | 'reused') => options.onEvent({ type, step, atMs: Date.now() });
	const begun = await beginStep(store, { runId: input.runId, step, inputSha256: hashInput(input) });
	if (begun.state === 'finished') {
		tell('reused');
		return begun.output;
	}
	tell('started');
	const previous = begun.heartbeat as StepProgress | null;
	const notes = createNotes(services, begun.attempt, previous?.checkpoint ?? null);
	try {
		const output = await activity(services, input, {
			step,
			attempt: begun.attempt.attempt,
			previous,
			signal: options.signal,
			report: (progress) => {
				notes.add(progress);
				options.onEvent({ type: 'progress', step, progress, atMs: Date.now() });
			},
		});
		await notes.settled();
		await finishStep(store, begun.attempt, output);
		await notes.dropCheckpoint();
		tell('finished');
		return output;
	} catch (error) {
		await notes.settled();
		// A newer attempt may have taken over; its journal entry is not ours to mark, and `error` says more.
		await failStep(store, begun.attempt).catch(() => undefined);
		throw error;
	}
}

/**
 * Writes progress to the journal one note after the other, the last one winning. A checkpoint is deleted once
 * the journal no longer names it, and only by the attempt that the journal belongs to.
 *
 * @param inJournal checkpoint that the journal names at the beginning
 */
function createNotes({ store, artifacts }: ActivityServices, attempt: StepAttempt, inJournal: ArtifactRef | null) {
	let lastAtMs = 0;
	let lastCheckpoint = inJournal?.uri;
	let noted = inJournal;
	let writing: Promise<void> = Promise.resolve();

	async function note(progress: StepProgress): Promise<void> {
		await heartbeatStep(store, attempt, progress);
		const before = noted;
		noted = progress.checkpoint;
		if (before !== null && before.uri !== noted?.uri) await artifacts.delete(before.uri);
	}
	return {
		add(progress: StepProgress): void {
			const checkpoint = progress.checkpoint?.uri;
			const isDue = Date.now() - lastAtMs >= NOTE_EVERY_MS;
			if (checkpoint === lastCheckpoint && !isDue) return;
			lastAtMs = Date.now();
			lastCheckpoint = checkpoint;
			// A note that cannot be written costs some progress after a crash, never the step.
			writing = writing.then(() => note(progress)).catch(() => undefined);
		},
		settled: () => writing,
		/** For a step that has finished: nobody goes on from its checkpoint. */
		async dropCheckpoint(): Promise<void> {
			if (noted !== null) await artifacts.delete(noted.uri).catch(() => undefined);
		},
	};
}

function hashInput(input: unknown): string {
	return createHash('sha256').update(JSON.stringify(input)).digest('hex');
}
