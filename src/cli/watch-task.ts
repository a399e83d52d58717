import { CounterfoilError } from '../contracts/errors.ts';
import type { StepProgress } from '../contracts/steps.ts';
import type { FollowedKind, FollowedStep } from '../runtime/estimate-remaining.ts';
import { ExitWith } from './exit-with.ts';
import { followProgress } from './follow-progress.ts';
import { handleInterrupt } from './handle-interrupt.ts';
import type { Terminal } from './terminal.ts';
import { timedOut } from './time-limit.ts';

export interface WatchedTask {
	readonly signal: AbortSignal;
	readonly onProgress: (progress: StepProgress) => void;
}

/** Does one long piece of work that is no run, with a progress line and with Ctrl-C as a way to stop it. */
export async function watchTask<T>(
	kind: FollowedKind,
	step: FollowedStep,
	terminal: Terminal,
	work: (task: WatchedTask) => Promise<T>,
): Promise<T> {
	const interrupt = handleInterrupt(terminal);
	const progress = followProgress({ kind, rows: null }, terminal);
	progress.onEvent({ type: 'started', step, atMs: Date.now() });
	try {
		return await work({
			signal: interrupt.signal,
			onProgress: (told) => progress.onEvent({ type: 'progress', step, progress: told, atMs: Date.now() }),
		});
	} catch (error) {
		const exitCode = interrupt.exitCode();
		if (exitCode === null) throw error;
		throw new ExitWith(
			exitCode,
			interrupt.isTimedOut() ? timedOut() : new CounterfoilError('CANCELLED', 'stopped before anything was found'),
		);
	} finally {
		progress.stop();
		interrupt.release();
	}
}
