import type { z } from 'zod';

const TYPE_WORDS: Readonly<Record<string, string>> = {
	string: 'a text',
	number: 'a number',
	int: 'a whole number',
	boolean: 'true or false',
	array: 'a list',
	object: 'settings of its own, one a line',
	null: 'nothing',
};

/** What is wrong with a setting, to be read after its name: `must be a text, and is a number`. */
export function wordConfigIssue(issue: z.core.$ZodIssue, found: unknown): string {
	// A schema that says in its own words what it wants has said it.
	if (!/^(Invalid|Too) /.test(issue.message)) return issue.message;
	switch (issue.code) {
		case 'invalid_type':
			return `must be ${wordType(issue.expected)}, and is ${wordType(typeOf(found))}`;
		case 'invalid_value':
			return `must be one of ${issue.values.map(String).join(', ')}`;
		case 'too_small':
			return wordBound(issue.origin, issue.minimum, issue.inclusive === false ? 'more than' : 'at least');
		case 'too_big':
			return wordBound(issue.origin, issue.maximum, issue.inclusive === false ? 'less than' : 'at most');
		default:
			return 'is not written as it has to be';
	}
}

/** How to write what was meant; null where that is not known. */
export function hintConfigIssue(issue: z.core.$ZodIssue, found: unknown): string | null {
	const isScalar = typeof found === 'number' || typeof found === 'boolean';
	if (issue.code === 'invalid_type' && issue.expected === 'string' && isScalar) return `put it in quotes: "${found}"`;
	return null;
}

function wordBound(origin: string, bound: number | bigint, words: string): string {
	if (origin === 'string')
		return Number(bound) === 1 && words === 'at least' ? 'must not be empty' : `must have ${words} ${bound} characters`;
	if (origin === 'array' || origin === 'set') return `must name ${words} ${bound}`;
	return `must be ${words} ${bound}`;
}

function typeOf(found: unknown): string {
	if (found === null) return 'null';
	return Array.isArray(found) ? 'array' : typeof found;
}

function wordType(type: string): string {
	return TYPE_WORDS[type] ?? type;
}
