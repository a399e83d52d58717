import type { FeatureColumn, FeatureTable } from '../contracts/features.ts';

/** The rows of the first table, then those of the second, which has the same features. */
export function joinTables(first: FeatureTable, second: FeatureTable): FeatureTable {
	return {
		rows: first.rows + second.rows,
		columns: first.columns.map((column, i): FeatureColumn => {
			const other = second.columns[i];
			if (column.type === 'numeric' && other?.type === 'numeric') {
				const values = new Float64Array(first.rows + second.rows);
				values.set(column.values);
				values.set(other.values, first.rows);
				return { type: 'numeric', values };
			}
			if (column.type === 'categorical' && other?.type === 'categorical') {
				const codes = new Int32Array(first.rows + second.rows);
				codes.set(column.codes);
				codes.set(other.codes, first.rows);
				return { type: 'categorical', codes };
			}
			throw new TypeError('The two tables do not have the same features.');
		}),
	};
}

/** Some of the features, in the order given. */
export function pickFeatures(table: FeatureTable, features: readonly number[]): FeatureTable {
	return { rows: table.rows, columns: features.map((feature) => table.columns[feature] as FeatureColumn) };
}
