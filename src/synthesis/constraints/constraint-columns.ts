import type { ConstraintCell } from '../../contracts/constraints.ts';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { FeatureSpec, FeatureTable, NumericSpec } from '../../contracts/features.ts';
import { MISSING_LEVEL } from '../../contracts/features.ts';
import { compileDateFormat } from '../../features/date-format.ts';
import { type DateFeatures, dateFeatures } from '../../features/settle-dates.ts';
import { weekdayOf } from '../../features/to-features.ts';

const DAY_SECONDS = 86_400;

/** The columns of a feature table as constraints speak of them: the parts of a date are one number again. */
export type ConstraintColumn = NumberColumn | LevelColumn;

interface ColumnBase {
	readonly name: string;
	/** Columns with the same place change together: a date and its weekday. */
	readonly place: number;
	/** Indices of its features. */
	readonly features: readonly number[];
}

export interface NumberColumn extends ColumnBase {
	readonly type: 'number';
	readonly isDate: boolean;
	/** [rows]; a date in seconds since 1970 on its own clock; NaN where missing. */
	readonly values: Float64Array;
	/** Smallest difference that can be written: 10^-decimals, for a date the step of its clock in seconds. */
	readonly unit: number;
	readonly min: number;
	readonly max: number;
	/** Days and seconds of the day, [min, max] each; dates only. */
	readonly dateRange?: { readonly days: readonly [number, number]; readonly times: readonly [number, number] };
	/** [rows] weekday codes that follow the date; dates only. */
	readonly weekdays?: Int32Array;
}

export interface LevelColumn extends ColumnBase {
	readonly type: 'level';
	/** [rows]; MISSING_LEVEL where missing. */
	readonly codes: Int32Array;
	readonly levels: readonly string[];
	readonly counts: readonly number[];
	/** Part of a date: only the date can be changed. */
	readonly isDerived: boolean;
}

/** The columns with copies of the table's values. The parts of its dates must agree, as `settleDates` makes them. */
export function constraintColumns(table: FeatureTable, specs: readonly FeatureSpec[]): ConstraintColumn[] {
	const dates = new Map(dateFeatures(specs).map((date) => [date.day, date]));
	const columns: ConstraintColumn[] = [];
	specs.forEach((spec, feature) => {
		const column = table.columns[feature];
		const base = { name: spec.name, place: columns.length, features: [feature] };
		const date = dates.get(feature);
		if (date !== undefined) columns.push(...dateColumns(table, specs, date, columns.length));
		else if (spec.part !== 'value') return;
		else if (spec.type === 'numeric' && column?.type === 'numeric') {
			const { min, max, decimals } = spec;
			const unit = 10 ** -decimals;
			columns.push({ ...base, type: 'number', isDate: false, values: column.values.slice(), unit, min, max });
		} else if (spec.type === 'categorical' && column?.type === 'categorical') {
			const { levels, counts } = spec;
			columns.push({ ...base, type: 'level', codes: column.codes.slice(), levels, counts, isDerived: false });
		} else throw new CounterfoilError('INTERNAL', `Feature ${feature} of the table is not what its spec says.`);
	});
	return columns;
}

function dateColumns(
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	date: DateFeatures,
	place: number,
): ConstraintColumn[] {
	const day = specs[date.day] as NumericSpec;
	const time = specs[date.time] as NumericSpec | undefined;
	const days = valuesAt(table, date.day);
	const times = date.time < 0 ? null : valuesAt(table, date.time);
	const ranges = {
		days: [day.min, day.max] as const,
		times: [time?.min ?? 0, time?.max ?? 0] as const,
	};
	const weekday = table.columns[date.weekday];
	const weekdays = weekday?.type === 'categorical' ? weekday.codes.slice() : undefined;
	const features = [date.day, date.time, date.weekday].filter((feature) => feature >= 0);
	const columns: ConstraintColumn[] = [
		{
			type: 'number',
			name: date.column,
			place,
			features,
			isDate: true,
			values: days.map((value, row) => value * DAY_SECONDS + (times === null ? 0 : (times[row] as number))),
			unit: times === null ? DAY_SECONDS : compileDateFormat(day.dateFormat ?? '').stepSeconds,
			min: day.min * DAY_SECONDS + ranges.times[0],
			max: day.max * DAY_SECONDS + ranges.times[1],
			dateRange: ranges,
			...(weekdays === undefined ? {} : { weekdays }),
		},
	];
	const spec = specs[date.weekday];
	if (weekdays !== undefined && spec?.type === 'categorical') {
		const { name, levels, counts } = spec;
		columns.push({ type: 'level', name, place, features, codes: weekdays, levels, counts, isDerived: true });
	}
	return columns;
}

function valuesAt(table: FeatureTable, feature: number): Float64Array {
	const column = table.columns[feature];
	if (column?.type === 'numeric') return column.values;
	throw new CounterfoilError('INTERNAL', `Feature ${feature} of the table is not a number.`);
}

/** The table with the values of the columns. */
export function featureTableOf(columns: readonly ConstraintColumn[], table: FeatureTable): FeatureTable {
	const features = [...table.columns];
	for (const column of columns) {
		const [first, ...rest] = column.features as [number, ...number[]];
		if (column.type === 'level') {
			if (!column.isDerived) features[first] = { type: 'categorical', codes: column.codes };
		} else if (!column.isDate) features[first] = { type: 'numeric', values: column.values };
		else {
			// Parts of dates that did not change are kept as they are: sums of days and seconds lose digits.
			const days = valuesAt(table, first).slice();
			const timeFeature = rest.find((feature) => table.columns[feature]?.type === 'numeric');
			const times = timeFeature === undefined ? null : valuesAt(table, timeFeature).slice();
			for (const [row, value] of column.values.entries()) {
				const before = (days[row] as number) * DAY_SECONDS + (times === null ? 0 : (times[row] as number));
				if (value === before) continue;
				days[row] = Math.floor(value / DAY_SECONDS);
				if (times !== null) times[row] = value - (days[row] as number) * DAY_SECONDS;
			}
			features[first] = { type: 'numeric', values: days };
			if (timeFeature !== undefined && times !== null) features[timeFeature] = { type: 'numeric', values: times };
			const weekdayFeature = rest.find((feature) => table.columns[feature]?.type === 'categorical');
			if (weekdayFeature !== undefined && column.weekdays !== undefined) {
				features[weekdayFeature] = { type: 'categorical', codes: column.weekdays };
			}
		}
	}
	return { rows: table.rows, columns: features };
}

export function isMissing(column: ConstraintColumn, row: number): boolean {
	return column.type === 'number'
		? Number.isNaN(column.values[row] as number)
		: (column.codes[row] as number) === MISSING_LEVEL;
}

/** A number that stands for the cell within its column: the number itself or the level's code, NaN where missing. */
export function cellNumber(column: ConstraintColumn, row: number): number {
	if (column.type === 'number') return column.values[row] as number;
	const code = column.codes[row] as number;
	return code === MISSING_LEVEL ? Number.NaN : code;
}

export function cellOfNumber(column: ConstraintColumn, number: number): ConstraintCell {
	if (Number.isNaN(number)) return null;
	return column.type === 'number' ? number : (column.levels[number] ?? null);
}

/** The opposite of `cellOfNumber` for many cells; NaN also where a level is not one of the column's. */
export function cellReader(column: ConstraintColumn): (cell: ConstraintCell) => number {
	const codes = new Map(column.type === 'level' ? column.levels.map((level, code) => [level, code]) : []);
	return (cell) => {
		if (cell === null) return Number.NaN;
		if (typeof cell === 'number') return cell;
		return codes.get(cell) ?? Number.NaN;
	};
}

/**
 * Writes a cell as the table would hold it: rounded as the column is.
 *
 * @returns whether it could be: false, with nothing written, where the number lies outside of the training range.
 */
export function writeCell(column: ConstraintColumn, row: number, number: number): boolean {
	if (column.type === 'level') {
		if (column.isDerived) return false;
		column.codes[row] = Number.isNaN(number) ? MISSING_LEVEL : number;
		return true;
	}
	if (Number.isNaN(number)) {
		restoreCell(column, row, number);
		return true;
	}
	const { unit, dateRange } = column;
	// Dividing by a whole number keeps decimals as near as they can be: 0.07, not 0.07000000000000001.
	const scale = Math.round(1 / unit);
	const rounded = unit < 1 ? Math.round(number * scale) / scale : Math.round(number / unit) * unit;
	if (!(rounded >= column.min && rounded <= column.max)) return false;
	if (dateRange !== undefined) {
		const day = Math.floor(rounded / DAY_SECONDS);
		const time = rounded - day * DAY_SECONDS;
		if (day < dateRange.days[0] || day > dateRange.days[1]) return false;
		if (time < dateRange.times[0] || time > dateRange.times[1]) return false;
	}
	restoreCell(column, row, rounded + 0);
	return true;
}

/** Writes a cell that is known to be one that the column can have. */
export function restoreCell(column: ConstraintColumn, row: number, number: number): void {
	if (column.type === 'level') {
		if (!column.isDerived) column.codes[row] = Number.isNaN(number) ? MISSING_LEVEL : number;
		return;
	}
	column.values[row] = number;
	if (column.weekdays === undefined) return;
	column.weekdays[row] = Number.isNaN(number) ? MISSING_LEVEL : weekdayOf(Math.floor(number / DAY_SECONDS));
}
