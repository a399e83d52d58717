import { CounterfoilError } from './contracts/errors.ts';
import type { TableBatch } from './contracts/table.ts';

export interface ReadTableFileOptions {
	/** One ASCII character. @default found from the text */
	readonly delimiter?: string;
	/** Whether the first line names the columns. @default found from the text */
	readonly header?: boolean;
	/** Any label that TextDecoder knows. @default found from the bytes */
	readonly encoding?: string;
	/** Go on without rows that cannot be read. @default false */
	readonly skipRejects?: boolean;
	readonly signal?: AbortSignal;
}

/**
 * A table out of a file, all of it in memory: CSV, TSV, JSON Lines, Parquet or Arrow, plain or compressed. The readers
 * are loaded when they are first needed.
 *
 * @example
 * const gan = await TabularGan.fit(await readTableFile('payments.csv'), { label: 'is_fraud' });
 *
 * @throws CounterfoilError INPUT_*, CSV_*, JSON_UNREADABLE, PARQUET_UNREADABLE, ARROW_*, TABLE_EMPTY, REJECTS_OVER_LIMIT,
 *   CANCELLED
 */
export async function readTableFile(path: string, options: ReadTableFileOptions = {}): Promise<TableBatch> {
	const { openTable } = await import('./ingest/ingest-source.ts');
	const { joinBatches } = await import('./ingest/join-batches.ts');
	const { skipRejects = false, ...how } = options;
	const table = await openTable(path, how);
	const joiner = joinBatches(table.names, Number.MAX_SAFE_INTEGER);
	for await (const { batch, rejects } of table) {
		const [reject] = rejects;
		if (reject !== undefined && !skipRejects) {
			throw new CounterfoilError('REJECTS_OVER_LIMIT', `A row cannot be read: ${reject.message}`, {
				where: `${path}:${reject.line}`,
				hint: 'Mend it, or go on without such rows with skipRejects: true.',
			});
		}
		// With room for all, none is full before the end.
		joiner.add(batch).next();
	}
	return joiner.take()?.batch ?? joiner.empty();
}
