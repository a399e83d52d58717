import type { Random } from '../contracts/random.ts';
import type { QualityColumn, QualityTable } from './quality-table.ts';

/**
 * The floor that every generator has to beat: each column drawn with replacement from itself, so that
 * shapes are right and nothing else is.
 */
export function drawIndependentColumns(table: QualityTable, rows: number, random: Random): QualityTable {
	const columns = table.columns.map((column): QualityColumn => {
		const draws = random.fork(`column ${column.name}`);
		if (column.type === 'numeric') {
			const values = new Float64Array(rows);
			for (let i = 0; i < rows; i++) values[i] = column.values[draws.integer(table.rows)] as number;
			return { ...column, values };
		}
		const codes = new Int32Array(rows);
		for (let i = 0; i < rows; i++) codes[i] = column.codes[draws.integer(table.rows)] as number;
		return { ...column, codes };
	});
	return { rows, columns };
}
