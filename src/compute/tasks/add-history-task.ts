import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ArtifactStore } from '../../artifacts/artifact-store.ts';
import { getJson, putJson } from '../../artifacts/stored-json.ts';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { FittedHistory, HistoryPlan, TableHistory } from '../../contracts/history.ts';
import type { ShardRef, TableManifest } from '../../contracts/manifest.ts';
import type { AddHistoryInput, AddHistoryOutput, ArtifactRef } from '../../contracts/pipeline.ts';
import type { TableProfile } from '../../contracts/profile.ts';
import type { Cells } from '../../contracts/table.ts';
import { type CodedRows, readTimes } from '../../features/history/code-rows.ts';
import { createEntityHistory, type EntityHistory } from '../../features/history/entity-history.ts';
import { createHistoryFit } from '../../features/history/fit-history.ts';
import { historyToState, restoreHistory } from '../../features/history/history-codec.ts';
import type { HistoryState } from '../../features/history/history-state.ts';
import { orderRows } from '../../features/history/order-rows.ts';
import { planHistory } from '../../features/history/plan-history.ts';
import { decodeShard, encodeShard } from '../../ingest/arrow-shard.ts';
import { readShard, readShards } from '../read-shards.ts';
import { getModel, putModel } from '../stored-model.ts';
import { reportProgress, type TaskEnvironment } from '../task-environment.ts';

const ROWS_PER_TURN = 16_384;

/**
 * Tells of each row what the earlier rows of its entities say about it, in shards beside those of the table.
 *
 * Rows are taken in order of time, whatever their order in the table. Memory is 12 bytes a row for that order, the
 * pasts of the entities, the rows of the last 30 days, and the shards whose rows are under way: one where the table is
 * in order of time, all where it is shuffled.
 *
 * With a model, a table whose rows are all later than those that the model was trained on goes on from where these
 * ended. Of any other table the own earlier rows are the past: it may hold the training rows themselves, and they would
 * count twice.
 *
 * @throws CounterfoilError COLUMN_UNKNOWN, CONFIG_INVALID
 */
export async function addHistoryTask(input: AddHistoryInput, environment: TaskEnvironment): Promise<AddHistoryOutput> {
	const { artifacts } = environment;
	const manifest = await getJson<TableManifest>(artifacts, input.manifest);
	const known = input.fitted === null ? null : await getJson<FittedHistory>(artifacts, input.fitted);
	const plan =
		known?.plan ??
		planHistory(await getJson<TableProfile>(artifacts, input.profile), input.config.entity, input.config.time);
	const times = await readAllTimes(environment, manifest, plan);
	const before = known === null ? null : restoreHistory(plan, await getModel(artifacts, known.state));
	const continued = before !== null && plan.time !== null && isLater(times, before);
	const history = createEntityHistory(plan, continued ? before : undefined);
	const shards = await writeShards(environment, manifest, history, orderRows(times));
	const rows: TableHistory = { shards, continued };
	return {
		fitted: input.fitted ?? (await fit(artifacts, plan, history.state, shards)),
		rows: await putJson(artifacts, rows),
		continued,
	};
}

async function readAllTimes(
	environment: TaskEnvironment,
	manifest: TableManifest,
	plan: HistoryPlan,
): Promise<Float64Array> {
	const times = new Float64Array(manifest.rows);
	if (plan.time === null) return times;
	for await (const { batch, firstRow } of readShards(environment.artifacts, manifest)) {
		times.set(readTimes(batch, plan), firstRow);
		reportProgress(environment, 'looking at the times', firstRow + batch.rows, manifest.rows);
	}
	if (times.length > 0 && times.every(Number.isNaN)) {
		throw new CounterfoilError('CONFIG_INVALID', 'No row has a time that can be read.', {
			where: `column "${plan.time.column}"`,
			hint: 'name a column of dates or of seconds with --time',
		});
	}
	return times;
}

/** Whether every row is later than the last one of a state. */
function isLater(times: Float64Array, { clock }: HistoryState): boolean {
	return clock.rows > 0 && times.every((time) => !(time <= clock.last));
}

/** A shard some rows of which have been told of, and others not yet. */
interface OpenShard {
	readonly coded: CodedRows;
	readonly out: Float64Array[];
	left: number;
}

async function writeShards(
	environment: TaskEnvironment,
	manifest: TableManifest,
	history: EntityHistory,
	order: Uint32Array,
): Promise<ArtifactRef[]> {
	const { artifacts } = environment;
	const open = new Map<number, OpenShard>();
	const written: ArtifactRef[] = [];
	let index = 0;
	for (let done = 0; done < order.length; done++) {
		const row = order[done] as number;
		index = findShard(manifest.shards, row, index);
		const shard = manifest.shards[index] as ShardRef;
		let opened = open.get(index);
		if (opened === undefined) {
			const coded = history.code(await readShard(artifacts, manifest, shard));
			opened = { coded, out: history.names.map(() => new Float64Array(shard.rows)), left: shard.rows };
			open.set(index, opened);
		}
		history.step(opened.coded, row - shard.firstRow, opened.out);
		if (--opened.left === 0) {
			written[index] = await writeShard(artifacts, history.names, shard.rows, opened.out);
			open.delete(index);
		}
		if (done % ROWS_PER_TURN === 0) {
			reportProgress(environment, 'going through the pasts of the entities', done, order.length);
			await nextTurn();
		}
	}
	return written;
}

/** Number of the shard of a row; `guess` is right most of the time. */
function findShard(shards: readonly ShardRef[], row: number, guess: number): number {
	const isIn = (index: number) => {
		const { firstRow, rows } = shards[index] as ShardRef;
		return row >= firstRow && row < firstRow + rows;
	};
	if (isIn(guess)) return guess;
	let low = 0;
	let high = shards.length - 1;
	while (low < high) {
		const middle = (low + high + 1) >>> 1;
		if ((shards[middle] as ShardRef).firstRow <= row) low = middle;
		else high = middle - 1;
	}
	return low;
}

async function writeShard(
	artifacts: ArtifactStore,
	names: readonly string[],
	rows: number,
	out: readonly Float64Array[],
): Promise<ArtifactRef> {
	const columns = out.map((values): Cells => ({ type: 'number', values }));
	return artifacts.put(encodeShard({ rows, names, columns }), { extension: 'arrow' });
}

async function fit(
	artifacts: ArtifactStore,
	plan: HistoryPlan,
	state: HistoryState,
	shards: readonly ArtifactRef[],
): Promise<ArtifactRef> {
	const fitting = createHistoryFit(plan, state);
	for (const shard of shards) fitting.add(decodeShard(await artifacts.get(shard.uri)));
	const fitted: FittedHistory = {
		plan,
		specs: fitting.finish(),
		unscored: [...plan.entities, ...(plan.time?.dateFormat === null ? [plan.time.column] : [])],
		state: await putModel(artifacts, historyToState(state)),
	};
	return putJson(artifacts, fitted);
}
