import { ERROR_CATALOGUE } from '../contracts/errors.ts';
import type { Terminal } from './terminal.ts';

export interface Interrupt {
	/** Aborted at the first Ctrl-C or SIGTERM, and when the time of `--timeout` is over. */
	readonly signal: AbortSignal;
	/** What to end with if interrupted: 130 or 143, and 6 where the time was over; null if not. */
	exitCode(): number | null;
	/** Whether it was the time that was over. */
	isTimedOut(): boolean;
	/** Gives the signals back to the process. */
	release(): void;
}

/** The part of `process` that is needed. */
export interface SignalSource {
	on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
	off(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
	exit(code: number): unknown;
}

/**
 * Takes Ctrl-C, SIGTERM and the end of the time for as long as something long goes on: the first asks it to stop and to leave
 * things so that it can go on later, the second ends the process at once.
 */
export function handleInterrupt(terminal: Terminal, source: SignalSource = process): Interrupt {
	const controller = new AbortController();
	let code: number | null = null;
	const onSignal = (exitCode: number) => () => {
		if (code !== null) {
			source.exit(exitCode);
			return;
		}
		code = exitCode;
		if (!terminal.json) terminal.note(`${terminal.isLive ? '\r\x1b[K' : ''}stopping; again to end at once`);
		controller.abort();
	};
	const onInterrupt = onSignal(130);
	const onTerminate = onSignal(143);
	const onTimeOver = () => {
		code ??= ERROR_CATALOGUE.TIMED_OUT.exitCode;
		controller.abort();
	};
	const { timeLimit } = terminal;
	const leave = timeLimit.take();
	if (timeLimit.signal.aborted) onTimeOver();
	else timeLimit.signal.addEventListener('abort', onTimeOver, { once: true });
	source.on('SIGINT', onInterrupt);
	source.on('SIGTERM', onTerminate);
	return {
		signal: controller.signal,
		exitCode: () => code,
		isTimedOut: () => code === ERROR_CATALOGUE.TIMED_OUT.exitCode,
		release() {
			leave();
			timeLimit.signal.removeEventListener('abort', onTimeOver);
			source.off('SIGINT', onInterrupt);
			source.off('SIGTERM', onTerminate);
		},
	};
}
