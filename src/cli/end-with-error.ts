import { CounterfoilError } from '../contracts/errors.ts';
import { ExitWith } from './exit-with.ts';
import { type ErrorContext, printError } from './print-error.ts';
import type { Terminal } from './terminal.ts';
import { translateSystemError } from './translate-system-error.ts';
import { writeBugBundle } from './write-bug-bundle.ts';

/** Prints whatever a command threw, where there is something to say. @returns the exit code */
export async function endWithError(error: unknown, terminal: Terminal): Promise<number> {
	if (error instanceof ExitWith) {
		if (error.failure !== null) await print(error.failure, terminal, error.context);
		return error.exitCode;
	}
	const failure = translateSystemError(error);
	await print(failure, terminal);
	return failure.exitCode;
}

/** A defect leaves a file that can be handed on. */
async function print(failure: CounterfoilError, terminal: Terminal, context: ErrorContext = {}): Promise<void> {
	if (failure.code !== 'INTERNAL') return printError(failure, terminal, context);
	const bundle = await writeBugBundle(failure, terminal.argv);
	const hint = 'this is a defect: please report it with the file below, which holds no data';
	const { code, message, where, cause } = failure;
	const told = new CounterfoilError(code, message, {
		...(where === undefined ? {} : { where }),
		...(bundle === null ? {} : { hint }),
		cause,
	});
	printError(told, terminal, { ...context, bundle });
}
