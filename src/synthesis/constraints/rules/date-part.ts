import type { DatePart } from '../../../contracts/constraints.ts';
import { weekdayOf } from '../../../features/to-features.ts';

export const DATE_PARTS: readonly DatePart[] = [
	'year',
	'quarter',
	'month',
	'day',
	'hour',
	'minute',
	'weekday',
	'weekday-from-sunday',
];

/** @param seconds since 1970 on the date's own clock; NaN gives NaN. */
export function datePart(part: DatePart, seconds: number): number {
	if (part === 'hour') return Math.floor(seconds / 3600) - Math.floor(seconds / 86_400) * 24;
	if (part === 'minute') return Math.floor(seconds / 60) - Math.floor(seconds / 3600) * 60;
	const day = Math.floor(seconds / 86_400);
	if (part === 'weekday') return weekdayOf(day);
	if (part === 'weekday-from-sunday') return weekdayOf(day + 1);
	const date = new Date(seconds * 1000);
	if (part === 'year') return date.getUTCFullYear();
	if (part === 'quarter') return Math.floor(date.getUTCMonth() / 3) + 1;
	return part === 'month' ? date.getUTCMonth() + 1 : date.getUTCDate();
}
