import { type ExpressionBuilder, sql } from 'kysely';
import type { Database, Score, StoredRecord } from './database.ts';
import type { Store } from './store.ts';

export type ScoreWithRecord = Score & Pick<StoredRecord, 'data_json'>;

/** Where a page of top scores ended. */
export type ScorePosition = Pick<Score, 'score' | 'surprise' | 'row_number'>;

export interface ListTopScoresOptions {
	/** @default 10 */
	readonly limit?: number;
	/** Only scores below this one: the last of the page before. */
	readonly after?: ScorePosition;
	/** Only scores of at least this. */
	readonly minScore?: number;
	/** Only scores below this. */
	readonly maxScore?: number;
}

/** The highest scores of a run with their records: by score, then surprise, then row number. */
export async function listTopScores(
	store: Store,
	runId: string,
	options: ListTopScoresOptions = {},
): Promise<ScoreWithRecord[]> {
	return await topScoresQuery(store, runId, options).execute();
}

/** The query of `listTopScores`; walks the index `scores_top` and sorts nothing. */
export function topScoresQuery(store: Store, runId: string, options: ListTopScoresOptions = {}) {
	let query = store.reader
		.selectFrom('scores')
		.innerJoin('records', (join) =>
			join.onRef('records.dataset_id', '=', 'scores.dataset_id').onRef('records.row_number', '=', 'scores.row_number'),
		)
		.selectAll('scores')
		.select('records.data_json')
		.where('scores.run_id', '=', runId);
	const { after, minScore, maxScore } = options;
	if (minScore !== undefined) query = query.where('scores.score', '>=', minScore);
	if (maxScore !== undefined) query = query.where('scores.score', '<', maxScore);
	if (after !== undefined) query = query.where(behind(after));
	return query
		.orderBy('scores.score', 'desc')
		.orderBy('scores.surprise', 'desc')
		.orderBy('scores.row_number')
		.limit(options.limit ?? 10);
}

/** Whether a score comes after a position in the order of the highest. */
export function behind(after: ScorePosition) {
	return ({ eb }: ExpressionBuilder<Database, 'scores'>) =>
		// The first condition says nothing new, but is the one that the index can begin at.
		eb.and([
			eb('scores.score', '<=', after.score),
			eb.or([
				eb('scores.score', '<', after.score),
				eb('scores.surprise', '<', after.surprise),
				eb.and([eb('scores.surprise', '=', after.surprise), eb('scores.row_number', '>', after.row_number)]),
			]),
		]);
}

/** Every score that a record ever had, latest first. */
export async function listScoreHistory(
	store: Store,
	recordKey: string,
	options: { readonly limit?: number } = {},
): Promise<Score[]> {
	return await store.reader
		.selectFrom('scores')
		.selectAll()
		.where('record_key', '=', recordKey)
		.orderBy('scored_at', 'desc')
		.limit(options.limit ?? 50)
		.execute();
}

export interface ScoreCounts {
	readonly records: number;
	readonly alerts: number;
	readonly low: number;
	readonly medium: number;
	readonly high: number;
	readonly critical: number;
}

/** How many records of a run have which severity. */
export async function countScores(store: Store, runId: string): Promise<ScoreCounts> {
	const count = (severity: string) => sql<number>`coalesce(sum(case when severity = ${severity} then 1 else 0 end), 0)`;
	return await store.reader
		.selectFrom('scores')
		.where('run_id', '=', runId)
		.select((select) => [
			select.fn.countAll<number>().as('records'),
			sql<number>`coalesce(sum(is_alert), 0)`.as('alerts'),
			count('low').as('low'),
			count('medium').as('medium'),
			count('high').as('high'),
			count('critical').as('critical'),
		])
		.executeTakeFirstOrThrow();
}
