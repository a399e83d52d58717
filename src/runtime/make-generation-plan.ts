import { resolve } from 'node:path';
import type { Condition, GenerationPlan, GenerationTarget } from '../contracts/conditions.ts';
import { CounterfoilError } from '../contracts/errors.ts';

/** Which rows are to be generated, as far as it was said. */
export interface AskedRows {
	readonly rows?: number | undefined;
	readonly where?: readonly Condition[] | undefined;
	readonly balance?: string | undefined;
	readonly temperature?: number | undefined;
	readonly complete?: string | undefined;
	readonly withoutConstraints?: readonly string[] | undefined;
	readonly keys?: boolean | undefined;
	readonly override?: string | undefined;
}

/** How to say it right, in the words of who asks: options of a command, or fields of a request. */
export interface PlanHints {
	readonly lacksRows: string;
	readonly completes: string;
}

/** @throws CounterfoilError USAGE when it is not said how many rows, or said twice, or cannot be */
export function makeGenerationPlan(asked: AskedRows, into: GenerationTarget, hints: PlanHints): GenerationPlan {
	const { rows, where = [], balance, temperature = 1, complete, keys = false } = asked;
	if (complete === undefined && rows === undefined) {
		throw new CounterfoilError('USAGE', 'it is not said how many rows to generate', { hint: hints.lacksRows });
	}
	if (complete !== undefined && (rows !== undefined || where.length > 0 || balance !== undefined || keys)) {
		throw new CounterfoilError('USAGE', 'rows of a file are completed as they are', { hint: hints.completes });
	}
	if (rows !== undefined && !(Number.isSafeInteger(rows) && rows >= 1)) {
		throw new CounterfoilError('USAGE', 'the number of rows must be a whole number of at least 1', { where: 'rows' });
	}
	if (!(temperature > 0 && temperature <= 10)) {
		throw new CounterfoilError('USAGE', 'the temperature must be above 0 and at most 10', { where: 'temperature' });
	}
	return {
		rows: rows ?? 0,
		conditions: where,
		balance: balance ?? null,
		temperature,
		complete: complete === undefined ? null : resolve(complete),
		withoutConstraints: asked.withoutConstraints ?? [],
		withKeys: keys,
		override: asked.override ?? null,
		into,
	};
}
