import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { consoleUnderTest } from '../console-fixture.ts';
import { assertNoBarriers, closeBrowser, NO_BROWSER, openPage } from './browser.ts';

after(closeBrowser);
const options = NO_BROWSER === undefined ? {} : { skip: NO_BROWSER };

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
	'the reasons have the focus as soon as they are there, so that no digit is lost or written into the note',
	options,
	async (t) => {
		const fixture = await consoleUnderTest(t, { rows: 20, alerts: 6 });
		const { page } = await openPage(t, fixture.console.newStartLink());
		await page.goto(`${fixture.console.url}/queue`);
		await page.waitForSelector('article.item h2');
		// Told of every change of the page before anything else can happen in it.
		const hasFocus = page.evaluate(
			() =>
				new Promise<boolean>((resolve) => {
					new MutationObserver(() => {
						const first = document.querySelector('dialog .reason-list button');
						if (first !== null) resolve(document.activeElement === first);
					}).observe(document.body, { childList: true, subtree: true });
				}),
		);
		await page.keyboard.press('u');
		assert.equal(await hasFocus, true);
	},
);

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
