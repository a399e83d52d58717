import { getJson } from '../src/artifacts/stored-json.ts';
import { readRawShard } from '../src/compute/read-shards.ts';
import { rowsAsJson } from '../src/compute/row-json.ts';
import type { ShardRef, TableManifest } from '../src/contracts/manifest.ts';
import type { CountOutput, PublishRecordsInput } from '../src/contracts/pipeline.ts';
import { cellText } from '../src/contracts/table.ts';
import { publishRecords as storeRecords } from '../src/store/shards.ts';
import type { Activity } from './activity-services.ts';

/** Writes the rows of a shard to `records`. */
export const publishRecords: Activity<PublishRecordsInput, CountOutput> = async (services, input, context) => {
	const manifest = await getJson<TableManifest>(services.artifacts, input.manifest);
	const shard = manifest.shards[input.shard] as ShardRef;
	const batch = await readRawShard(services.artifacts, shard);
	const key = input.config.key === null ? undefined : batch.columns[batch.names.indexOf(input.config.key)];
	const rows = rowsAsJson(batch).map((data_json, row) => ({
		row_number: shard.firstRow + row + 1,
		key: key === undefined ? null : cellText(key, row),
		data_json,
	}));
	const { runId } = input;
	const { step, attempt } = context;
	await storeRecords(services.store, { runId, step, attempt, shard: input.shard, datasetId: input.datasetId }, rows);
	return { rows: rows.length };
};
