import { extentOf } from './coverage.ts';
import { assertSameColumns, type QualityColumn, type QualityTable } from './quality-table.ts';

/**
 * Rows so written that the distance of two cells is min(|a - b|, 1): numbers in units of their range, levels two
 * apart, missing far away from all but missing. The distance of two rows is the mean over the columns, that of
 * SDMetrics (`dcr_utils`) and of Gower.
 */
export interface DistanceRows {
	readonly rows: number;
	readonly width: number;
	/** [rows, width], the columns in which rows differ most first. */
	readonly cells: Float64Array;
}

const MISSING = 1e200;

/**
 * @param tables with the same columns.
 * @param scale the table whose ranges are the units.
 * @throws INTERNAL if the tables differ in their columns.
 */
export function toDistanceRows<K extends string>(
	tables: Readonly<Record<K, QualityTable>>,
	scale: QualityTable,
): Record<K, DistanceRows> {
	const names = Object.keys(tables) as K[];
	for (const name of names) assertSameColumns(scale, tables[name]);
	const width = scale.columns.length;
	const ordered = scale.columns
		.map((column, i) => {
			const all = [column, ...names.map((name) => tables[name].columns[i] as QualityColumn)];
			const [own, ...others] = column.type === 'numeric' ? scaleNumbers(all) : spreadLevels(all);
			return { others, gap: meanGap(own as Float64Array) };
		})
		.sort((a, b) => b.gap - a.gap);
	const written = names.map((name, n): [K, DistanceRows] => {
		const { rows } = tables[name];
		const cells = new Float64Array(rows * width);
		ordered.forEach(({ others }, k) => {
			const column = others[n] as Float64Array;
			for (let row = 0; row < rows; row++) cells[row * width + k] = column[row] as number;
		});
		return [name, { rows, width, cells }];
	});
	return Object.fromEntries(written) as Record<K, DistanceRows>;
}

/** All in the units of the first: 0 is its smallest value, 1 its largest. */
function scaleNumbers(columns: readonly QualityColumn[]): Float64Array[] {
	const all = columns.map((column) => (column as { values: Float64Array }).values);
	const { min, max } = extentOf(all[0] as Float64Array);
	const range = max - min;
	if (range > 0) {
		return all.map((values) => values.map((value) => (Number.isNaN(value) ? MISSING : (value - min) / range)));
	}
	// A constant has no range: other values are at 1 from it, like levels.
	const place = new Map<number, number>();
	const placeOf = (value: number): number => {
		let known = place.get(value);
		if (known === undefined) {
			known = 2 * place.size;
			place.set(value, known);
		}
		return known;
	};
	return all.map((values) => values.map((value) => (Number.isNaN(value) ? MISSING : placeOf(value))));
}

function spreadLevels(columns: readonly QualityColumn[]): Float64Array[] {
	const place = new Map<string, number>();
	return columns.map((column) => {
		const { codes, levels } = column as { codes: Int32Array; levels: readonly string[] };
		for (const level of levels) if (!place.has(level)) place.set(level, 2 * place.size);
		const ofCode = levels.map((level) => place.get(level) as number);
		return Float64Array.from(codes, (code) => (code >= 0 ? (ofCode[code] as number) : code === -1 ? MISSING : -2));
	});
}

/** How far apart two rows are in a column, from pairs half a table apart. */
function meanGap(values: Float64Array): number {
	const half = values.length >> 1;
	let sum = 0;
	for (let row = 0; row < half; row++) {
		sum += Math.min(1, Math.abs((values[row] as number) - (values[row + half] as number)));
	}
	return half === 0 ? 0 : sum / half;
}
