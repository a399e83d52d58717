import { CounterfoilError } from '../contracts/errors.ts';
import type { NewSyntheticTable, SyntheticRow, SyntheticTable } from './database.ts';
import type { Store } from './store.ts';

/** Stores the head of a generated table; storing the same id again gives what was stored first. */
export async function insertSyntheticTable(store: Store, table: NewSyntheticTable): Promise<SyntheticTable> {
	await store.writer
		.insertInto('synthetic_tables')
		.values(table)
		.onConflict((conflict) => conflict.column('synthetic_table_id').doNothing())
		.execute();
	return await store.writer
		.selectFrom('synthetic_tables')
		.selectAll()
		.where('synthetic_table_id', '=', table.synthetic_table_id)
		.executeTakeFirstOrThrow();
}

/** Notes whether the rows that a run has generated may be handed out. */
export async function setSyntheticRelease(store: Store, runId: string, release: object): Promise<void> {
	await store.writer
		.updateTable('synthetic_tables')
		.set({ release_json: JSON.stringify(release) })
		.where('run_id', '=', runId)
		.execute();
}

/** Notes the file that the table was written to. */
export async function setSyntheticArtifact(
	store: Store,
	syntheticTableId: string,
	artifact: { readonly uri: string; readonly sha256: string },
): Promise<void> {
	await store.writer
		.updateTable('synthetic_tables')
		.set({ artifact_uri: artifact.uri, sha256: artifact.sha256 })
		.where('synthetic_table_id', '=', syntheticTableId)
		.execute();
}

/** @throws NOT_FOUND */
export async function getSyntheticTable(store: Store, syntheticTableId: string): Promise<SyntheticTable> {
	const table = await store.reader
		.selectFrom('synthetic_tables')
		.selectAll()
		.where('synthetic_table_id', '=', syntheticTableId)
		.executeTakeFirst();
	if (table !== undefined) return table;
	throw new CounterfoilError('NOT_FOUND', 'There is no such generated table.', { where: syntheticTableId });
}

/** Latest first. */
export async function listSyntheticTables(
	store: Store,
	options: { readonly limit?: number; readonly modelId?: string } = {},
): Promise<SyntheticTable[]> {
	let query = store.reader.selectFrom('synthetic_tables').selectAll();
	if (options.modelId !== undefined) query = query.where('model_id', '=', options.modelId);
	return await query
		.orderBy('created_at', 'desc')
		.orderBy('synthetic_table_id')
		.limit(options.limit ?? 50)
		.execute();
}

/** A page of generated rows, by row number. */
export async function listSyntheticRows(
	store: Store,
	syntheticTableId: string,
	options: { readonly limit?: number; readonly afterRow?: number } = {},
): Promise<SyntheticRow[]> {
	return await store.reader
		.selectFrom('synthetic_rows')
		.selectAll()
		.where('synthetic_table_id', '=', syntheticTableId)
		.where('row_number', '>', options.afterRow ?? 0)
		.orderBy('row_number')
		.limit(options.limit ?? 1_000)
		.execute();
}
