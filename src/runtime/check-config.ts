import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { z } from 'zod';
import { CounterfoilError } from '../contracts/errors.ts';
import { findNearest } from '../contracts/find-nearest.ts';

/**
 * What a file of YAML (or JSON, which is YAML) says; undefined where it may be absent and is.
 *
 * @throws INPUT_NOT_FOUND, CONFIG_INVALID
 */
export async function readYaml(
	path: string,
	{ what, example, mayBeAbsent }: { readonly what: string; readonly example: string; readonly mayBeAbsent: boolean },
): Promise<unknown> {
	let text: string;
	try {
		text = await readFile(path, 'utf8');
	} catch (cause) {
		if (mayBeAbsent && (cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
		throw new CounterfoilError('INPUT_NOT_FOUND', `the ${what} file cannot be read`, {
			where: path,
			hint: 'check the path, and that the file may be read',
			cause,
		});
	}
	try {
		// The core schema has no types that run code, and aliases are bounded.
		return parse(text, { schema: 'core', maxAliasCount: 10 });
	} catch (cause) {
		throw new CounterfoilError('CONFIG_INVALID', `the ${what} file is not valid YAML`, {
			where: path,
			hint: `one setting a line, such as ${example}`,
			cause,
		});
	}
}

/** @throws CONFIG_INVALID that names what is wrong first, with the nearest of the names that there are */
export function check<Schema extends z.ZodType>(schema: Schema, value: unknown, where: string): z.output<Schema> {
	const result = schema.safeParse(value);
	if (result.success) return withoutUndefined(result.data) as z.output<Schema>;
	const issue = result.error.issues[0] as z.core.$ZodIssue;
	const { names, found } = follow(issue.path, value);
	const place = names.join('.');
	if (issue.code === 'unrecognized_keys') {
		const [key = ''] = issue.keys;
		const inside = place === '' ? '' : ` in ${place}`;
		throw invalid(`there is no setting called "${key}"${inside}`, where, nearestOf(key, keysAt(schema, issue)));
	}
	const nearest = issue.code === 'invalid_value' ? nearestOf(String(found), issue.values.map(String)) : null;
	throw invalid(`${place}: ${issue.message}`, where, nearest);
}

function invalid(message: string, where: string, nearest: string | null): CounterfoilError {
	return new CounterfoilError('CONFIG_INVALID', message, {
		where,
		...(nearest === null ? {} : { hint: nearest }),
	});
}

function nearestOf(word: string, known: readonly string[]): string | null {
	const nearest = findNearest(word, known);
	if (nearest !== null) return `did you mean "${nearest}"?`;
	return known.length === 0 || known.length > 12 ? null : `there are: ${known.join(', ')}`;
}

/** The names on the way to a place; columns that were said as an object are pairs by now. */
function follow(path: readonly PropertyKey[], value: unknown): { names: string[]; found: unknown } {
	const names: string[] = [];
	let found = value;
	for (let i = 0; i < path.length; i++) {
		const step = path[i] as PropertyKey;
		if (typeof step === 'number' && typeof found === 'object' && found !== null && !Array.isArray(found)) {
			const [name = '', inner] = Object.entries(found)[step] ?? [];
			names.push(name);
			found = inner;
			i++;
			continue;
		}
		names.push(String(step));
		// A word that stands for an object is looked at itself.
		if (typeof found !== 'string') found = (found as Record<PropertyKey, unknown> | undefined | null)?.[step];
	}
	return { names, found };
}

/** The keys that an object may have at the place of an issue. */
function keysAt(schema: z.ZodType, { path }: z.core.$ZodIssue): readonly string[] {
	let at: unknown = schema;
	for (const step of path) at = inner(at, step);
	const { shape } = (unwrap(at) ?? {}) as Described;
	return shape === undefined ? [] : Object.keys(shape);
}

interface Described {
	readonly shape?: Readonly<Record<PropertyKey, unknown>>;
	readonly def?: {
		readonly innerType?: unknown;
		readonly out?: unknown;
		readonly element?: unknown;
		readonly items?: readonly unknown[];
	};
}

function unwrap(schema: unknown): unknown {
	const { def } = (schema ?? {}) as Described;
	const next = def?.innerType ?? def?.out;
	return next === undefined ? schema : unwrap(next);
}

function inner(schema: unknown, step: PropertyKey): unknown {
	const { shape, def } = (unwrap(schema) ?? {}) as Described;
	return shape?.[step] ?? def?.items?.[Number(step)] ?? def?.element;
}

type Defined<Flags> = { [Name in keyof Flags]: Exclude<Flags[Name], undefined> };

/** Of an object what was said. */
export function withoutUndefined<Flags>(flags: Flags): Defined<Flags> {
	const entries = Object.entries(flags as object).filter(([, value]) => value !== undefined);
	return Object.fromEntries(entries) as Defined<Flags>;
}
