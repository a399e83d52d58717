import { sql } from 'kysely';
import { holdRuns } from './row-locks.ts';
import { inTransaction, type Store, type StoreTransaction } from './store.ts';

/** A run of a schedule that ended before a time. */
export interface OldRun {
	readonly runId: string;
	readonly datasetId: string | null;
}

/** The runs of a schedule that ended more than so many days ago. */
export async function listOldRuns(store: Store, scheduleId: string, days: number): Promise<OldRun[]> {
	const before = new Date(Date.now() - days * 86_400_000).toISOString();
	const rows = await store.writer
		.selectFrom('schedule_items')
		.innerJoin('runs', 'runs.run_id', 'schedule_items.run_id')
		.select(['runs.run_id', 'runs.dataset_id'])
		.where('schedule_items.schedule_id', '=', scheduleId)
		.where('runs.status', '<>', 'running')
		.where('runs.finished_at', '<', before)
		.execute();
	return rows.map(({ run_id, dataset_id }) => ({ runId: run_id, datasetId: dataset_id }));
}

/** Removes the scores of a run, except those that a review item is about. @returns how many */
export async function deleteScores(store: Store, runId: string): Promise<number> {
	const { numDeletedRows } = await store.writer
		.deleteFrom('scores')
		.where('scores.run_id', '=', runId)
		.where((where) =>
			where.not(
				where.exists(
					where
						.selectFrom('review_items')
						.select(sql.lit(1).as('one'))
						.whereRef('review_items.run_id', '=', 'scores.run_id')
						.whereRef('review_items.row_number', '=', 'scores.row_number'),
				),
			),
		)
		.executeTakeFirstOrThrow();
	return Number(numDeletedRows);
}

/** Removes the journal of a run; it stays in the list of runs. @returns how many steps */
export async function deleteJournal(store: Store, runId: string): Promise<number> {
	await store.writer.deleteFrom('run_shards').where('run_id', '=', runId).execute();
	const { numDeletedRows } = await store.writer
		.deleteFrom('run_steps')
		.where('run_id', '=', runId)
		.executeTakeFirstOrThrow();
	return Number(numDeletedRows);
}

/** Whether a model was trained on a data set: then its shards are needed to explain, to generate and to judge. */
export async function isTrainedOn(store: Store, datasetId: string): Promise<boolean> {
	const model = await store.writer
		.selectFrom('models')
		.select('model_id')
		.where('dataset_id', '=', datasetId)
		.limit(1)
		.executeTakeFirst();
	return model !== undefined;
}

/** Manifests of tables, by data set; those of generated ones by null. */
export async function listTables(store: Store): Promise<{ readonly datasetId: string | null; readonly uri: string }[]> {
	const datasets = await store.writer.selectFrom('datasets').select(['dataset_id', 'manifest_uri']).execute();
	const generated = await store.writer
		.selectFrom('synthetic_tables')
		.select('artifact_uri')
		.where('artifact_uri', 'like', 'artifact:%')
		.execute();
	return [
		...datasets.map(({ dataset_id, manifest_uri }) => ({ datasetId: dataset_id, uri: manifest_uri })),
		...generated.flatMap(({ artifact_uri: uri }) => (uri === null ? [] : [{ datasetId: null, uri }])),
	];
}

/** Whether any run is at work: it may just have stored a file that is named by the same content. */
export async function isAnyRunning(db: Pick<StoreTransaction, 'selectFrom'>): Promise<boolean> {
	const running = await db.selectFrom('runs').select('run_id').where('status', '=', 'running').limit(1).execute();
	return running.length > 0;
}

/** Does something while no run goes on, and none can begin until it is done. @returns false if one goes on */
export async function whileNoneRuns(store: Store, work: () => Promise<void>): Promise<boolean> {
	const workOnce = async (transaction: StoreTransaction): Promise<boolean> => {
		await holdRuns(transaction);
		if (await isAnyRunning(transaction)) return false;
		await work();
		return true;
	};
	return await inTransaction(store, workOnce, null);
}
