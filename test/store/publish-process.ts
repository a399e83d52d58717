/** Publishes shard after shard of one data set, says when the first is stored, and goes on until it is killed. */
import { insertDataset } from '../../src/store/datasets.ts';
import { openStore } from '../../src/store/open-store.ts';
import { publishRecords } from '../../src/store/shards.ts';
import { attemptOf, describeDataset, records, startRun } from './seeded-store.ts';

const ROWS = 5_000;
const store = await openStore({ path: process.argv[2] as string });
const { dataset_id: datasetId } = await insertDataset(store, describeDataset(ROWS));
const attempt = await attemptOf(store, await startRun(store), 'publish-records');
for (let shard = 0; ; shard++) {
	await publishRecords(store, { ...attempt, shard, datasetId }, records(ROWS, shard * ROWS + 1));
	if (shard === 0) console.log('started');
}
