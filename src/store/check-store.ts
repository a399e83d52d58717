import { readMigrationState } from './migrate.ts';
import type { Store } from './store.ts';

export interface StoreCheck {
	/** What is wrong, in words; empty if nothing is. */
	readonly problems: readonly string[];
	/** Migrations that the database has. */
	readonly migrations: readonly string[];
}

/**
 * Checks that the file is undamaged, that every reference leads somewhere, and that the counts agree: as
 * many records, rejects and scores as the data sets and the finished runs say.
 */
export async function checkStore(store: Store): Promise<StoreCheck> {
	const { applied } = await readMigrationState(store.reader, store.path);
	const damage = await store.engine.findDamage();
	const counts = damage.length > 0 ? [] : [...(await checkRejects(store)), ...(await checkScores(store))];
	return { problems: [...damage, ...counts], migrations: applied };
}

async function checkRejects(store: Store): Promise<string[]> {
	const rows = await store.reader
		.selectFrom('datasets')
		.leftJoin('rejects', 'rejects.dataset_id', 'datasets.dataset_id')
		.select((select) => [
			'datasets.dataset_id',
			'datasets.rows_rejected',
			select.fn.count<number>('rejects.reject_id').as('stored'),
		])
		.groupBy(['datasets.dataset_id', 'datasets.rows_rejected'])
		.execute();
	return rows
		.filter((row) => row.stored !== row.rows_rejected)
		.map((row) => `data set ${row.dataset_id} has ${row.stored} rejects instead of ${row.rows_rejected}`);
}

async function checkScores(store: Store): Promise<string[]> {
	const runs = await store.reader
		.selectFrom('runs')
		.innerJoin('datasets', 'datasets.dataset_id', 'runs.dataset_id')
		.select((select) => [
			'runs.run_id',
			'datasets.rows_loaded',
			select
				.selectFrom('records')
				.whereRef('records.dataset_id', '=', 'runs.dataset_id')
				.select((count) => count.fn.countAll<number>().as('n'))
				.as('records'),
			select
				.selectFrom('scores')
				.whereRef('scores.run_id', '=', 'runs.run_id')
				.select((count) => count.fn.countAll<number>().as('n'))
				.as('scores'),
			select
				.selectFrom('purged_rows')
				.whereRef('purged_rows.dataset_id', '=', 'runs.dataset_id')
				.select((count) => count.fn.countAll<number>().as('n'))
				.as('purged'),
		])
		.where('runs.status', '=', 'succeeded')
		.where('runs.kind', 'in', ['pipeline', 'score'])
		.execute();
	return runs
		.map((run) => ({ ...run, expected: run.rows_loaded - Number(run.purged) }))
		.filter((run) => run.records !== run.expected || run.scores !== run.expected)
		.map(
			(run) => `run ${run.run_id} has ${run.records} records and ${run.scores} scores instead of ${run.expected} each`,
		);
}
