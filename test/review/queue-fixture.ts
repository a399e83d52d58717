import type { TestContext } from 'node:test';
import { publishQueue } from '../../src/review/publish-queue.ts';
import type { Queue, ReviewItem } from '../../src/store/review-database.ts';
import type { NewScore } from '../../src/store/shards.ts';
import type { Store } from '../../src/store/store.ts';
import { publishAll, type SeededRun, scores, seededRun } from '../store/seeded-store.ts';

/** When the tests act; far from now, so that nobody's clock matters. */
export const NOON = new Date('2026-03-01T12:00:00.000Z');

export function later(minutes: number): Date {
	return new Date(NOON.getTime() + minutes * 60_000);
}

/** A run over `rows` records k1, k2, ..., the last `alerts` of which are in the queue, item 1 the most urgent. */
export async function filledQueue(
	t: TestContext,
	alerts: number,
	options: { readonly rows?: number; readonly scores?: readonly NewScore[]; readonly queue?: Partial<Queue> } = {},
): Promise<SeededRun> {
	const rows = options.rows ?? alerts;
	const run = await seededRun(t, rows);
	await publishAll(run, options.scores ?? scores(rows, alerts));
	if (options.queue !== undefined) {
		await run.store.writer
			.insertInto('queues')
			.values({ dataset_name: 'payments', name: 'default', created_at: NOON.toISOString(), ...options.queue })
			.execute();
	}
	await publishQueue(run.store, { runId: run.runId });
	return run;
}

export async function itemOf(store: Store, itemId: number): Promise<ReviewItem> {
	return await store.reader
		.selectFrom('review_items')
		.selectAll()
		.where('item_id', '=', itemId)
		.executeTakeFirstOrThrow();
}

/** Kind, actor and after of the events of an item. */
export async function eventsOf(store: Store, itemId: number): Promise<[string, string, Record<string, unknown>][]> {
	const events = await store.reader
		.selectFrom('review_events')
		.selectAll()
		.where('item_id', '=', itemId)
		.orderBy('event_id')
		.execute();
	return events.map(({ kind, actor, after_json }) => [
		kind,
		actor,
		after_json === null ? {} : (JSON.parse(after_json) as Record<string, unknown>),
	]);
}
