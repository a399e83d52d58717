import type { CounterfoilError } from '../contracts/errors.ts';
import { framesOf } from '../runtime/error-frames.ts';
import { describeCause } from './describe-cause.ts';
import { docsUrl } from './docs-url.ts';
import { escapeControls, toSafeJson } from './escape-controls.ts';
import type { Terminal } from './terminal.ts';
import { wordHint } from './word-hint.ts';

export interface ErrorContext {
	/** The run that failed, if there is one. */
	readonly runId?: string;
	/** Path of the file that has what is known of a defect. */
	readonly bundle?: string | null;
}

/**
 * Writes an error to stderr: `error CODE where: message`, then what it comes from, the run, a hint and where the code is
 * explained; with `--json` one line with the same fields. With `--verbose` the calls that led to it too.
 */
export function printError(error: CounterfoilError, terminal: Terminal, context: ErrorContext = {}): void {
	const { runId, bundle = null } = context;
	const cause = describeCause(error);
	const hint = wordHint(error);
	const docs = docsUrl(error.code);
	if (terminal.json) {
		const more = {
			...(cause === null ? {} : { cause }),
			docs,
			...(runId === undefined ? {} : { runId }),
			...(bundle === null ? {} : { bundle }),
		};
		terminal.stderr.write(`${toSafeJson({ ...error.toRecord(), hint, ...more })}\n`);
		return;
	}
	const place = error.where === undefined ? '' : ` ${escapeControls(error.where)}`;
	const head = terminal.paintNote('red', `error ${error.code}`);
	const isRunNamed = runId !== undefined && error.where?.includes(runId) !== true;
	const lines: readonly (readonly [name: string, text: string | null | undefined])[] = [
		['cause', cause],
		['run', isRunNamed ? runId : null],
		['hint', hint],
		['bundle', bundle],
		['docs', docs],
	];
	let text = `${head}${place}: ${escapeControls(error.message)}\n`;
	for (const [name, said] of lines) {
		if (said === null || said === undefined) continue;
		text += `${terminal.paintNote(name === 'hint' ? 'bold' : 'dim', `${name}:`)} ${escapeControls(said)}\n`;
	}
	if (terminal.verbose) {
		for (const { name, frames } of framesOf(error)) {
			text += `${terminal.paintNote('dim', [name, ...frames.map((frame) => `    ${frame}`)].join('\n'))}\n`;
		}
	}
	terminal.stderr.write(text);
}
