import { InvalidArgumentError } from 'commander';
import type { Condition } from '../contracts/conditions.ts';
import { HOW_CONDITIONS_ARE_WRITTEN, readCondition } from '../contracts/read-condition.ts';
import { SCHEMA_POLICIES, type SchemaPolicy } from '../contracts/schema-contract.ts';
import { splitNames } from '../contracts/split-names.ts';

/** Readers of the values of options and arguments; a value that does not fit ends as a usage error. */

/** A whole number of at least `least`; underscores and commas between digits are allowed, `k` and `M` count. */
export function parseWhole(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
	return (text) => {
		const match = /^(\d{1,3}(?:,\d{3})+|\d[\d_]*)([kM]?)$/.exec(text.trim());
		const factor = match?.[2] === 'k' ? 1_000 : match?.[2] === 'M' ? 1_000_000 : 1;
		const value = match === null ? Number.NaN : Number(match[1]?.replaceAll(/[,_]/g, '')) * factor;
		if (!Number.isSafeInteger(value) || value < least || value > most) {
			const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
			throw new InvalidArgumentError(`It must be a whole number ${range}.`);
		}
		return value;
	};
}

/** A number above 0. */
export function parseNumber(text: string): number {
	const value = text.trim() === '' ? Number.NaN : Number(text);
	if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('It must be a number above 0.');
	return value;
}

/** `100` rows, or `1%` of them. */
export function parseRejectLimit(text: string): string {
	const limit = text.replaceAll(' ', '');
	if (limit.endsWith('%')) parsePercent(limit);
	else if (!/^\d{1,15}$/.test(limit)) {
		throw new InvalidArgumentError('It must be a number of rows, or a share such as 1%.');
	}
	return limit;
}

/** `5%` or `5` as the share 0.05. */
export function parsePercent(text: string): number {
	const match = /^(\d+(?:\.\d+)?)\s*%?$/.exec(text.trim());
	const percent = match === null ? Number.NaN : Number(match[1]);
	if (!(percent >= 0 && percent <= 100)) throw new InvalidArgumentError('It must be a percentage such as 5%.');
	return percent / 100;
}

/** `100` as a number; `100/day` as `100/day`. */
export function parseAlerts(text: string): number | string {
	const [count = '', ...periods] = text.trim().split('/');
	const budget = parseWhole(0)(count);
	if (periods.length === 0) return budget;
	const match = /^(?:per )?(hour|day|week)$/.exec(periods.join('/').trim());
	if (match === null) throw new InvalidArgumentError('It must be a number, or one per hour, day or week: 100/day.');
	return `${budget}/${match[1]}`;
}

/** A score from 0 to 1. */
export function parseScore(text: string): number {
	const score = text.trim() === '' ? Number.NaN : Number(text);
	if (!(score >= 0 && score <= 1)) throw new InvalidArgumentError('It must be a score from 0 to 1, such as 0.999.');
	return score;
}

/** A condition as `readCondition` takes it, added to those before. */
export function parseCondition(text: string, before: readonly Condition[] = []): readonly Condition[] {
	const condition = readCondition(text);
	if (condition === null) throw new InvalidArgumentError(HOW_CONDITIONS_ARE_WRITTEN);
	return [...before, condition];
}

/** `60s`, `5m`, `1.5h` or plain seconds as seconds. */
export function parseDuration(text: string): number {
	const match = /^(\d+(?:\.\d+)?)\s*(s|m|min|h)?$/.exec(text.trim());
	const factor = match?.[2] === 'h' ? 3600 : match?.[2] === undefined || match[2] === 's' ? 1 : 60;
	const seconds = match === null ? 0 : Number(match[1]) * factor;
	if (!(seconds > 0)) throw new InvalidArgumentError('It must be a time such as 60s, 5m or 1h.');
	return seconds;
}

/** Of differential privacy: a number above 0 and at most 100. */
export function parseEpsilon(text: string): number {
	const value = text.trim() === '' ? Number.NaN : Number(text);
	if (!(value > 0 && value <= 100)) throw new InvalidArgumentError('It must be a number above 0, such as 1 or 3.');
	return value;
}

/** Of differential privacy: a probability well below one row. */
export function parseDelta(text: string): number {
	const value = text.trim() === '' ? Number.NaN : Number(text);
	if (!(value > 0 && value < 0.01)) throw new InvalidArgumentError('It must be a small probability, such as 1e-6.');
	return value;
}

/** A number above 0 and at most 10. */
export function parseTemperature(text: string): number {
	const value = text.trim() === '' ? Number.NaN : Number(text);
	if (!(value > 0 && value <= 10)) throw new InvalidArgumentError('It must be a number above 0 and at most 10.');
	return value;
}

const DELIMITERS: Readonly<Record<string, string>> = {
	'\\t': '\t',
	tab: '\t',
	comma: ',',
	semicolon: ';',
	pipe: '|',
	space: ' ',
};

/** One character, or its name: `tab`, `comma`, `semicolon`, `pipe`, `space`. */
export function parseDelimiter(text: string): string {
	const delimiter =
		(Object.hasOwn(DELIMITERS, text.toLowerCase()) ? DELIMITERS[text.toLowerCase()] : undefined) ?? text;
	if ([...delimiter].length !== 1) {
		throw new InvalidArgumentError('It must be one character, or comma, semicolon, tab, pipe or space.');
	}
	return delimiter;
}

const SIGNS: Readonly<Record<string, string>> = {
	double: '"',
	single: "'",
	backslash: '\\',
	hash: '#',
	none: '',
};

/** One character or its name: `double`, `single`, `backslash`, `hash`; `none` as no character. */
export function parseSign(text: string): string {
	const sign = (Object.hasOwn(SIGNS, text.toLowerCase()) ? SIGNS[text.toLowerCase()] : undefined) ?? text;
	if ([...sign].length > 1 || text === '') {
		throw new InvalidArgumentError('It must be one character, or double, single, backslash, hash or none.');
	}
	return sign;
}

export interface AskedPolicies {
	readonly policy?: SchemaPolicy;
	readonly columns: readonly (readonly [column: string, policy: SchemaPolicy])[];
}

/** `freeze` for the table or `amount=discard-row` for one column, added to those before. */
export function parseSchemaPolicy(text: string, before: AskedPolicies = { columns: [] }): AskedPolicies {
	const at = text.lastIndexOf('=');
	const policy = SCHEMA_POLICIES.find((known) => known === text.slice(at + 1).trim());
	const column = text.slice(0, Math.max(0, at)).trim();
	if (policy === undefined || (at >= 0 && column === '')) {
		throw new InvalidArgumentError(`It must be one of ${SCHEMA_POLICIES.join(', ')}, or COLUMN=POLICY.`);
	}
	return at < 0 ? { ...before, policy } : { ...before, columns: [...before.columns, [column, policy]] };
}

const NUMBER_SIGNS: Readonly<Record<string, string>> = { ...DELIMITERS, point: '.', apostrophe: "'", none: '' };

function parseNumberSign<Sign extends string>(text: string, allowed: readonly Sign[]): Sign {
	const sign = (Object.hasOwn(NUMBER_SIGNS, text.toLowerCase()) ? NUMBER_SIGNS[text.toLowerCase()] : undefined) ?? text;
	const known = allowed.find((one) => one === sign);
	if (known !== undefined) return known;
	throw new InvalidArgumentError(`It must be one of ${allowed.map((one) => `"${one}"`).join(' ')}.`);
}

/** `.` or `,`, or their names. */
export function parseDecimal(text: string): '.' | ',' {
	return parseNumberSign(text, ['.', ',']);
}

/** What stands between groups of three digits; `none` as no character. */
export function parseThousands(text: string): '.' | ',' | "'" | ' ' | '' {
	return parseNumberSign(text, ['.', ',', "'", ' ', '']);
}

/** `booked=DD.MM.YY` as a format by its column, added to those before; the column ends at the last `=`. */
export function parseDateFormat(
	text: string,
	before: readonly (readonly [string, string])[] = [],
): readonly (readonly [string, string])[] {
	const match = /^(.+)=([^=]+)$/.exec(text);
	if (match === null) throw new InvalidArgumentError('It must be COLUMN=FORMAT, such as booked=DD.MM.YY.');
	return [...before, [match[1] as string, match[2] as string]];
}

export interface AskedNulls {
	readonly texts: readonly string[];
	readonly columns: readonly (readonly [column: string, texts: readonly string[]])[];
}

/** `k.A.,-999` as texts, `amount=N/A,-999` as texts of one column, added to those before; `\\=` is in a text. */
export function parseNulls(text: string, before: AskedNulls = { texts: [], columns: [] }): AskedNulls {
	const [, column, rest = ''] = /^((?:[^=\\]|\\.)+)=(.*)$/s.exec(text) ?? [];
	const texts = parseNames((column === undefined ? text : rest).replaceAll('\\=', '='));
	if (texts.length === 0) throw new InvalidArgumentError('It must be texts, or COLUMN=TEXTS, such as amount=N/A,-999.');
	if (column === undefined) return { ...before, texts: [...before.texts, ...texts] };
	const name = column.replaceAll('\\=', '=').trim();
	const known = before.columns.find(([one]) => one === name)?.[1] ?? [];
	const others = before.columns.filter(([one]) => one !== name);
	return { ...before, columns: [...others, [name, [...known, ...texts]]] };
}

/** `amt=amount`: what the file calls `amt` is the column `amount`. */
export function parseRename(
	text: string,
	before: readonly (readonly [string, string])[] = [],
): readonly (readonly [string, string])[] {
	const [, column = '', name = ''] = /^(.+?)=(.+)$/s.exec(text)?.map((part) => part.trim()) ?? [];
	if (column === '' || name === '') throw new InvalidArgumentError('It must be NAME_IN_FILE=NAME, such as amt=amount.');
	return [...before, [column, name]];
}

/** `a,b` as two names, added to those before. A name that holds a comma can be given by itself with `\,`. */
export function parseNames(text: string, before: readonly string[] = []): readonly string[] {
	return [...before, ...splitNames(text)];
}
