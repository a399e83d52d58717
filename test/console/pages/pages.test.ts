import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { addUser } from '../../../src/console/access/users.ts';
import { putMetrics } from '../../../src/store/model-metrics.ts';
import { replaceRejects } from '../../../src/store/rejects.ts';
import { consoleUnderTest, seedDrift } from '../console-fixture.ts';
import { assertNoBarriers, closeBrowser, NO_BROWSER, openPage, traced } from './browser.ts';

import { isSettled, isWide, PAGES } from './page-checks.ts';

after(closeBrowser);
const options = NO_BROWSER === undefined ? {} : { skip: NO_BROWSER };

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
