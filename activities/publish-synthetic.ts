import { getJson } from '../src/artifacts/stored-json.ts';
import { readRawShard } from '../src/compute/read-shards.ts';
import { rowsAsJson } from '../src/compute/row-json.ts';
import { rowsAsSql, sqlColumns } from '../src/compute/row-sql.ts';
import type { PublishSyntheticInput } from '../src/contracts/generation-steps.ts';
import type { ShardRef, TableManifest } from '../src/contracts/manifest.ts';
import type { CountOutput } from '../src/contracts/pipeline.ts';
import { publishTableRows } from '../src/store/generated-tables.ts';
import { publishSyntheticRows } from '../src/store/shards.ts';
import type { Activity } from './activity-services.ts';

/** Writes the rows of a shard of a generated table to `synthetic_rows`, or to the table that is made for them. */
export const publishSynthetic: Activity<PublishSyntheticInput, CountOutput> = async (services, input, context) => {
	const { store, artifacts } = services;
	const { runId, syntheticTableId, into } = input;
	const { shards, columns = [] } = await getJson<TableManifest>(artifacts, input.table);
	const shard = shards[input.shard] as ShardRef;
	const batch = await readRawShard(artifacts, shard);
	const target = { runId, step: context.step, attempt: context.attempt, shard: input.shard, syntheticTableId };
	const numberOf = (row: number) => shard.firstRow + row + 1;
	if (into.kind === 'table') {
		const rows = rowsAsSql(batch, columns).map((values, row) => ({ row_number: numberOf(row), values }));
		await publishTableRows(store, { ...target, columns: sqlColumns(columns) }, rows);
	} else {
		const rows = rowsAsJson(batch).map((data_json, row) => ({ row_number: numberOf(row), data_json }));
		await publishSyntheticRows(store, target, rows);
	}
	return { rows: batch.rows };
};
