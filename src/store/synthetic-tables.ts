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

interface Release {
	readonly verdict?: string;
	readonly override?: string | null;
}

/**
 * Notes that rows are handed out although the release gate holds them back, and why.
 *
 * @throws NOT_FOUND; USAGE where nothing holds them back, or somebody has handed them out already
 */
export async function overrideRelease(store: Store, syntheticTableId: string, reason: string): Promise<SyntheticTable> {
	const table = await getSyntheticTable(store, syntheticTableId);
	const release = table.release_json === null ? null : (JSON.parse(table.release_json) as Release);
	if (release?.verdict !== 'refuse') {
		throw new CounterfoilError('USAGE', 'Nothing holds these rows back.', { where: syntheticTableId });
	}
	const taken = () => new CounterfoilError('USAGE', 'These rows are handed out already.', { where: syntheticTableId });
	if ((release.override ?? null) !== null) throw taken();
	const changed = await store.writer
		.updateTable('synthetic_tables')
		.set({ release_json: JSON.stringify({ ...release, override: reason }) })
		.where('synthetic_table_id', '=', syntheticTableId)
		// Of two at the same moment one has the reason that stays.
		.where('release_json', '=', table.release_json)
		.returningAll()
		.executeTakeFirst();
	if (changed === undefined) throw taken();
	return changed;
}

/** Notes the file that the table was written to, in place of the stored one; null: none is kept. */
export async function setSyntheticArtifact(
	store: Store,
	syntheticTableId: string,
	artifact: { readonly uri: string; readonly sha256: string } | null,
): Promise<void> {
	await store.writer
		.updateTable('synthetic_tables')
		.set({ artifact_uri: artifact?.uri ?? null, sha256: artifact?.sha256 ?? null })
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

/**
 * Addresses of the manifests of all stored tables, those of runs included that may still go on; null while another
 * run is at work, which may be storing one.
 */
export async function listManifests(store: Store): Promise<string[] | null> {
	const running = await store.writer
		.selectFrom('runs')
		.select('run_id')
		.where('status', '=', 'running')
		.limit(1)
		.execute();
	if (running.length > 0) return null;
	const datasets = await store.writer.selectFrom('datasets').select('manifest_uri as uri').execute();
	const tables = await store.writer
		.selectFrom('synthetic_tables')
		.select('artifact_uri as uri')
		.where('artifact_uri', 'like', 'artifact:%')
		.execute();
	const steps = await store.writer
		.selectFrom('run_steps')
		.innerJoin('runs', 'runs.run_id', 'run_steps.run_id')
		.select('output_json')
		.where('run_steps.step', 'in', ['ingest', 'generate'])
		.where('runs.status', '<>', 'succeeded')
		.where('output_json', 'is not', null)
		.execute();
	const ofSteps = steps.map(({ output_json }) => {
		const output = JSON.parse(output_json as string) as Partial<Record<'table' | 'manifest', { readonly uri: string }>>;
		return output.table?.uri ?? output.manifest?.uri ?? null;
	});
	const known = [...datasets, ...tables].map(({ uri }) => uri);
	return [...known, ...ofSteps].filter((uri) => uri !== null);
}

/** Latest first. */
export async function listSyntheticTables(
	store: Store,
	options: {
		readonly limit?: number;
		readonly modelId?: string;
		/** Only tables behind this one: the last of the page before. */
		readonly after?: Pick<SyntheticTable, 'created_at' | 'synthetic_table_id'>;
	} = {},
): Promise<SyntheticTable[]> {
	let query = store.reader.selectFrom('synthetic_tables').selectAll();
	if (options.modelId !== undefined) query = query.where('model_id', '=', options.modelId);
	const { after } = options;
	if (after !== undefined) {
		query = query
			.where('created_at', '<=', after.created_at)
			.where((where) =>
				where.or([
					where('created_at', '<', after.created_at),
					where('synthetic_table_id', '>', after.synthetic_table_id),
				]),
			);
	}
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
