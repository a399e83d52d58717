import type { FeatureColumn, FeatureTable } from '../contracts/features.ts';

/** Some of the features, in the order given. */
export function pickFeatures(table: FeatureTable, features: readonly number[]): FeatureTable {
	return { rows: table.rows, columns: features.map((feature) => table.columns[feature] as FeatureColumn) };
}
