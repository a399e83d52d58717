import { CounterfoilError } from '../contracts/errors.ts';
import type { CategoricalSpec, FeatureColumn, FeatureSpec, FeatureTable, NumericSpec } from '../contracts/features.ts';
import { MISSING_LEVEL } from '../contracts/features.ts';
import { compileDateFormat } from './date-format.ts';
import { roundWithin } from './round-within.ts';
import { weekdayOf } from './to-features.ts';

/** The features of one date column, by index; -1 where it has no such part. */
export interface DateFeatures {
	readonly column: string;
	readonly day: number;
	readonly time: number;
	readonly weekday: number;
}

export function dateFeatures(specs: readonly FeatureSpec[]): DateFeatures[] {
	const find = (column: string, part: FeatureSpec['part']) =>
		specs.findIndex((spec) => spec.column === column && spec.part === part);
	const columns = specs.filter((spec) => spec.part === 'day').map((spec) => spec.column);
	return columns.map((column) => ({
		column,
		day: find(column, 'day'),
		time: find(column, 'time-of-day'),
		weekday: find(column, 'weekday'),
	}));
}

/**
 * Makes the parts of each generated date agree, as the date will be written: the day is moved to the nearest one with
 * the generated weekday, times are rounded to the step of the clock, and a part is missing where the day is. Dates
 * whose parts agree stay as they are.
 *
 * @param keepDay indices of day features that must not be moved; their weekday follows instead.
 */
export function settleDates(
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	keepDay: ReadonlySet<number> = new Set(),
): FeatureTable {
	const columns = [...table.columns];
	for (const { day, time, weekday } of dateFeatures(specs)) {
		const days = settleDays(columns, specs, day, weekday, keepDay.has(day));
		columns[day] = { type: 'numeric', values: days };
		if (time >= 0) columns[time] = { type: 'numeric', values: settleTimes(columns, specs, time, days) };
		if (weekday >= 0) {
			const codes = Int32Array.from(days, (date) => (Number.isNaN(date) ? MISSING_LEVEL : weekdayOf(date)));
			columns[weekday] = { type: 'categorical', codes };
		}
	}
	return { rows: table.rows, columns };
}

function settleDays(
	columns: readonly FeatureColumn[],
	specs: readonly FeatureSpec[],
	day: number,
	weekday: number,
	keep: boolean,
): Float64Array {
	const spec = specs[day] as NumericSpec;
	const days = roundWithin(numbersOf(columns[day]), spec);
	const codes = columns[weekday];
	if (keep || codes?.type !== 'categorical') return days;
	const { levels } = specs[weekday] as CategoricalSpec;
	for (let row = 0; row < days.length; row++) {
		const code = codes.codes[row] as number;
		if (code >= 0 && code < levels.length) days[row] = nearestWithWeekday(days[row] as number, code, spec);
	}
	return days;
}

function settleTimes(
	columns: readonly FeatureColumn[],
	specs: readonly FeatureSpec[],
	time: number,
	days: Float64Array,
): Float64Array {
	const spec = specs[time] as NumericSpec;
	const { stepSeconds } = compileDateFormat(spec.dateFormat ?? '');
	return numbersOf(columns[time]).map((seconds, row) => {
		if (Number.isNaN(days[row] as number)) return Number.NaN;
		// A date with a day but no time takes one of the usual times.
		const known = Number.isNaN(seconds) ? (spec.quantiles[(row * 37) % 101] as number) : seconds;
		const rounded = Math.round(known / stepSeconds) * stepSeconds;
		return Math.min(spec.max, Math.max(spec.min, rounded));
	});
}

function numbersOf(column: FeatureColumn | undefined): Float64Array {
	if (column?.type === 'numeric') return column.values;
	throw new CounterfoilError('INTERNAL', 'A numeric spec is given level codes.');
}

/** The nearest day of that weekday that lies within the range of training, else the day itself. */
function nearestWithWeekday(day: number, weekday: number, { min, max }: NumericSpec): number {
	const shift = ((weekday - weekdayOf(day) + 10) % 7) - 3;
	for (const candidate of [day + shift, day + shift + (shift > 0 ? -7 : 7)]) {
		if (candidate >= min && candidate <= max) return candidate;
	}
	return day;
}
