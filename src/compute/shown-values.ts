import type { CategoricalFeature, FeatureSpec, FeatureTable, NumericFeature } from '../contracts/features.ts';
import { cellValue, type TableBatch } from '../contracts/table.ts';
import { type CellValue, formatNumber } from '../scoring/reasons.ts';

/**
 * The values of a row as reasons show them, one per feature: the cells that were read, of dates the part that the
 * feature is.
 */
export function shownValues(
	batch: TableBatch,
	table: FeatureTable,
	specs: readonly FeatureSpec[],
): (row: number) => readonly CellValue[] {
	const cellsOf = specs.map((spec) => batch.columns[batch.names.indexOf(spec.column)]);
	return (row) =>
		specs.map((spec, feature) => {
			// The date that was read does not say which weekday it is.
			if (spec.type === 'categorical' && spec.part === 'weekday') {
				const code = (table.columns[feature] as CategoricalFeature).codes[row] as number;
				return spec.levels[code] ?? null;
			}
			// Nor is it the date that is unusual where the hour is.
			if (spec.type === 'numeric' && spec.part === 'time-of-day') {
				const value = (table.columns[feature] as NumericFeature).values[row] as number;
				return Number.isNaN(value) ? null : formatNumber(spec, value);
			}
			if (spec.history !== undefined) {
				const value = (table.columns[feature] as NumericFeature).values[row] as number;
				return Number.isNaN(value) ? null : value;
			}
			const cells = cellsOf[feature];
			return cells === undefined ? null : cellValue(cells, row);
		});
}
