import type { FollowedKind } from '../runtime/estimate-remaining.ts';
import type { RunEvent } from '../runtime/run-event.ts';
import { showProgress } from './show-progress.ts';
import type { Terminal } from './terminal.ts';

/** Of the progress of one step, lines of `--ndjson` come no nearer to one another. */
const EVENT_EVERY_MS = 1_000;

export interface FollowedWork {
	readonly kind: FollowedKind;
	/** Rows of the table if known. */
	readonly rows: number | null;
}

export interface ProgressFollower {
	onEvent(event: RunEvent): void;
	stop(): void;
}

/** Tells on the terminal how far something long is, and a program by lines of `--ndjson`. */
export function followProgress({ kind, rows }: FollowedWork, terminal: Terminal): ProgressFollower {
	const { stderr, isLive, verbose } = terminal;
	// With --json and no terminal stderr is for a program too: it gets errors and nothing else.
	const isWatched = !terminal.quiet && (!terminal.json || stderr.isTTY === true);
	const progress = isWatched ? showProgress({ stream: stderr, rows, kind, isLive, verbose }) : null;
	const toldMs = new Map<string, number>();
	return {
		onEvent(event) {
			progress?.onEvent(event);
			const { type, step, atMs } = event;
			if (type === 'progress' && atMs - (toldMs.get(step) ?? 0) < EVENT_EVERY_MS) return;
			toldMs.set(step, atMs);
			const { done, total, phase } = event.progress ?? {};
			const told = event.progress === undefined ? {} : { done, total, phase };
			terminal.event({ type, step, ...told, at: new Date(atMs).toISOString() });
		},
		stop: () => progress?.stop(),
	};
}
