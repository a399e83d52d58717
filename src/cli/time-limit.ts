import { CounterfoilError } from '../contracts/errors.ts';

/** The time that a command may take. */
export interface TimeLimit {
	/** Aborted when the time is over. */
	readonly signal: AbortSignal;
	/** @param seconds from now on */
	start(seconds: number): void;
	/** Says that somebody looks at the signal and comes to an end by itself. @returns to be called when that is over */
	take(): () => void;
	/** The same result, or TIMED_OUT if the time is over before it and nobody looks at the signal. */
	race<T>(work: Promise<T>): Promise<T>;
	stop(): void;
}

/** A longer one would end at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createTimeLimit(): TimeLimit {
	const controller = new AbortController();
	let giveUp: (reason: CounterfoilError) => void = () => undefined;
	const over = new Promise<never>((_, reject) => {
		giveUp = reject;
	});
	// Whoever does not race has no use for it.
	over.catch(() => undefined);
	let timer: NodeJS.Timeout | undefined;
	let takers = 0;
	return {
		signal: controller.signal,
		start(seconds) {
			const endMs = performance.now() + seconds * 1_000;
			const wait = (): void => {
				const leftMs = endMs - performance.now();
				if (leftMs > 0) {
					timer = setTimeout(wait, Math.min(leftMs, LONGEST_TIMER_MS));
					return;
				}
				controller.abort();
				if (takers === 0) giveUp(timedOut());
			};
			wait();
		},
		take() {
			takers += 1;
			return () => {
				takers -= 1;
			};
		},
		race: (work) => Promise.race([work, over]),
		stop: () => clearTimeout(timer),
	};
}

export function timedOut(hint = 'allow more with --timeout, or leave it out', where?: string): CounterfoilError {
	return new CounterfoilError('TIMED_OUT', 'the time of --timeout was over before the work was done', {
		hint,
		...(where === undefined ? {} : { where }),
	});
}
