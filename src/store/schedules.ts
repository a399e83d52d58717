import { CounterfoilError } from '../contracts/errors.ts';
import type { Schedule } from '../contracts/schedule.ts';
import { takeTurn } from './row-locks.ts';
import { inTransaction, type Store, type StoreTransaction } from './store.ts';
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
	/** The watermark above which its rows were read. @default null */
	readonly above?: string | number | null;
	readonly runId: string;
}

export interface TakenItem {
	readonly contentSha256: string | null;
	readonly path: string | null;
	readonly runId: string;
}

/** What a tick has taken and not done: what it goes on with after a crash. */
export async function listTaken(store: Store, scheduleId: string, tick: string): Promise<TakenItem[]> {
	const rows = await store.writer
		.selectFrom('schedule_items')
		.select(['path', 'run_id', 'content_sha256'])
		.where('schedule_id', '=', scheduleId)
		.where('tick', '=', tick)
		.where('state', '=', 'taken')
		.orderBy('path')
		.orderBy('item_key')
		.execute();
	return rows.map(({ path, run_id, content_sha256 }) => ({ path, contentSha256: content_sha256, runId: run_id ?? '' }));
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

/** How the item of a tick that is no more has to end. */
export interface StrandedItem {
	readonly runId: string;
	readonly state: 'done' | 'failed' | 'later';
}

/**
 * What other ticks have taken and never noted the end of: their workflows were terminated, or could not reach the
 * database. The run tells what has become of it; one that was never begun is given up after a day, and one that is
 * still open is left alone.
 */
export async function listStranded(store: Store, scheduleId: string, tick: string): Promise<StrandedItem[]> {
	const ago = (ms: number) => timestamp(new Date(Date.now() - ms));
	const rows = await store.writer
		.selectFrom('schedule_items')
		.leftJoin('runs', 'runs.run_id', 'schedule_items.run_id')
		.select(['schedule_items.run_id', 'schedule_items.taken_at', 'runs.status', 'runs.finished_at'])
		.where('schedule_items.schedule_id', '=', scheduleId)
		.where('schedule_items.tick', '<>', tick)
		.where('schedule_items.state', '=', 'taken')
		.execute();
	return rows.flatMap(({ run_id: runId, taken_at, status, finished_at }): StrandedItem[] => {
		if (runId === null) return [];
		if (status === null) return taken_at < ago(LONGEST_UNBEGUN_MS) ? [{ runId, state: 'later' }] : [];
		// A tick that is at work notes the end of its runs itself.
		if (finished_at === null || finished_at >= ago(TIME_TO_NOTE_MS)) return [];
		if (status === 'succeeded') return [{ runId, state: 'done' }];
		return status === 'failed' || status === 'cancelled'
			? [{ runId, state: status === 'failed' ? 'failed' : 'later' }]
			: [];
	});
}

const TIME_TO_NOTE_MS = 600_000;
const LONGEST_UNBEGUN_MS = 86_400_000;

/**
 * Takes an item.
 *
 * @returns false if it, or a file with the same content, was taken before; or if another tick is at work on rows of the
 * same query or has moved its watermark
 */
export async function takeItem(store: Store, scheduleId: string, tick: string, item: NewItem): Promise<boolean> {
	return inTransaction(
		store,
		async (transaction) => {
			await takeTurn(transaction, `schedule ${scheduleId}`);
			const { itemKey, contentSha256, path, watermark, runId, above = null } = item;
			if (watermark !== null && !(await isNextSlice(transaction, scheduleId, above))) return false;
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

/** Whether the rows above a value are those that come next, and nobody is at work on them. */
async function isNextSlice(
	transaction: StoreTransaction,
	scheduleId: string,
	above: string | number | null,
): Promise<boolean> {
	const schedule = await transaction
		.selectFrom('schedules')
		.select('watermark_json')
		.where('schedule_id', '=', scheduleId)
		.executeTakeFirst();
	if ((schedule?.watermark_json ?? null) !== (above === null ? null : JSON.stringify(above))) return false;
	const underWay = await transaction
		.selectFrom('schedule_items')
		.select('item_key')
		.where('schedule_id', '=', scheduleId)
		.where('state', '=', 'taken')
		.where('watermark_json', 'is not', null)
		.limit(1)
		.executeTakeFirst();
	return underWay === undefined;
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
			const here = { schedule_id: scheduleId, item_key: item.item_key };
			if (state === 'later') {
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
			// Rows of a query that could not be used come again at the next tick.
			if (state === 'done' && item.watermark_json !== null) {
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
