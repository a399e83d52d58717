import type { NumberRange } from '../contracts/conditions.ts';

/** What lies in both of two lists of ranges, ascending. */
export function intersectRanges(first: readonly NumberRange[], second: readonly NumberRange[]): NumberRange[] {
	return first
		.flatMap((a) => second.map((b) => ({ from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) })))
		.filter(({ from, to }) => from <= to)
		.sort((a, b) => a.from - b.from);
}

/** The ranges in ascending order, those that touch or overlap made one. */
export function uniteRanges(ranges: readonly NumberRange[]): NumberRange[] {
	const united: { from: number; to: number }[] = [];
	for (const { from, to } of [...ranges].sort((a, b) => a.from - b.from)) {
		const last = united.at(-1);
		if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
		else united.push({ from, to });
	}
	return united;
}

/** What lies outside of ranges. */
export function outsideRanges(ranges: readonly NumberRange[]): NumberRange[] {
	const united = uniteRanges(ranges);
	const starts = [Number.NEGATIVE_INFINITY, ...united.map(({ to }) => justAbove(to))];
	return starts
		.map((from, i) => ({ from, to: justBelow(united[i]?.from ?? Number.POSITIVE_INFINITY) }))
		.filter(({ from, to }) => from <= to);
}

/** A number that is larger by as little as makes no difference but that it is another. */
export function justAbove(number: number): number {
	return number + Math.max(Number.MIN_VALUE, Math.abs(number) * Number.EPSILON);
}

export function justBelow(number: number): number {
	return number === Number.POSITIVE_INFINITY ? number : -justAbove(-number);
}

export function isInRanges(ranges: readonly NumberRange[], number: number): boolean {
	return ranges.some(({ from, to }) => number >= from && number <= to);
}
