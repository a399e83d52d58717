import { allRows, joinBatches } from '../src/compute/join-batches.ts';
import type { TableBatch } from '../src/contracts/table.ts';
import { openTable } from '../src/ingest/ingest-source.ts';

/** A whole table in memory. */
export async function readBatches(path: string): Promise<TableBatch[]> {
	const source = await openTable(path);
	const batches: TableBatch[] = [];
	for await (const { batch } of source) if (batch.rows > 0) batches.push(batch);
	return batches;
}

/** The rows of all batches in one. */
export function joinAll(batches: readonly TableBatch[]): TableBatch {
	return joinBatches(batches.map((batch) => ({ batch, rows: allRows(batch) })));
}
