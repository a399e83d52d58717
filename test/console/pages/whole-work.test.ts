import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import type { Download, Page } from 'playwright-core';
import { startConsole } from '../../../src/console/start-console.ts';
import { listTopScores } from '../../../src/store/scores.ts';
import { demoRun } from '../demo-run.ts';
import { assertNoBarriers, closeBrowser, NO_BROWSER, openPage } from './browser.ts';

after(closeBrowser);
const options = NO_BROWSER === undefined ? {} : { skip: NO_BROWSER };

const DECISIONS = 20;
/** What starts another process, which loads a model, on a busy machine. */
const PATIENT = { timeout: 120_000 };

/** The keys of the records, as the table of scores shows them. */
async function shownKeys(page: Page, count: number): Promise<string[]> {
	await page.waitForSelector(`[role=row][aria-rowindex="${count + 1}"]`);
	return (await page.locator('[role=row] [role=cell]:first-child').allTextContents()).slice(0, count);
}

async function csvOf(download: Promise<Download>): Promise<Record<string, string>[]> {
	return parse(readFileSync(await (await download).path(), 'utf8'), { columns: true });
}

test('all that an analyst does, from the link in the terminal to generated rows in a file', options, async (t) => {
	const { workspace, runId, remove } = await demoRun();
	t.after(remove);
	const { store } = workspace;
	const console = await startConsole(workspace, { port: 0, actor: 'ann' });
	t.after(() => console.close());
	const { page, assertQuiet } = await openPage(t, console.newStartLink());
	assert.doesNotMatch(page.url(), /start=/, 'the secret is gone from the address');
	const goTo = async (key: string, heading: string) => {
		await page.keyboard.press('g');
		await page.keyboard.press(key);
		await page.waitForSelector(`h1:has-text("${heading}")`);
	};

	await goTo('s', 'Scores');
	const top = (await listTopScores(store, runId, { limit: 10 })).map(({ record_key }) => record_key);
	assert.deepEqual(await shownKeys(page, 10), top, 'the ten most anomalous records');
	await assertNoBarriers(page, 'scores');

	await goTo('q', 'Queue');
	await page.waitForSelector('article.item h2');
	await page.keyboard.press('c');
	await page.waitForSelector('text=Held by ann');
	const startMs = performance.now();
	for (let i = 0; i < DECISIONS; i++) {
		const title = await page.locator('article.item h2').textContent();
		await page.keyboard.press(i % 4 === 0 ? 'f' : 'l');
		await page.waitForSelector('dialog .reason-list button');
		await page.keyboard.press('1');
		await page.waitForFunction(
			(before) =>
				document.querySelector('dialog') === null && document.querySelector('article.item h2')?.textContent !== before,
			title,
		);
	}
	const perMinute = (DECISIONS * 60_000) / (performance.now() - startMs);
	t.diagnostic(`${perMinute.toFixed(0)} decisions a minute by keyboard`);
	assert.ok(perMinute >= 20, `${perMinute} a minute`);
	const countDecided = async () =>
		(await store.reader.selectFrom('review_items').select('item_id').where('state', '=', 'decided').execute()).length;
	assert.equal(await countDecided(), DECISIONS);
	await page.keyboard.press('z');
	await page.waitForSelector('.toast:has-text("1 decision taken back")');
	assert.equal(await countDecided(), DECISIONS - 1);
	await assertNoBarriers(page, 'queue');
	const queueFile = page.waitForEvent('download');
	await page.locator('.page-head a:text-is("CSV")').click();
	assert.equal((await csvOf(queueFile)).length, 30 - (DECISIONS - 1));

	await goTo('s', 'Scores');
	await page.waitForSelector('[role=row][aria-rowindex="2"]');
	await page.keyboard.press('Enter');
	await page.waitForSelector(`h1:has-text("${top[0]}")`);
	await page.locator('button:text-matches("Explain in full|Beside the nearest")').click();
	await page.waitForSelector('th:has-text("Nearest normal")', PATIENT);
	await assertNoBarriers(page, 'record');

	await goTo('s', 'Scores');
	await page.locator('input[type=range]').focus();
	await page.keyboard.press('ArrowLeft');
	await page.locator('button:has-text("Make it the queue\'s rule")').click();
	await page.waitForSelector('.toast:has-text("scores from")');
	const queue = await store.reader.selectFrom('queues').select('score_threshold').executeTakeFirstOrThrow();
	assert.ok(queue.score_threshold !== null);

	await goTo('g', 'Generate');
	await page.fill('input[name=rows]', '60');
	await page.locator('button:text-is("Generate")').click();
	await page.waitForSelector('.jobs li.done', PATIENT);
	await page.waitForSelector('.tables li:has-text("60 rows") .mark:text-is("may be handed out")');
	await assertNoBarriers(page, 'generate');
	const rowsFile = page.waitForEvent('download');
	await page.locator('.jobs li.done a:text-is("CSV")').click();
	const rows = await csvOf(rowsFile);
	assert.equal(rows.length, 60);
	assert.ok('amount' in (rows[0] ?? {}), Object.keys(rows[0] ?? {}).join());
	assertQuiet();
});
