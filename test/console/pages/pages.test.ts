import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { addUser } from '../../../src/console/access/users.ts';
import { putDriftMetrics } from '../../../src/store/drift-metrics.ts';
import { putMetrics } from '../../../src/store/model-metrics.ts';
import { replaceRejects } from '../../../src/store/rejects.ts';
import type { NewScore } from '../../../src/store/shards.ts';
import { setSyntheticRelease } from '../../../src/store/synthetic-tables.ts';
import { addSyntheticTable, type SeededRun, scores } from '../../store/seeded-store.ts';
import { ask, asker, consoleUnderTest, cookieOf, seedDrift } from '../console-fixture.ts';
import { assertNoBarriers, closeBrowser, NO_BROWSER, openPage, traced } from './browser.ts';
import { HOSTILE_TEXTS } from './hostile-texts.ts';

after(closeBrowser);
const options = NO_BROWSER === undefined ? {} : { skip: NO_BROWSER };

const isSettled = () => document.querySelector('.loading') === null;

function isWide(): boolean {
	const main = document.querySelector('main') as HTMLElement;
	return document.documentElement.scrollWidth > innerWidth || main.scrollWidth > main.clientWidth;
}

/** Scrolls for 120 frames, in small steps and in leaps. */
async function scrollThrough(): Promise<{ longest: number; most: number }> {
	const scroller = document.querySelector('.table-scroll') as HTMLElement;
	let [longest, most] = [0, 0];
	let beforeMs = performance.now();
	for (let frame = 0; frame < 120; frame++) {
		scroller.scrollTop += frame % 10 === 0 ? 300_000 : 400;
		await new Promise((resolve) => requestAnimationFrame(resolve));
		const nowMs = performance.now();
		if (frame > 5) longest = Math.max(longest, nowMs - beforeMs);
		beforeMs = nowMs;
		most = Math.max(most, document.querySelectorAll('.rows .row').length);
	}
	return { longest, most };
}

const PAGES = ['/', '/queue', '/scores', '/runs', '/models', '/generate', '/drift', '/rejects', '/sql', '/settings'];

test('many items are decided together, and keys do nothing while somebody types', options, async (t) => {
	const fixture = await consoleUnderTest(t, { rows: 20, alerts: 6 });
	const { page, assertQuiet } = await openPage(t, fixture.console.newStartLink());
	await page.goto(`${fixture.console.url}/queue`);
	await page.waitForSelector('article.item h2');
	await page.keyboard.press('x');
	await page.keyboard.press('j');
	await page.keyboard.press('j');
	await page.keyboard.press('x');
	await page.waitForSelector('text=2 items selected');
	await page.keyboard.press('u');
	await page.waitForSelector('dialog:has-text("2 items are unsure")');
	await page.waitForSelector('dialog .reason-list button');
	await page.keyboard.press('Enter');
	await page.waitForSelector('.toast:has-text("2 items: unsure")');
	await page.keyboard.press('/');
	await page.keyboard.type('flcx');
	assert.equal(await page.locator('dialog').count(), 0);
	await page.waitForSelector('h2:has-text("No item is like that")');
	await page.keyboard.press('Escape');
	await page.waitForFunction(() => location.search.includes('find=flcx'));
	assertQuiet();
});

test(
	'every key can be another one, chosen with the keyboard only, and no two actions have the same',
	options,
	async (t) => {
		const fixture = await consoleUnderTest(t, { rows: 20, alerts: 6 });
		const { url } = fixture.console;
		const { page, assertQuiet } = await openPage(t, fixture.console.newStartLink());
		const keyOf = (words: string) => page.getByRole('button', { name: new RegExp(`^${words}.*, change$`) });
		/** Waits until what is pressed next begins anew. */
		const pause = () => page.waitForTimeout(1_050);
		await page.keyboard.press('g');
		await page.keyboard.press(',');
		await page.waitForSelector('#keys');
		await keyOf('claim').focus();
		await page.keyboard.press('Enter');
		await page.waitForSelector('dialog input:focus');
		await page.keyboard.press('f');
		await page.waitForSelector('#key-refusal:has-text("“f” is the key of: fraud")');
		await page.keyboard.press('Enter');
		await pause();
		await page.keyboard.press('g');
		await page.waitForSelector('#key-refusal:has-text("is the key of: Overview")');
		await pause();
		await page.keyboard.press('1');
		await page.waitForSelector('#key-refusal:has-text("Digits choose the reason")');
		await assertNoBarriers(page, 'the dialog of a key');
		await pause();
		await page.keyboard.press('y');
		await page.waitForSelector('#key-refusal:has-text("It is free")');
		await page.keyboard.press('Enter');
		await page.waitForSelector('dialog', { state: 'detached' });
		assert.equal(
			await keyOf('claim').evaluate((button) => button === document.activeElement),
			true,
			'back where one was',
		);
		assert.equal(await keyOf('claim').textContent(), 'y');
		await keyOf('fraud').focus();
		await page.keyboard.press('Enter');
		await page.waitForSelector('dialog input:focus');
		await page.keyboard.type('dd');
		await page.keyboard.press('Enter');
		await page.waitForSelector('dialog', { state: 'detached' });
		assert.equal(await keyOf('fraud').textContent(), 'd d');
		await assertNoBarriers(page, 'settings with keys');

		await page.goto(`${url}/queue`);
		await page.waitForSelector('article.item h2');
		assert.match((await page.locator('.item-actions').textContent()) ?? '', /Fraud d d.*Claim y/);
		await page.keyboard.press('c');
		await page.keyboard.press('f');
		assert.equal(await page.locator('dialog, .toast').count(), 0, 'the keys from before do nothing');
		await page.keyboard.press('/');
		await page.keyboard.type('yd');
		await page.keyboard.press('Escape');
		assert.equal(await page.locator('dialog, .toast').count(), 0, 'nothing is bound while somebody types');
		await page.goto(`${url}/queue`);
		await page.waitForSelector('article.item h2');
		await page.keyboard.press('y');
		await page.waitForSelector('.toast:has-text("1 item claimed")');
		await page.keyboard.type('dd');
		await page.waitForSelector('dialog:has-text("It is fraud")');
		await page.keyboard.press('Escape');
		await page.waitForSelector('dialog', { state: 'detached' });
		await page.keyboard.press('?');
		await page.waitForSelector('dialog dt:has-text("d d")');
		await page.keyboard.press('Escape');
		await page.waitForSelector('dialog', { state: 'detached' });
		// The second key of a pair is none of the queue's, where s would snooze.
		await page.keyboard.press('g');
		await page.keyboard.press('s');
		await page.waitForSelector('h1:text-is("Scores")');
		assert.equal(await page.locator('dialog').count(), 0);

		await page.goto(`${url}/settings`);
		await page.getByRole('button', { name: 'All as they were' }).press('Enter');
		assert.equal(await keyOf('claim').textContent(), 'c');
		assert.equal(await page.evaluate(() => localStorage.length), 0);
		// What somebody has broken by hand is as if it were not there.
		await page.evaluate(() => localStorage.setItem('counterfoil-keys:ann', '{"claim":"f","__proto__":1,"note":7}'));
		await page.reload();
		assert.equal(await keyOf('claim').textContent(), 'c');
		assertQuiet();
	},
);

test('a threshold is moved, looked at, and made the rule of the queue', options, async (t) => {
	const fixture = await consoleUnderTest(t, { rows: 60, alerts: 6 });
	const { page, assertQuiet } = await openPage(t, fixture.console.newStartLink());
	await page.goto(`${fixture.console.url}/scores`);
	const slider = page.locator('input[type=range]');
	await slider.focus();
	await page.keyboard.press('ArrowLeft');
	await page.waitForSelector('.threshold dd:text-is("10")');
	await page.locator('button:has-text("Show these")').click();
	await page.waitForFunction(() => location.search.includes('minScore='));
	await page.waitForFunction(() => document.querySelectorAll('.rows .row').length === 10);
	await page.locator('button:has-text("Make it the queue\'s rule")').click();
	await page.waitForSelector('.toast:has-text("scores from")');
	const [queue] = await fixture.store.reader.selectFrom('queues').selectAll().execute();
	assert.ok(queue?.score_threshold !== null && queue !== undefined);
	await page.reload();
	await page.waitForFunction(() => document.querySelectorAll('.rows .row').length === 10);
	assertQuiet();
});

test(
	'every page is quiet, has no barrier, and fits, in the light, in the dark, and 360 pixels wide',
	options,
	async (t) => {
		const fixture = await consoleUnderTest(t, { rows: 60, alerts: 20 });
		await seedDrift(fixture);
		const { page, assertQuiet } = await openPage(t, fixture.console.newStartLink());
		await page.waitForSelector('h1');
		const pages = [
			...PAGES,
			`/runs/${fixture.runId}`,
			`/runs/${fixture.runId}/records/60`,
			'/models/model-1',
			'/drift/payments-1/model-1',
			'/nothing',
		];
		for (const colorScheme of ['light', 'dark'] as const) {
			await page.emulateMedia({ colorScheme });
			for (const path of pages) {
				await page.goto(`${fixture.console.url}${path}`);
				await page.waitForSelector('#main h1, #main h2');
				await page.waitForFunction(isSettled);
				await assertNoBarriers(page, `${path} ${colorScheme}`);
			}
		}
		await page.setViewportSize({ width: 360, height: 740 });
		for (const path of pages) {
			await page.goto(`${fixture.console.url}${path}`);
			await page.waitForSelector('#main h1, #main h2');
			await page.waitForFunction(isSettled);

			assert.equal(await page.evaluate(isWide), false, path);
		}
		assertQuiet();
	},
);

/** What is missing beside a table: the names of tables that cannot be had as CSV and JSON. */
function withoutFiles(): { readonly tables: number; readonly missing: readonly string[] } {
	const tables = [...document.querySelectorAll('#main :is(table, [role=table])')];
	const missing = tables.filter((table) => {
		const around = table.closest('.card, .page-with-table, .item > section');
		const words = [...(around?.querySelectorAll('.files a, .files button') ?? [])].map((each) => each.textContent);
		return !words.includes('CSV') || !words.includes('JSON');
	});
	return { tables: tables.length, missing: missing.map((table) => table.outerHTML.slice(0, 120)) };
}

test('every table of every page can be had as CSV and as JSON', options, async (t) => {
	const fixture = await consoleUnderTest(t, { rows: 20, alerts: 6 });
	const { store, runId, datasetId, modelId } = fixture;
	await seedDrift(fixture);
	await putMetrics(store, modelId, [
		{ metric: 'column_shapes', value: 0.9, floor: 0.5, ceiling: 0.95 },
		{ metric: 'column_shape', part: 'amount', value: 0.9 },
	]);
	await replaceRejects(store, datasetId, [
		[{ line_number: 3, error_type: 'NOT_A_NUMBER', message: 'x is no number', raw_text: 'x', column_name: 'amount' }],
	]);
	const password = 'correct horse battery';
	await addUser(store, { name: 'root', role: 'admin', password, actor: 'test' });
	const { page, assertQuiet } = await openPage(t, `${fixture.console.url}/`);
	await page.fill('input[name=name]', 'root');
	await page.fill('input[name=password]', password);
	await page.keyboard.press('Enter');
	await page.waitForSelector('.frame');
	const expected = {
		'/': 0,
		'/queue': 2,
		'/scores': 1,
		'/runs': 1,
		[`/runs/${runId}`]: 0,
		[`/runs/${runId}/records/20`]: 1,
		'/models': 1,
		[`/models/${modelId}`]: 2,
		'/generate': 0,
		'/drift': 1,
		[`/drift/${datasetId}/${modelId}`]: 1,
		'/rejects': 1,
		'/settings': 2,
		'/sql?sql=select%201%20as%20one': 1,
	};
	for (const [path, count] of Object.entries(expected)) {
		await page.goto(`${fixture.console.url}${path}`);
		await page.waitForSelector('#main h1, #main h2');
		await page.waitForFunction(isSettled);
		await page.waitForFunction(
			(least) => document.querySelectorAll('#main :is(table, [role=table])').length >= least,
			count,
		);
		const { tables, missing } = await page.evaluate(withoutFiles);
		assert.equal(tables, count, path);
		assert.deepEqual(missing, [], path);
	}
	// What the browser makes a file of.
	await page.goto(`${fixture.console.url}/runs/${runId}/records/20`);
	const [download] = await Promise.all([page.waitForEvent('download'), page.click('.table-files button')]);
	assert.equal(download.suggestedFilename(), 'values.csv');
	assert.deepEqual(parse(readFileSync(await download.path(), 'utf8')), [
		['Column', 'This record', 'Typical'],
		['amount', '20', ''],
		['id', 'k20', ''],
	]);
	assertQuiet();
});

test('pages without anything on them name the next command', options, async (t) => {
	const fixture = await consoleUnderTest(t, { rows: 3, alerts: 1 });
	for (const table of ['review_notes', 'review_items', 'scores', 'runs'] as const) {
		await fixture.store.writer
			.deleteFrom(table)
			.execute()
			.catch(() => undefined);
	}
	const { page } = await openPage(t, fixture.console.newStartLink());
	await page.route('**/api/v1/**', async (route) => {
		const { pathname } = new URL(route.request().url());
		if (pathname.endsWith('/session')) return route.continue();
		const overview = { runs: [], models: [], latest: null, decisionsPerDay: [], queue: {} };
		await route.fulfill({ json: pathname.endsWith('/overview') ? overview : { items: [], next: null } });
	});
	await page.waitForSelector('h1');
	for (const path of ['/', '/queue', '/scores', '/runs', '/models', '/generate', '/drift', '/rejects']) {
		await page.goto(`${fixture.console.url}${path}`);
		await page.waitForSelector('.empty code.command');
		assert.match((await page.locator('.empty code.command').first().textContent()) ?? '', /^counterfoil /, path);
	}
});

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

test(
	'a table of 100,000 rows scrolls with few rows in the page, and no frame waits for more than 50 ms of work',
	options,
	async (t) => {
		const fixture = await consoleUnderTest(t, { rows: 60, alerts: 6 });
		const { page, assertQuiet } = await openPage(t, fixture.console.newStartLink());
		await page.waitForSelector('h1');
		const row = (i: number) => ({
			rowNumber: i + 1,
			recordKey: `k${i}`,
			score: 0.5,
			surprise: 1,
			severity: 'low',
			isAlert: false,
			reasons: [],
			together: [],
			record: {},
		});
		await page.route('**/scores?*', (route) =>
			route.fulfill({ json: { items: Array.from({ length: 100_000 }, (_, i) => row(i)), next: null } }),
		);
		await page.goto(`${fixture.console.url}/scores`);
		await page.waitForSelector('.rows .row');
		// The first scrolls compile the code that all others run.
		await page.evaluate(scrollThrough);
		const { result, frames } = await traced(page, () => page.evaluate(scrollThrough));
		const { longest, most } = result;
		t.diagnostic(
			`${frames.count} frames; the page's thread worked for at most ${frames.longestMs.toFixed(1)} ms at a time; ` +
				`longest time between frames on this machine ${longest.toFixed(0)} ms, at most ${most} rows in the page`,
		);
		assert.ok(most < 80, `${most} rows`);
		assert.ok(frames.count >= 100, `${frames.count} frames`);
		assert.ok(frames.longestMs < 50, `${frames.longestMs} ms at a time`);
		assertQuiet();
	},
);

test('people sign in by name, and what their role may not do is not there', options, async (t) => {
	const fixture = await consoleUnderTest(t);
	const password = 'correct horse battery';
	await addUser(fixture.store, { name: 'root', role: 'admin', password, actor: 'test' });
	await addUser(fixture.store, { name: 'vic', role: 'viewer', password, actor: 'test' });
	const { page } = await openPage(t, `${fixture.console.url}/queue`);
	await page.fill('input[name=name]', 'vic');
	await page.fill('input[name=password]', 'wrong');
	await page.keyboard.press('Enter');
	await page.waitForSelector('[role=alert]:has-text("not right")');
	await assertNoBarriers(page, 'sign in');
	await page.fill('input[name=password]', password);
	await page.keyboard.press('Enter');
	await page.waitForSelector('article.item h2');
	assert.equal(await page.locator('.item-actions').count(), 0);
	assert.equal(await page.locator('nav a:has-text("SQL")').count(), 0);
	await page.keyboard.press('f');
	assert.equal(await page.locator('dialog').count(), 0);
	await page.locator('button:has-text("Sign out")').click();
	await page.waitForSelector('input[name=password]');
});
