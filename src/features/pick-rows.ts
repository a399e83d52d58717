import type { FeatureColumn, FeatureTable } from '../contracts/features.ts';

/** Rows of a table, in the order given. */
export function pickRows(table: FeatureTable, rows: ArrayLike<number>): FeatureTable {
	return {
		rows: rows.length,
		columns: table.columns.map((column): FeatureColumn => {
			if (column.type === 'numeric') {
				const values = new Float64Array(rows.length);
				for (let i = 0; i < rows.length; i++) values[i] = column.values[rows[i] as number] as number;
				return { type: 'numeric', values };
			}
			const codes = new Int32Array(rows.length);
			for (let i = 0; i < rows.length; i++) codes[i] = column.codes[rows[i] as number] as number;
			return { type: 'categorical', codes };
		}),
	};
}
