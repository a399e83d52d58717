import { alignTables } from './aligned-rows.ts';
import type { QualityTable } from './quality-table.ts';

/**
 * NewRowSynthesis of SDMetrics: share of the synthetic rows that match no real row. A match has equal levels and
 * numbers within 1 % **of the synthetic value**, so that any two dates of our time match: not a measure of copies.
 * Goes through all pairs.
 *
 * @throws INTERNAL if the tables differ in their columns.
 */
export function newRowSynthesis(real: QualityTable, synthetic: QualityTable, tolerance = 0.01): number {
	const { first, second, numbers, levels } = alignTables(real, synthetic);
	let matched = 0;
	for (let i = 0; i < second.rows; i++) {
		for (let j = 0; j < first.rows; j++) {
			let k = 0;
			while (k < levels && second.codes[i * levels + k] === first.codes[j * levels + k]) k++;
			if (k < levels) continue;
			k = 0;
			while (k < numbers) {
				const own = second.values[i * numbers + k] as number;
				const other = first.values[j * numbers + k] as number;
				const near = Math.abs(other - own) <= Math.abs(tolerance * own);
				if (!near && !(Number.isNaN(own) && Number.isNaN(other))) break;
				k++;
			}
			if (k === numbers) {
				matched++;
				break;
			}
		}
	}
	return (synthetic.rows - matched) / synthetic.rows;
}
