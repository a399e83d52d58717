import { putJson } from '../../artifacts/stored-json.ts';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { GenerateInput, GenerateOutput } from '../../contracts/generation-steps.ts';
import type { ShardRef, TableManifest } from '../../contracts/manifest.ts';
import { createRandom } from '../../contracts/random.ts';
import { ROWS_PER_SHARD, type TableBatch } from '../../contracts/table.ts';
import { encodeShard } from '../../ingest/arrow-shard.ts';
import { openTable } from '../../ingest/ingest-source.ts';
import { createColumnPlanner } from '../../ingest/plan-columns.ts';
import { completeRows } from '../../synthesis/complete-rows.ts';
import { drawRows } from '../../synthesis/draw-rows.ts';
import type { RowSource } from '../../synthesis/row-source.ts';
import { allRows, joinBatches } from '../join-batches.ts';
import { limitOptions, openOptions } from '../open-options.ts';
import { loadRowSource } from '../row-source.ts';
import { reportProgress, type TaskEnvironment } from '../task-environment.ts';

/** Draws rows that all meet the plan into shards of a table, or completes those of a file. */
export async function generateTask(input: GenerateInput, environment: TaskEnvironment): Promise<GenerateOutput> {
	const { artifacts } = environment;
	const source = await loadRowSource(artifacts, input.model, environment.backend);
	const planner = createColumnPlanner(source.profile);
	const shards: ShardRef[] = [];
	let names: readonly string[] = [];
	let waiting: TableBatch[] = [];
	let waitingRows = 0;
	let firstRow = 0;

	async function writeShard(rows: number): Promise<void> {
		const joined = joinBatches(waiting.map((batch) => ({ batch, rows: allRows(batch) })));
		const parts = Array.from({ length: joined.rows }, (_, row) => row);
		const shard = joinBatches([{ batch: joined, rows: parts.slice(0, rows) }]);
		planner.add(shard);
		const ref = await artifacts.put(encodeShard(shard), { extension: 'arrow' });
		shards.push({ ...ref, firstRow, rows: shard.rows });
		firstRow += shard.rows;
		waiting = rows < joined.rows ? [joinBatches([{ batch: joined, rows: parts.slice(rows) }])] : [];
		waitingRows = joined.rows - shard.rows;
	}

	for await (const batch of openBatches(source, input, environment)) {
		names = batch.names;
		waiting.push(batch);
		waitingRows += batch.rows;
		while (waitingRows >= ROWS_PER_SHARD) await writeShard(ROWS_PER_SHARD);
	}
	if (waitingRows > 0) await writeShard(waitingRows);
	const manifest: TableManifest = { names, rows: firstRow, columns: planner.columns(), shards };
	return { table: await putJson(artifacts, manifest), shards: shards.length, rows: firstRow };
}

async function* openBatches(
	source: RowSource,
	{ plan, seed, config }: GenerateInput,
	environment: TaskEnvironment,
): AsyncGenerator<TableBatch> {
	const { complete, temperature, withoutConstraints, ...request } = plan;
	const random = createRandom(seed, 'generate');
	if (complete === null) {
		const onProgress = (done: number) => reportProgress(environment, 'generating', done, plan.rows);
		yield* drawRows(source, { ...request, temperature, withoutConstraints, onProgress }, random);
		return;
	}
	let firstRow = 1;
	const options = { ...openOptions(config.dialect), ...limitOptions(config.limits) };
	for await (const { batch, rejects } of await openTable(complete, options)) {
		const [reject] = rejects;
		if (reject !== undefined) {
			throw new CounterfoilError('CONDITION_INVALID', 'a row of the table to complete cannot be read', {
				where: `${complete}, line ${reject.line}`,
				hint: reject.message,
			});
		}
		yield completeRows(source, batch, random, { temperature, withoutConstraints, firstRow });
		firstRow += batch.rows;
		reportProgress(environment, 'completing', firstRow - 1, 0);
	}
}
