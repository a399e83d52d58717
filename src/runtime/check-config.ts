import { readFile } from 'node:fs/promises';
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, YAMLParseError } from 'yaml';
import type { z } from 'zod';
import { CounterfoilError } from '../contracts/errors.ts';
import { findNearest } from '../contracts/find-nearest.ts';
import { hintConfigIssue, wordConfigIssue } from './word-config-issue.ts';

const SEE_KEYS = '"counterfoil config schema" prints what each key may be';

/** What was said, and where each part of it stands. */
export interface Said {
	readonly value: unknown;
	/** `settings.yaml:3:1` for the names on the way to a part. */
	placeOf(names: readonly string[]): string;
}

/**
 * What a file of YAML (or JSON, which is YAML) says; undefined where it may be absent and is.
 *
 * @throws INPUT_NOT_FOUND, CONFIG_INVALID
 */
export async function readYaml(
	path: string,
	{ what, example, mayBeAbsent }: { readonly what: string; readonly example: string; readonly mayBeAbsent: boolean },
): Promise<Said | undefined> {
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
	const lines = new LineCounter();
	const at = (offset: number) => {
		const { line, col } = lines.linePos(offset);
		return `${path}:${line}:${col}`;
	};
	try {
		// The core schema has no types that run code, and aliases are bounded.
		const document = parseDocument(text, { schema: 'core', lineCounter: lines, prettyErrors: false });
		const [broken] = document.errors;
		if (broken !== undefined) throw broken;
		const value: unknown = document.toJS({ maxAliasCount: 10 });
		return { value, placeOf: (names) => at(offsetOf(document.contents, names)) };
	} catch (cause) {
		const reason = cause instanceof YAMLParseError ? `: ${firstSentence(cause.message)}` : '';
		throw new CounterfoilError('CONFIG_INVALID', `the ${what} file is not valid YAML${reason}`, {
			where: cause instanceof YAMLParseError ? at(cause.pos[0]) : path,
			hint: `one setting a line, such as ${example}`,
			cause,
		});
	}
}

function firstSentence(message: string): string {
	return message.split('\n', 1)[0] as string;
}

/** Where the last of the names stands, or the nearest part around it. */
function offsetOf(contents: unknown, names: readonly string[]): number {
	let node = contents;
	let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
	for (const name of names) {
		const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && String(key.value) === name) : undefined;
		const next = pair?.value ?? (isSeq(node) ? node.items[Number(name)] : undefined);
		const found = pair?.key ?? next;
		if (isNode(found)) offset = found.range?.[0] ?? offset;
		node = next;
	}
	return offset;
}

/**
 * @param where of what was said: one place for all of it, or each part's own
 * @throws CONFIG_INVALID that names what is wrong first, with the nearest of the names that there are
 */
export function check<Schema extends z.ZodType>(
	schema: Schema,
	value: unknown,
	where: string | Said['placeOf'],
): z.output<Schema> {
	const result = schema.safeParse(value);
	if (result.success) return withoutUndefined(result.data) as z.output<Schema>;
	const issue = result.error.issues[0] as z.core.$ZodIssue;
	const { names, found } = follow(issue.path, value);
	const place = names.join('.');
	const at = (more: readonly string[] = []) => (typeof where === 'string' ? where : where([...names, ...more]));
	if (issue.code === 'unrecognized_keys') {
		const [key = ''] = issue.keys;
		const inside = place === '' ? '' : ` in ${place}`;
		throw invalid(`there is no setting called "${key}"${inside}`, at([key]), nearestOf(key, keysAt(schema, issue)));
	}
	if (found === null) throw invalid(`${place} has no value`, at(), 'write one after the colon, or leave the line out');
	const nearest = issue.code === 'invalid_value' ? nearestOf(String(found), issue.values.map(String)) : null;
	const what = place === '' ? 'the settings' : place;
	throw invalid(`${what} ${wordConfigIssue(issue, found)}`, at(), nearest ?? hintConfigIssue(issue, found) ?? SEE_KEYS);
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
