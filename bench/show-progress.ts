import { formatDuration, formatTimeLeft } from '../src/cli/format-values.ts';
import type { OutputStream } from '../src/cli/terminal.ts';
import type { BenchProgress } from './bench.ts';

/** One line per finished piece of work, with the time that is left at the pace so far; on a terminal it is redrawn. */
export function showProgress(stream: OutputStream): BenchProgress & { readonly stop: () => void } {
	const startedMs = performance.now();
	let pieces = 0;
	let done = 0;
	const isTerminal = stream.isTTY === true;
	const clear = isTerminal ? '\r\x1b[K' : '';
	return {
		add(more) {
			pieces += more;
		},
		skip(fewer) {
			pieces -= fewer;
		},
		finish(what) {
			done++;
			const elapsedMs = performance.now() - startedMs;
			const left = done < pieces ? formatTimeLeft((elapsedMs / done) * (pieces - done)) : formatDuration(elapsedMs);
			stream.write(`${clear}${done} of ${pieces}, ${left}: ${what}${isTerminal ? '' : '\n'}`);
		},
		note(text) {
			stream.write(`${clear}${text}\n`);
		},
		stop() {
			if (isTerminal) stream.write(clear);
		},
	};
}
