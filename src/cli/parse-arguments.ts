import { InvalidArgumentError } from 'commander';
import type { Condition } from '../contracts/pipeline.ts';

/** Readers of the values of options and arguments; a value that does not fit ends as a usage error. */

/** A whole number of at least `least`; underscores and commas between digits are allowed, `k` and `M` count. */
export function parseWhole(least: number): (text: string) => number {
	return (text) => {
		const match = /^(\d{1,3}(?:,\d{3})+|\d[\d_]*)([kM]?)$/.exec(text.trim());
		const factor = match?.[2] === 'k' ? 1_000 : match?.[2] === 'M' ? 1_000_000 : 1;
		const value = match === null ? Number.NaN : Number(match[1]?.replaceAll(/[,_]/g, '')) * factor;
		if (!Number.isSafeInteger(value) || value < least) {
			throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
		}
		return value;
	};
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

/** `column=value` as a condition, added to those before. The column ends at the first `=`. */
export function parseCondition(text: string, before: readonly Condition[] = []): readonly Condition[] {
	const split = text.indexOf('=');
	if (split < 1) throw new InvalidArgumentError('It must be written column=value.');
	const column = text.slice(0, split);
	if (before.some((condition) => condition.column === column)) {
		throw new InvalidArgumentError(`There is a condition on column "${column}" already.`);
	}
	return [...before, { column, value: text.slice(split + 1) }];
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

/** `a,b` as two names, added to those before. A name that holds a comma can be given by itself with `\,`. */
export function parseNames(text: string, before: readonly string[] = []): readonly string[] {
	const names = text.split(/(?<!\\),/).map((name) => name.replaceAll('\\,', ',').trim());
	return [...before, ...names.filter((name) => name !== '')];
}
