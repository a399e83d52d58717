import { setImmediate } from 'node:timers/promises';
import { CounterfoilError } from '../contracts/errors.ts';

export interface FitProgress {
	readonly done: number;
	readonly total: number;
	readonly phase: 'first-pass' | 'train' | 'calibrate';
}

/** Pieces of work between two pauses in which the event loop goes on. */
const PIECES_PER_PAUSE = 10;

export interface Progress {
	/** @param pieces of work done since the last call; a part of a piece if the members take turns. */
	advance(phase: FitProgress['phase'], pieces: number): Promise<void> | void;
}

/** Tells how far a fit has come, and ends it where it is asked to. */
export function createProgress(
	{ onProgress, signal }: { readonly onProgress?: (progress: FitProgress) => void; readonly signal?: AbortSignal },
	total: number,
): Progress {
	let done = 0;
	let reported = 0;
	return {
		advance(phase, pieces) {
			done += pieces;
			const whole = Math.floor(done + 1e-6);
			if (whole < reported + PIECES_PER_PAUSE && (whole < total || whole === reported)) return;
			reported = whole;
			onProgress?.({ done: whole, total, phase });
			return pause(signal);
		},
	};
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
	await setImmediate();
	if (signal?.aborted) {
		throw new CounterfoilError('CANCELLED', 'Fitting the score was cancelled.', { cause: signal.reason });
	}
}

/** Carries out blocks of work, counting each. */
export async function workThrough<Result>(
	blocks: Generator<void, Result, void>,
	progress: Progress,
	phase: FitProgress['phase'],
): Promise<Result> {
	for (;;) {
		const step = blocks.next();
		if (step.done) return step.value;
		await progress.advance(phase, 1);
	}
}
