import type { FeatureDomain, NumberRange } from '../contracts/conditions.ts';
import type { FeatureSpec, NumericSpec } from '../contracts/features.ts';
import { DAY_MS, type DateFormat } from '../features/date-format.ts';
import { weekdayOf } from '../features/to-features.ts';
import { intersectRanges } from './number-ranges.ts';

const SHORTENED = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;

/**
 * The times that a text stands for, in milliseconds on the clock of the column: one, or all of a day, a month
 * (`2026-01`) or a year (`2026`).
 *
 * @returns null where it is not a date
 */
export function rangesOfDates(text: string, format: DateFormat): NumberRange | null {
	const [, year, month, day] = SHORTENED.exec(text.trim()) ?? [];
	if (year !== undefined) {
		const from = Date.UTC(Number(year), Number(month ?? 1) - 1, Number(day ?? 1));
		const next =
			month === undefined
				? Date.UTC(Number(year) + 1, 0, 1)
				: day === undefined
					? Date.UTC(Number(year), Number(month), 1)
					: from + DAY_MS;
		const isReal = new Date(from).toISOString().startsWith([year, month, day].filter(Boolean).join('-'));
		return isReal ? { from, to: next - 1 } : null;
	}
	const read = format.read(text);
	if (Number.isNaN(read)) return null;
	const from = read + format.offsetMs;
	const isDay = from % DAY_MS === 0 && !/\d:\d/.test(text);
	return { from, to: isDay ? from + DAY_MS - 1 : from };
}

/**
 * What the parts of a date may be for it to lie within ranges of time. Times of day are only bounded where a single
 * day is left; rows just outside of the ranges are for the caller to drop.
 *
 * @returns by index of the feature; null where the column has no such day
 */
export function dateDomains(
	column: string,
	ranges: readonly NumberRange[],
	missing: boolean,
	specs: readonly FeatureSpec[],
): ReadonlyMap<number, FeatureDomain> | null {
	const at = (part: FeatureSpec['part']) => specs.findIndex((spec) => spec.column === column && spec.part === part);
	const day = specs[at('day')] as NumericSpec;
	const days = intersectRanges(
		ranges.map(({ from, to }) => ({ from: Math.floor(from / DAY_MS), to: Math.floor(to / DAY_MS) })),
		[{ from: day.min, to: day.max }],
	);
	if (days.length === 0 && !missing) return null;
	const domains = new Map<number, FeatureDomain>([[at('day'), { type: 'numeric', ranges: days, missing }]]);
	const count = days.reduce((sum, { from, to }) => sum + to - from + 1, 0);
	const weekday = specs[at('weekday')];
	if (weekday !== undefined && count > 0 && count < 7) {
		const codes = days.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => weekdayOf(from + i)));
		domains.set(at('weekday'), { type: 'categorical', codes: [...new Set(codes)], missing });
	}
	const time = specs[at('time-of-day')];
	if (time?.type === 'numeric' && count === 1) {
		const start = (days[0] as NumberRange).from * DAY_MS;
		const seconds = intersectRanges(
			ranges.map(({ from, to }) => ({ from: (from - start) / 1000, to: (to - start) / 1000 })),
			[{ from: time.min, to: time.max }],
		);
		if (seconds.length === 0) return null;
		domains.set(at('time-of-day'), { type: 'numeric', ranges: seconds, missing });
	}
	return domains;
}
