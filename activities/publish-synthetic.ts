import { getJson } from '../src/artifacts/stored-json.ts';
import { readShard } from '../src/compute/read-shards.ts';
import { rowsAsJson } from '../src/compute/row-json.ts';
import type { ShardRef, TableManifest } from '../src/contracts/manifest.ts';
import type { CountOutput, PublishSyntheticInput } from '../src/contracts/pipeline.ts';
import { publishSyntheticRows } from '../src/store/shards.ts';
import type { Activity } from './activity-services.ts';

/** Writes the rows of a shard of a generated table to `synthetic_rows`. */
export const publishSynthetic: Activity<PublishSyntheticInput, CountOutput> = async (services, input, context) => {
	const manifest = await getJson<TableManifest>(services.artifacts, input.table);
	const shard = manifest.shards[input.shard] as ShardRef;
	const rows = rowsAsJson(await readShard(services.artifacts, shard)).map((data_json, row) => ({
		row_number: shard.firstRow + row + 1,
		data_json,
	}));
	const { runId, syntheticTableId } = input;
	const { step, attempt } = context;
	await publishSyntheticRows(services.store, { runId, step, attempt, shard: input.shard, syntheticTableId }, rows);
	return { rows: rows.length };
};
