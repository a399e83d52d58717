import type { OutputColumn } from '../contracts/column-type.ts';
import type { TableBatch } from '../contracts/table.ts';

/** What a writer of a format is given: batches that all have the columns. */
export interface PlannedTable {
	readonly columns: readonly OutputColumn[];
	readonly batches: AsyncIterable<TableBatch>;
	/** Texts that are kept with the schema, by key, where the format has a place for them. */
	readonly metadata: Readonly<Record<string, string>>;
}
