import { CommanderError } from 'commander';
import { CounterfoilError } from '../contracts/errors.ts';
import { ExitWith } from './exit-with.ts';
import { printError } from './print-error.ts';
import type { Terminal } from './terminal.ts';

/** Prints whatever a command threw, where there is something to say. @returns the exit code */
export function endWithError(error: unknown, terminal: Terminal): number {
	if (error instanceof ExitWith) {
		if (error.failure !== null) printError(error.failure, terminal, error.context);
		return error.exitCode;
	}
	if (error instanceof CommanderError) {
		const failure = toUsageError(error);
		// A group such as `runs` without its command has printed its help instead.
		if (error.code !== 'commander.help') printError(failure, terminal);
		return failure.exitCode;
	}
	const failure = CounterfoilError.from(error);
	printError(failure, terminal, { showStack: failure.code === 'INTERNAL' });
	return failure.exitCode;
}

/** `error: unknown option '--foo'\n(Did you mean --for?)` as our error. */
function toUsageError(error: CommanderError): CounterfoilError {
	const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
	const suggestion = /\(Did you mean (.+)\?\)/.exec(rest.join(' '))?.[1];
	return new CounterfoilError('USAGE', first, {
		hint:
			suggestion === undefined ? 'the command with --help shows what it understands' : `did you mean ${suggestion}?`,
	});
}
