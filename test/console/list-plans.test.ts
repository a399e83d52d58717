import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompiledQuery, type KyselyPlugin, type RootOperationNode } from 'kysely';
import { startConsole } from '../../src/console/start-console.ts';
import { insertModel } from '../../src/store/models.ts';
import { replaceRejects } from '../../src/store/rejects.ts';
import { describeModel } from '../store/seeded-store.ts';
import { asker, consoleUnderTest, seedDrift, signInByLink } from './console-fixture.ts';

/** Tables that grow with the records; those of runs, models and users stay small. */
const LARGE = [
	'scores',
	'records',
	'review_items',
	'review_events',
	'rejects',
	'synthetic_rows',
	'labels',
	'drift_metrics',
];

test('every page of every list is read from an index: no large table is read as a whole or sorted', async (t) => {
	const fixture = await consoleUnderTest(t, { rows: 60, alerts: 20 });
	const { workspace, store, runId, datasetId } = fixture;
	for (const modelId of ['model-2', 'model-3']) {
		await insertModel(store, { ...describeModel(datasetId), model_id: modelId });
		await seedDrift({ store, datasetId, modelId });
	}
	await replaceRejects(store, datasetId, [
		Array.from({ length: 20 }, (_, i) => ({ line_number: i + 1, error_type: 'X', message: 'm', raw_text: 'r' })),
	]);
	const asked: RootOperationNode[] = [];
	const recorder: KyselyPlugin = {
		transformQuery: ({ node }) => {
			asked.push(node);
			return node;
		},
		transformResult: async ({ result }) => result,
	};
	const watched = { ...workspace, store: { ...store, reader: store.reader.withPlugin(recorder) } };
	const console = await startConsole(watched, { port: 0, actor: 'ann' });
	t.after(() => console.close());
	const api = asker(console.port, await signInByLink({ console }));
	const lists = [
		'/runs?limit=5',
		'/models?limit=5',
		'/datasets?limit=5',
		'/synthetic-tables?limit=5',
		'/access-log?limit=1',
		'/drift?limit=1',
		`/runs/${runId}/scores?limit=5`,
		`/runs/${runId}/scores?limit=5&minScore=0.1&maxScore=0.9`,
		`/runs/${runId}/scores?limit=5&alerts=true`,
		`/runs/${runId}/scores?limit=5&column=amount`,
		'/queue/items?limit=5',
		'/queue/items?limit=5&state=new',
		'/queue/items?limit=5&mine=true',
		'/queue/items?limit=5&state=decided',
		`/datasets/${datasetId}/rejects?limit=5`,
	];
	await api('/queue/actions', {
		method: 'POST',
		body: {
			items: Array.from({ length: 8 }, (_, i) => ({ itemId: i + 1 })),
			action: { action: 'decide', decision: 'fraud', reasonCode: 'stolen_card' },
		},
	});
	let pages = 0;
	for (const path of lists) {
		let cursor = '';
		for (let page = 0; page < 3; page++) {
			const answer = await api(`${path}${cursor === '' ? '' : `&cursor=${cursor}`}`);
			assert.equal(answer.status, 200, answer.text);
			pages += 1;
			cursor = answer.json().next ?? '';
			if (cursor === '') break;
		}
	}
	for (const path of ['/queue/items/9', `/runs/${runId}/records/60`]) assert.equal((await api(path)).status, 200);
	assert.ok(pages > lists.length, 'several pages were read');

	const seen = new Set<string>();
	for (const node of asked) {
		const { sql, parameters } = store.reader.getExecutor().compileQuery(node, { queryId: 'plan' } as never);
		if (!/^select/i.test(sql) || seen.has(sql)) continue;
		seen.add(sql);
		const { rows } = await store.reader.executeQuery<{ detail: string }>(
			CompiledQuery.raw(`explain query plan ${sql}`, [...parameters]),
		);
		const plan = rows.map(({ detail }) => detail);
		const text = `${sql}\n  ${plan.join('\n  ')}`;
		for (const table of LARGE) {
			const isWhole = plan.some(
				(line) => new RegExp(`^SCAN (${table}|[a-z])$`).test(line) && sql.includes(`"${table}"`),
			);
			assert.ok(!isWhole, text);
		}
		const isSorted = plan.some((line) => line.includes('TEMP B-TREE FOR ORDER BY'));
		// The labels of one record, the history of one item, the rejects of one file are few, or have no order of an index.
		const isBounded = /"(?:rejects|labels)"/.test(sql) || /"item_id" = \?|"record_key" = \?/.test(sql);
		const isLarge = LARGE.some((table) => sql.includes(`"${table}"`));
		assert.ok(!isSorted || isBounded || !isLarge, text);
	}
	assert.ok(seen.size > 15, `${seen.size} statements`);
});
