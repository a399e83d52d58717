import { cellText, type TableBatch } from '../../src/contracts/table.ts';
import { columnCells } from '../../src/features/read-cells.ts';

/** [rows] 1 where a cell of the column says `anomaly`. */
export function labelsOf(batches: readonly TableBatch[], column: string, anomaly: string): Uint8Array {
	return Uint8Array.from(textsOf(batches, column).map((text) => (text === anomaly ? 1 : 0)));
}

/** [rows] the texts of a column without spaces around them; null where missing. */
export function textsOf(batches: readonly TableBatch[], column: string): (string | null)[] {
	return batches.flatMap((batch) => {
		const cells = columnCells(batch, column);
		return Array.from({ length: batch.rows }, (_, row) => cellText(cells, row)?.trim() ?? null);
	});
}
