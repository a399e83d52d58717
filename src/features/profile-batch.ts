import type { TableBatch } from '../contracts/table.ts';
import { type ColumnTally, tallyCells } from './column-tally.ts';

/**
 * Statistics of some consecutive rows of a table. Plain data, bounded in size whatever the number of rows;
 * `mergeProfiles` joins those of neighbouring shards and `finishProfile` draws the conclusions.
 */
export interface PartialProfile {
	readonly rows: number;
	readonly columns: readonly ColumnTally[];
}

export function profileBatch(batch: TableBatch): PartialProfile {
	return {
		rows: batch.rows,
		columns: batch.columns.map((cells, i) => tallyCells(batch.names[i] as string, cells)),
	};
}
