import { CounterfoilError } from '../contracts/errors.ts';
import { type FeatureSpec, type FeatureTable, MISSING_LEVEL } from '../contracts/features.ts';

/** A column as the metrics see it. */
export type QualityColumn = QualityNumbers | QualityLevels;

export interface QualityNumbers {
	readonly name: string;
	readonly type: 'numeric';
	/** [rows]; NaN where missing. */
	readonly values: Float64Array;
	/** The values are instants: seconds since 1970, UTC. */
	readonly isTime?: true;
}

export interface QualityLevels {
	readonly name: string;
	readonly type: 'categorical';
	/** [rows]; index into `levels`, -1 where missing; a level that is not listed is below -1. */
	readonly codes: Int32Array;
	readonly levels: readonly string[];
}

export interface QualityTable {
	readonly rows: number;
	readonly columns: readonly QualityColumn[];
}

/** Two columns of levels on one list: codes 0 to `size` - 1 are levels, `size` is missing. */
export interface AlignedLevels {
	readonly first: Int32Array;
	readonly second: Int32Array;
	/** Distinct levels of both, a level that is not listed counted as one. */
	readonly size: number;
}

/** Levels are the same where their texts are the same, wherever they stand in the two lists. */
export function alignLevels(first: QualityLevels, second: QualityLevels): AlignedLevels {
	const place = new Map<string, number>();
	for (const level of first.levels) if (!place.has(level)) place.set(level, place.size);
	for (const level of second.levels) if (!place.has(level)) place.set(level, place.size);
	const unlisted = place.size;
	const hasUnlisted = [first, second].some((column) => column.codes.some((code) => code < MISSING_LEVEL));
	const size = place.size + (hasUnlisted ? 1 : 0);
	const recode = (column: QualityLevels): Int32Array => {
		const codeOf = Int32Array.from(column.levels, (level) => place.get(level) as number);
		return column.codes.map((code) => {
			if (code >= 0) return codeOf[code] as number;
			return code === MISSING_LEVEL ? size : unlisted;
		});
	};
	return { first: recode(first), second: recode(second), size };
}

/** @throws INTERNAL if the tables do not have the same columns in the same order. */
export function assertSameColumns(first: QualityTable, second: QualityTable): void {
	const same =
		first.columns.length === second.columns.length &&
		first.columns.every((column, i) => {
			const other = second.columns[i];
			return column.name === other?.name && column.type === other.type;
		});
	if (!same) throw new CounterfoilError('INTERNAL', 'The two tables to compare do not have the same columns.');
}

/**
 * The table of features as a table of source columns: the parts of a datetime become one number
 * (seconds since 1970) again, so that it counts once.
 */
export function qualityTableFromFeatures(specs: readonly FeatureSpec[], table: FeatureTable): QualityTable {
	const columns: QualityColumn[] = [];
	specs.forEach((spec, i) => {
		const feature = table.columns[i];
		if (feature === undefined) throw new CounterfoilError('INTERNAL', 'A feature has no column in the table.');
		if (spec.part === 'weekday' || spec.part === 'time-of-day') return;
		if (feature.type === 'categorical') {
			const levels = spec.type === 'categorical' ? spec.levels : [];
			columns.push({ name: spec.column, type: 'categorical', codes: feature.codes, levels });
		} else if (spec.part === 'day') {
			const time = specs.findIndex((other) => other.column === spec.column && other.part === 'time-of-day');
			const seconds = table.columns[time];
			const values = feature.values.map(
				(day, row) => day * 86_400 + (seconds?.type === 'numeric' ? (seconds.values[row] as number) : 0),
			);
			columns.push({ name: spec.column, type: 'numeric', values, isTime: true });
		} else {
			columns.push({ name: spec.column, type: 'numeric', values: feature.values });
		}
	});
	return { rows: table.rows, columns };
}
