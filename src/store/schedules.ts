import { CounterfoilError } from '../contracts/errors.ts';
import type { Schedule } from '../contracts/schedule.ts';
import { takeTurn } from './row-locks.ts';
import { inTransaction, type Store } from './store.ts';
import { timestamp } from './timestamp.ts';

export interface StoredSchedule extends Schedule {
	/** Value of the column that a query goes by; null before the first run. */
	readonly watermark: string | number | null;
	readonly ticks: number;
}

/** @throws CounterfoilError RUN_STATE if there is one by this name. */
export async function insertSchedule(store: Store, schedule: Schedule): Promise<void> {
	const inserted = await store.writer
		.insertInto('schedules')
		.values({
			schedule_id: schedule.scheduleId,
			task_json: JSON.stringify(schedule.task),
			source_json: JSON.stringify(schedule.source),
			retention_json: JSON.stringify(schedule.retention),
			watermark_json: null,
			created_at: timestamp(),
		})
		.onConflict((conflict) => conflict.column('schedule_id').doNothing())
		.returning('schedule_id')
		.executeTakeFirst();
	if (inserted !== undefined) return;
	throw new CounterfoilError('RUN_STATE', 'there is a schedule by this name', {
		where: `schedule ${schedule.scheduleId}`,
		hint: 'choose another name, or delete it first: counterfoil schedule delete NAME',
	});
}

/** Forgets a schedule and what it has taken; its runs and what they made stay. @throws CounterfoilError NOT_FOUND */
export async function deleteSchedule(store: Store, scheduleId: string): Promise<void> {
	await inTransaction(
		store,
		async (transaction) => {
			await transaction.deleteFrom('schedule_items').where('schedule_id', '=', scheduleId).execute();
			const gone = await transaction
				.deleteFrom('schedules')
				.where('schedule_id', '=', scheduleId)
				.returning('schedule_id')
				.executeTakeFirst();
			if (gone === undefined) throw unknownSchedule(scheduleId);
		},
		`schedule ${scheduleId}`,
	);
}

/** @throws CounterfoilError NOT_FOUND */
export async function getSchedule(store: Store, scheduleId: string): Promise<StoredSchedule> {
	const row = await store.writer
		.selectFrom('schedules')
		.selectAll()
		.where('schedule_id', '=', scheduleId)
		.executeTakeFirst();
	if (row === undefined) throw unknownSchedule(scheduleId);
	return toSchedule(row);
}

export async function listSchedules(store: Store): Promise<StoredSchedule[]> {
	const rows = await store.reader.selectFrom('schedules').selectAll().orderBy('schedule_id').execute();
	return rows.map(toSchedule);
}

/** A file, a slice of a query, or just a tick, that a schedule has not taken before. */
export interface NewItem {
	readonly itemKey: string;
	readonly contentSha256: string | null;
	readonly path: string | null;
	/** What the watermark becomes once it is done. */
	readonly watermark: string | number | null;
	readonly runId: string;
}

export interface TakenItem {
	readonly path: string | null;
	readonly runId: string;
}

/** What a tick has taken and not done: what it goes on with after a crash. */
export async function listTaken(store: Store, scheduleId: string, tick: string): Promise<TakenItem[]> {
	const rows = await store.writer
		.selectFrom('schedule_items')
		.select(['path', 'run_id'])
		.where('schedule_id', '=', scheduleId)
		.where('tick', '=', tick)
		.where('state', '=', 'taken')
		.orderBy('path')
		.orderBy('item_key')
		.execute();
	return rows.map(({ path, run_id }) => ({ path, runId: run_id ?? '' }));
}

/** Which of the keys are among the items already. */
export async function findKnownItems(store: Store, scheduleId: string, keys: readonly string[]): Promise<Set<string>> {
	const known = new Set<string>();
	for (let start = 0; start < keys.length; start += KEYS_PER_QUERY) {
		const rows = await store.writer
			.selectFrom('schedule_items')
			.select('item_key')
			.where('schedule_id', '=', scheduleId)
			.where('item_key', 'in', keys.slice(start, start + KEYS_PER_QUERY))
			.execute();
		for (const { item_key } of rows) known.add(item_key);
	}
	return known;
}

const KEYS_PER_QUERY = 1_000;

/** Takes an item. @returns false if it, or a file with the same content, was taken before */
export async function takeItem(store: Store, scheduleId: string, tick: string, item: NewItem): Promise<boolean> {
	return inTransaction(
		store,
		async (transaction) => {
			await takeTurn(transaction, `schedule ${scheduleId}`);
			const { itemKey, contentSha256, path, watermark, runId } = item;
			const same =
				contentSha256 === null
					? undefined
					: await transaction
							.selectFrom('schedule_items')
							.select('item_key')
							.where('schedule_id', '=', scheduleId)
							.where('content_sha256', '=', contentSha256)
							.limit(1)
							.executeTakeFirst();
			const isNew = same === undefined;
			const inserted = await transaction
				.insertInto('schedule_items')
				.values({
					schedule_id: scheduleId,
					item_key: itemKey,
					content_sha256: contentSha256,
					path,
					watermark_json: watermark === null ? null : JSON.stringify(watermark),
					state: isNew ? 'taken' : 'repeated',
					tick,
					run_id: isNew ? runId : null,
					taken_at: timestamp(),
					finished_at: isNew ? null : timestamp(),
				})
				.onConflict((conflict) => conflict.columns(['schedule_id', 'item_key']).doNothing())
				.returning('item_key')
				.executeTakeFirst();
			return isNew && inserted !== undefined;
		},
		null,
	);
}

/** Ends the item of a run: with `later` it is as if it had never been taken. @returns its path */
export async function endItem(
	store: Store,
	scheduleId: string,
	runId: string,
	state: 'done' | 'failed' | 'later',
): Promise<string | null> {
	return inTransaction(
		store,
		async (transaction) => {
			const item = await transaction
				.selectFrom('schedule_items')
				.selectAll()
				.where('schedule_id', '=', scheduleId)
				.where('run_id', '=', runId)
				.executeTakeFirst();
			if (item === undefined) return null;
			// Rows of a query that could not be used come again with the next ones.
			const isForgotten = state === 'later' || (state === 'failed' && item.watermark_json !== null);
			const here = { schedule_id: scheduleId, item_key: item.item_key };
			if (isForgotten) {
				await transaction
					.deleteFrom('schedule_items')
					.where('schedule_id', '=', here.schedule_id)
					.where('item_key', '=', here.item_key)
					.execute();
				return item.path;
			}
			await transaction
				.updateTable('schedule_items')
				.set({ state, finished_at: timestamp() })
				.where('schedule_id', '=', here.schedule_id)
				.where('item_key', '=', here.item_key)
				.execute();
			if (item.watermark_json !== null) {
				await transaction
					.updateTable('schedules')
					.set({ watermark_json: item.watermark_json })
					.where('schedule_id', '=', scheduleId)
					.execute();
			}
			return item.path;
		},
		null,
	);
}

/** Counts a tick. @returns its number, from 1 */
export async function countTick(store: Store, scheduleId: string): Promise<number> {
	const { ticks } = await store.writer
		.updateTable('schedules')
		.set((set) => ({ ticks: set('ticks', '+', 1) }))
		.where('schedule_id', '=', scheduleId)
		.returning('ticks')
		.executeTakeFirstOrThrow();
	return ticks;
}

function toSchedule(row: {
	readonly schedule_id: string;
	readonly task_json: string;
	readonly source_json: string;
	readonly retention_json: string;
	readonly watermark_json: string | null;
	readonly ticks: number;
}): StoredSchedule {
	return {
		scheduleId: row.schedule_id,
		task: JSON.parse(row.task_json) as Schedule['task'],
		source: JSON.parse(row.source_json) as Schedule['source'],
		retention: JSON.parse(row.retention_json) as Schedule['retention'],
		watermark: row.watermark_json === null ? null : (JSON.parse(row.watermark_json) as string | number),
		ticks: row.ticks,
	};
}

function unknownSchedule(scheduleId: string): CounterfoilError {
	return new CounterfoilError('NOT_FOUND', 'there is no schedule by this name', {
		where: `schedule ${scheduleId}`,
		hint: 'see counterfoil schedule list',
	});
}
