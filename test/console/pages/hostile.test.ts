import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { addUser } from '../../../src/console/access/users.ts';
import { putDriftMetrics } from '../../../src/store/drift-metrics.ts';
import { putMetrics } from '../../../src/store/model-metrics.ts';
import { replaceRejects } from '../../../src/store/rejects.ts';
import type { NewScore } from '../../../src/store/shards.ts';
import { setSyntheticRelease } from '../../../src/store/synthetic-tables.ts';
import { addSyntheticTable, type SeededRun, scores } from '../../store/seeded-store.ts';
import { ask, asker, consoleUnderTest, cookieOf } from '../console-fixture.ts';
import { closeBrowser, NO_BROWSER, openPage } from './browser.ts';
import { HOSTILE_TEXTS } from './hostile-texts.ts';

import { isSettled, isWide, PAGES } from './page-checks.ts';

after(closeBrowser);
const options = NO_BROWSER === undefined ? {} : { skip: NO_BROWSER };

/** Puts texts where a run, a generator or a comparison would: names, measures, generated rows, what is told of drift. */
async function plantTexts(fixture: SeededRun, texts: readonly string[]): Promise<void> {
	const { store, datasetId, modelId, runId } = fixture;
	const [first = ''] = texts;
	const columns = texts.map((name) => ({ name, kind: name, role: 'feature' }));
	const { writer } = store;
	await writer
		.updateTable('datasets')
		.set({ name: first, columns_json: JSON.stringify(columns) })
		.execute();
	await writer.updateTable('models').set({ name: first, kind: first, backend: first }).execute();
	await putMetrics(
		store,
		modelId,
		texts.flatMap((text) => [
			{ metric: text, value: 1, note: text },
			{ metric: text, part: text, value: 1, floor: 0, ceiling: 2, note: text },
		]),
	);
	const shared = { dataset_id: datasetId, model_id: modelId, run_id: null, computed_at: '2026-02-01T00:00:00.000Z' };
	const row = { ...shared, value: 0.5, p_value: 0.2, is_drifted: 1 as const, threshold: 0.2 };
	await putDriftMetrics(store, [
		{ ...row, column_name: '', metric: 'two_sample_area' },
		...texts.map((text) => ({ ...row, column_name: text, metric: text })),
	]);
	await addSyntheticTable(fixture, 'made');
	await setSyntheticRelease(store, runId, { verdict: 'refuse', reasons: [...texts], override: null });
	await writer
		.updateTable('synthetic_tables')
		.set({ conditions_json: JSON.stringify(Object.fromEntries(texts.map((text) => [text, text]))) })
		.execute();
	await writer
		.insertInto('synthetic_rows')
		.values(
			texts.map((text, i) => ({
				synthetic_table_id: 'made',
				row_number: i + 1,
				data_json: JSON.stringify({ [text]: text }),
			})),
		)
		.execute();
}

/** Gives texts as people can: what may hold any text takes them, what is a name refuses them. */
async function giveTexts(api: ReturnType<typeof asker>, texts: readonly string[]): Promise<void> {
	const post = async (path: string, body: unknown) => (await api(path, { method: 'POST', body })).status;
	const user = { role: 'viewer', password: 'correct horse battery' };
	// A password is hashed for each name that is taken: few texts are names, and those that are would slow this down.
	for (const text of texts.filter((each) => !/^[\p{L}\p{N}._@+-]{1,64}$/u.test(each))) {
		const refused = await post('/users', { ...user, name: text });
		assert.ok(refused === 400 || refused === 422, `a user called ${JSON.stringify(text.slice(0, 40))}: ${refused}`);
	}
	for (const text of texts.slice(0, 50)) {
		const name = text.trim().slice(0, 100);
		const asText = text.trim().slice(0, 4_000);
		if (name === '') continue;
		assert.equal(await post('/tokens', { name, role: 'viewer' }), 201);
		assert.equal(await post('/queue/items/1/actions', { action: 'note', note: asText }), 200);
	}
	assert.equal(await post('/synthetic-tables/made/release', { reason: (texts[0] ?? '').slice(0, 1_000) }), 200);
	for (const text of texts.slice(0, 50)) {
		const change = { user: text.slice(0, 64), dataset: text.slice(0, 200), queue: 'default', role: 'viewer' };
		assert.equal((await api('/queue-roles', { method: 'PUT', body: change })).status, 404);
		const filter = encodeURIComponent(text.slice(0, 200));
		assert.equal((await api(`/queue/items?entity=${filter}`)).status, 200);
	}
}

test('hostile texts as data stay text on every page', options, async (t) => {
	const texts = HOSTILE_TEXTS;
	const rows = texts.length;
	const hostile: NewScore[] = scores(rows, rows).map((score, i) => ({
		...score,
		reasons: JSON.stringify([
			{ column: texts[i], feature: texts[i], value: texts[i], contribution: 3, typical: texts[i], text: texts[i] },
			{ kind: 'together', text: texts[i], contribution: 0 },
		]),
	}));
	const fixture = await consoleUnderTest(t, {
		rows,
		alerts: rows,
		scores: hostile,
		prepare: async ({ store, datasetId }) => {
			await replaceRejects(store, datasetId, [
				texts.map((text, i) => ({
					line_number: i + 1,
					error_type: text,
					message: text,
					raw_text: text,
					column_name: text,
				})),
			]);
		},
	});
	const { store, runId, datasetId, modelId } = fixture;
	await plantTexts(fixture, texts);
	for (const [i, text] of texts.entries()) {
		await store.writer
			.updateTable('records')
			.set({ data_json: JSON.stringify({ [text]: text, amount: i }) })
			.where('row_number', '=', i + 1)
			.execute();
	}
	const password = 'correct horse battery';
	await addUser(store, { name: 'root', role: 'admin', password, actor: 'test' });
	const signedIn = { method: 'POST', body: { name: 'root', password } };
	const { port, url } = fixture.console;
	const api = asker(port, cookieOf(await ask(port, '/api/v1/session', signedIn)));
	await giveTexts(api, texts);
	const { page, assertQuiet } = await openPage(t, url);
	await page.fill('input[name=name]', 'root');
	await page.fill('input[name=password]', password);
	await page.keyboard.press('Enter');
	await page.waitForSelector('.frame');
	const records = Array.from({ length: rows }, (_, i) => `/runs/${runId}/records/${i + 1}`);
	const texted = encodeURIComponent(texts[0] ?? '');
	const pages = [
		...PAGES,
		`/runs/${runId}`,
		`/models/${modelId}`,
		`/models/${modelId}?beside=${texted}`,
		`/drift/${datasetId}/${modelId}`,
		...records,
		`/queue?find=${texted}`,
		'/queue?item=1',
		'/sql?sql=select%20data_json%20from%20synthetic_rows',
	];
	for (const path of pages) {
		await page.goto(`${fixture.console.url}${path}`);
		await page.waitForSelector('#main h1, #main h2, #main .note');
		await page.waitForFunction(isSettled);
		const planted = await page.evaluate(
			() => document.querySelectorAll('#main img, #main iframe, #main script, #main object').length,
		);
		assert.equal(planted, 0, path);
		assert.equal(await page.evaluate(isWide), false, `${path} fits`);
	}
	assert.equal(await page.evaluate(() => (globalThis as { hacked?: boolean }).hacked), undefined);
	assertQuiet();
});
