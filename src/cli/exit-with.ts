import type { CounterfoilError } from '../contracts/errors.ts';
import type { ErrorContext } from './print-error.ts';

/** Ends the program with a code of its own: interrupted (130, 143), or an error with the run it belongs to. */
export class ExitWith extends Error {
	readonly exitCode: number;
	/** Printed before the end; null: all has been said. */
	readonly failure: CounterfoilError | null;
	readonly context: ErrorContext;

	constructor(exitCode: number, failure: CounterfoilError | null = null, context: ErrorContext = {}) {
		super(`exit ${exitCode}`);
		this.name = 'ExitWith';
		this.exitCode = exitCode;
		this.failure = failure;
		this.context = context;
	}
}
