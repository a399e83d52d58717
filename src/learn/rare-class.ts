import { CounterfoilError } from '../contracts/errors.ts';
import { type FeatureColumn, type FeatureSpec, type FeatureTable, MISSING_LEVEL } from '../contracts/features.ts';
import { findNearest } from '../contracts/find-nearest.ts';
import { levelKey } from '../features/group-levels.ts';

/** The class that there is too little of. */
export interface RareClass {
	/** Index of the feature that is the label. */
	readonly feature: number;
	/** As the table writes it, without blanks around it. */
	readonly value: string;
	/** Level code, or the number. */
	readonly key: number;
	/** Rows in which the label is not missing. */
	readonly rows: Int32Array;
	/** [rows.length]; 1 for the rare class. */
	readonly labels: Uint8Array;
}

/** Different numbers that a column of classes has at most. */
const MOST_NUMBERS = 20;

/**
 * The rare class of a label: the value with the fewest rows, or the one that is named; all other values are the other
 * class.
 *
 * @param value as the table writes it; null: the rarest.
 * @throws CounterfoilError COLUMN_UNKNOWN; CONFIG_INVALID when the column has no classes or not this one.
 */
export function findRareClass(
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	column: string,
	value: string | null = null,
): RareClass {
	const feature = specs.findIndex((spec) => spec.column === column && spec.part === 'value');
	if (feature < 0) throw unknownColumn(specs, column);
	const keys = classKeys(table, feature);
	const spec = specs[feature] as FeatureSpec;
	const counts = new Map<number, number>();
	for (const key of keys) if (!Number.isNaN(key)) counts.set(key, (counts.get(key) ?? 0) + 1);
	if (counts.size < 2 || (spec.type === 'numeric' && counts.size > MOST_NUMBERS)) {
		throw new CounterfoilError('CONFIG_INVALID', 'The column does not have classes.', {
			where: `column "${column}"`,
			hint: `name a column with two or more values, of numbers at most ${MOST_NUMBERS}`,
		});
	}
	const textOf = (key: number) => (spec.type === 'numeric' ? String(key) : (spec.levels[key] as string).trim());
	const keyOf = (text: string) => levelKey(text, spec.type === 'categorical' && spec.ignoreCase === true);
	const byRarity = [...counts].sort((a, b) => a[1] - b[1] || b[0] - a[0]).map(([key]) => key);
	const key = value === null ? byRarity[0] : byRarity.find((one) => keyOf(textOf(one)) === keyOf(value));
	if (key === undefined) {
		const nearest = findNearest(value ?? '', byRarity.map(textOf));
		throw new CounterfoilError('CONFIG_INVALID', 'The column does not have this value.', {
			where: `column "${column}"`,
			hint: nearest === null ? 'write it as the table does' : `did you mean "${nearest}"?`,
		});
	}
	const rows = Int32Array.from(keys.keys()).filter((row) => !Number.isNaN(keys[row] as number));
	return {
		feature,
		value: textOf(key),
		key,
		rows,
		labels: Uint8Array.from(rows, (row) => (keys[row] === key ? 1 : 0)),
	};
}

/** [rows]; level code or number, NaN where missing. */
export function classKeys({ columns }: FeatureTable, feature: number): Float64Array {
	const column = columns[feature] as FeatureColumn;
	if (column.type === 'numeric') return column.values;
	return Float64Array.from(column.codes, (code) => (code > MISSING_LEVEL ? code : Number.NaN));
}

function unknownColumn(specs: readonly FeatureSpec[], column: string): CounterfoilError {
	const nearest = findNearest(column, [...new Set(specs.map((spec) => spec.column))]);
	return new CounterfoilError('COLUMN_UNKNOWN', 'The model does not generate this column.', {
		where: `column "${column}"`,
		hint: nearest === null ? 'name a column of classes' : `did you mean "${nearest}"?`,
	});
}
