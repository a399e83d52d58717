import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startProgram, workFolder } from '../../e2e/run-program.ts';
import { closeBrowser, NO_BROWSER, openPage } from './browser.ts';

after(closeBrowser);
const options = NO_BROWSER === undefined ? {} : { skip: NO_BROWSER };

test('the command serves the pages of an empty database, and ends when it is asked to', options, async (t) => {
	const program = startProgram(['console', '--port', '0', '--as', 'ann', '--json'], { cwd: workFolder(t) });
	t.after(() => program.kill('SIGKILL'));
	const { startLink } = JSON.parse(await program.untilStdout(/\}\s*$/)) as { startLink: string };
	const { page, assertQuiet } = await openPage(t, startLink);
	await page.waitForSelector('h2:has-text("Nothing has been run yet")');
	assert.match((await page.locator('.who').textContent()) ?? '', /^ann/);
	assertQuiet();
	program.kill('SIGTERM');
	assert.equal((await program.ended).code, 143);
});
