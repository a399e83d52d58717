import { createHash } from 'node:crypto';
import type { NamedFiles } from '../artifacts/named-files.ts';
import { inputRootsOf } from '../compute/open-options.ts';
import type { RunRequest } from '../contracts/run-config.ts';
import type { DueRun, NoteDueInput, TakeDueInput } from '../contracts/schedule.ts';
import { nameWorkflow } from '../store/name-workflow.ts';
import { createRunId } from '../store/runs.ts';
import {
	countTick,
	endItem,
	findKnownItems,
	getSchedule,
	listStranded,
	listTaken,
	type StoredSchedule,
	type TakenItem,
	takeItem,
} from '../store/schedules.ts';
import type { Store } from '../store/store.ts';
import { findNewFiles, hashFile } from './find-new-files.ts';
import { readNewRows } from './read-new-rows.ts';

/** Runs that a workflow is told of at a time: each brings its configuration, and histories are to stay small. */
const MOST_AT_ONCE = 8;

/** Where what a schedule takes comes to lie. */
export interface DuePlaces {
	/** Files that workers may read, for the rows of queries. */
	readonly spool: NamedFiles;
}

/**
 * Takes a few of the items that are new in the source of a schedule. Asked again by the same tick, it gives first what
 * that tick has taken and not done.
 *
 * @throws CounterfoilError NOT_FOUND; what is wrong with the source
 */
export async function takeDue(
	store: Store,
	places: DuePlaces,
	{ scheduleId, tick, dueAtMs }: TakeDueInput,
): Promise<DueRun[]> {
	const schedule = await getSchedule(store, scheduleId);
	const taken = await listTaken(store, scheduleId, tick);
	if (taken.length === 0) {
		for (const { runId, state } of await listStranded(store, scheduleId, tick)) {
			await noteDue(store, places, { scheduleId, runId, state, error: null });
		}
		taken.push(...(await takeNew(store, places, await getSchedule(store, scheduleId), tick, dueAtMs)));
	}
	const runs: DueRun[] = [];
	for (const item of taken.slice(0, MOST_AT_ONCE)) {
		const request = requestOf(schedule, item);
		runs.push({ workflowId: nameWorkflow(request), request });
	}
	return runs;
}

async function takeNew(
	store: Store,
	{ spool }: DuePlaces,
	schedule: StoredSchedule,
	tick: string,
	dueAtMs: number,
): Promise<TakenItem[]> {
	const { scheduleId, source } = schedule;
	if (source?.type === 'files') {
		const taken: TakenItem[] = [];
		const inputRoots = inputRootsOf(process.env);
		const found = await findNewFiles(source.pattern, { settleSeconds: source.settleSeconds, dueAtMs, inputRoots });
		const known = await findKnownItems(
			store,
			scheduleId,
			found.map(({ itemKey }) => itemKey),
		);
		for (const { path, itemKey } of found) {
			if (known.has(itemKey)) continue;
			const item = { itemKey, contentSha256: await hashFile(path), path, watermark: null, runId: createRunId() };
			if (await takeItem(store, scheduleId, tick, item)) taken.push(item);
			if (taken.length === MOST_AT_ONCE) break;
		}
		return taken;
	}
	const tickKey = createHash('sha256').update(tick).digest('hex');
	if ((await findKnownItems(store, scheduleId, [tickKey])).has(tickKey)) return [];
	const runId = createRunId();
	if (source === null) {
		const item = { itemKey: tickKey, contentSha256: null, path: null, watermark: null, runId };
		return (await takeItem(store, scheduleId, tick, item)) ? [item] : [];
	}
	const name = `${tickKey.slice(0, 16)}/${scheduleId}.jsonl`;
	const path = spool.addressOf(name);
	const watermark = await readNewRows(store, source, schedule.watermark, (rows) => spool.writePieces(name, rows));
	if (watermark === null) return [];
	const item = { itemKey: tickKey, contentSha256: null, path, watermark, above: schedule.watermark, runId };
	if (await takeItem(store, scheduleId, tick, item)) return [item];
	await spool.drop(path);
	return [];
}

function requestOf({ scheduleId, task, ticks }: StoredSchedule, { path, contentSha256, runId }: TakenItem): RunRequest {
	const { seed, ...asked } = task;
	return {
		...asked,
		runId,
		runKey: createHash('sha256').update(`schedule ${scheduleId} ${runId}`).digest('hex'),
		// The same rows again would be of no use.
		seed: task.kind === 'augment' ? seed + ticks : seed,
		source: path,
		...(contentSha256 === null ? {} : { sourceSha256: contentSha256 }),
		datasetId: null,
	};
}

/** Notes what has become of a run that was due. */
export async function noteDue(
	store: Store,
	{ spool }: DuePlaces,
	{ scheduleId, runId, state }: NoteDueInput,
): Promise<void> {
	const { source } = await getSchedule(store, scheduleId);
	const path = await endItem(store, scheduleId, runId, state);
	if (state === 'done') await countTick(store, scheduleId);
	// The rows of a query are in the database anyway.
	if (source?.type === 'query' && path !== null) await spool.drop(path);
}
