import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { claimNext } from '../../src/review/claim-items.ts';
import { listQueue } from '../../src/review/list-queue.ts';
import { verifyAudit } from '../../src/review/verify-audit.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { temporaryFolder } from './on-both-stores.ts';

/** A database of the version before people could work in the queue: 12 records, 4 open items, a label. */
const OLDER = new URL('../fixtures/store/before-review-work.db.gz', import.meta.url);

async function openOlder(t: TestContext): Promise<Store> {
	const path = join(temporaryFolder(t), 'older.db');
	writeFileSync(path, gunzipSync(readFileSync(OLDER)));
	await assert.rejects(openStore({ path, readonly: true }), { code: 'DATABASE_OUTDATED' });
	const store = await openStore({ path });
	t.after(() => store.close());
	return store;
}

test('a database of an older version is taken along with its queue, its log and its labels', async (t) => {
	const store = await openOlder(t);
	assert.deepEqual(await store.engine.findDamage(), []);
	assert.deepEqual(
		(await listQueue(store)).map((item) => [item.item_id, item.record_key, item.state, item.version]),
		[1, 2, 3, 4].map((id) => [id, `k${13 - id}`, 'new', 1]),
	);
	const audit = await verifyAudit(store);
	assert.deepEqual([audit.events, audit.problem], [4, null]);
	assert.deepEqual(await store.reader.selectFrom('latest_labels').select(['record_key', 'label', 'source']).execute(), [
		{ record_key: 'k12', label: 'fraud', source: 'chargebacks' },
	]);
	const [item] = await claimNext(store, { actor: 'ann' });
	assert.deepEqual([item?.item_id, item?.origin, item?.weight, item?.needs_second], [1, 'alert', 1, 0]);
	assert.equal((await verifyAudit(store)).events, 5);
});
