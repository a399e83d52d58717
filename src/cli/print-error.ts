import type { CounterfoilError } from '../contracts/errors.ts';
import { escapeControls, toSafeJson } from './escape-controls.ts';
import type { Terminal } from './terminal.ts';

export interface ErrorContext {
	/** The run that failed, if there is one. */
	readonly runId?: string;
	/** Show the stack of defects. @default false */
	readonly showStack?: boolean;
}

/**
 * Writes an error to stderr: `error CODE where: message` and `hint: ...`, or with `--json` one line with the
 * same fields.
 */
export function printError(error: CounterfoilError, terminal: Terminal, context: ErrorContext = {}): void {
	if (terminal.json) {
		const run = context.runId === undefined ? {} : { runId: context.runId };
		terminal.stderr.write(`${toSafeJson({ ...error.toRecord(), ...run })}\n`);
		return;
	}
	const place = error.where === undefined ? '' : ` ${escapeControls(error.where)}`;
	const head = terminal.paintNote('red', `error ${error.code}`);
	let text = `${head}${place}: ${escapeControls(error.message)}\n`;
	if (context.runId !== undefined && error.where?.includes(context.runId) !== true) text += `run: ${context.runId}\n`;
	if (error.hint !== undefined) text += `${terminal.paintNote('bold', 'hint:')} ${escapeControls(error.hint)}\n`;
	if (context.showStack === true && error.cause instanceof Error && error.cause.stack !== undefined) {
		text += `${terminal.paintNote('dim', error.cause.stack)}\n`;
	}
	terminal.stderr.write(text);
}
