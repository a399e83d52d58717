import type { Terminal } from './terminal.ts';

export interface Interrupt {
	/** Aborted at the first Ctrl-C or SIGTERM. */
	readonly signal: AbortSignal;
	/** What to end with if interrupted: 130 or 143; null if not. */
	exitCode(): number | null;
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
 * Takes Ctrl-C and SIGTERM for as long as something long goes on: the first asks it to stop and to leave
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
		if (!terminal.json)
			terminal.note(`${terminal.stderr.isTTY === true ? '\r\x1b[K' : ''}stopping; again to end at once`);
		controller.abort();
	};
	const onInterrupt = onSignal(130);
	const onTerminate = onSignal(143);
	source.on('SIGINT', onInterrupt);
	source.on('SIGTERM', onTerminate);
	return {
		signal: controller.signal,
		exitCode: () => code,
		release() {
			source.off('SIGINT', onInterrupt);
			source.off('SIGTERM', onTerminate);
		},
	};
}
