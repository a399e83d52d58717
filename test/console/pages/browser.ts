import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The system's browser: COUNTERFOIL_CHROMIUM, else the first of the usual names on the path; null: there is none. */
function findBrowser(): string | null {
	const named = process.env.COUNTERFOIL_CHROMIUM;
	if (named !== undefined && named !== '') return named;
	const folders = (process.env.PATH ?? '').split(delimiter);
	return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(existsSync) ?? null;
}

export const BROWSER = findBrowser();

/** Why tests in a browser are skipped; undefined where there is one. */
export const NO_BROWSER = BROWSER === null ? 'no Chromium to be had: apt-get install chromium' : undefined;

let browser: Promise<Browser> | null = null;

async function launch(): Promise<Browser> {
	// In containers there is often neither a user namespace for its sandbox nor much shared memory.
	const args = ['--no-sandbox', '--disable-dev-shm-usage'];
	browser ??= chromium.launch({ executablePath: BROWSER ?? '', args });
	return await browser;
}

export async function closeBrowser(): Promise<void> {
	await (await browser)?.close();
	browser = null;
}

export interface Watched {
	readonly context: BrowserContext;
	readonly page: Page;
	/** Fails if the page has complained, has asked another host for something, or has opened a dialog. */
	assertQuiet(): void;
}

/** A page whose errors, foreign requests and dialogs are noted. */
export async function openPage(
	t: TestContext,
	url: string,
	options: { readonly width?: number; readonly height?: number; readonly colorScheme?: 'light' | 'dark' } = {},
): Promise<Watched> {
	const { width = 1280, height = 800, colorScheme = 'light' } = options;
	const context = await (await launch()).newContext({ viewport: { width, height }, colorScheme });
	t.after(() => context.close());
	const page = await context.newPage();
	const complaints: string[] = [];
	const { host } = new URL(url);
	page.on('console', (message) => {
		if (message.type() === 'error' || message.type() === 'warning') complaints.push(`console: ${message.text()}`);
	});
	page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
	page.on('dialog', (dialog) => {
		complaints.push(`dialog: ${dialog.message()}`);
		void dialog.dismiss();
	});
	page.on('request', (request) => {
		const asked = new URL(request.url());
		if (/^https?:$/.test(asked.protocol) && asked.host !== host) complaints.push(`asked ${asked.host}`);
	});
	await page.goto(url);
	// The token of a start link is exchanged first; to go elsewhere meanwhile would lose the session.
	if (url.includes('#start=')) await page.waitForSelector('.frame');
	return { context, page, assertQuiet: () => assert.deepEqual(complaints, []) };
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Fails where a page has a barrier that axe holds to be serious or critical. */
export async function assertNoBarriers(page: Page, where: string): Promise<void> {
	await page.evaluate(AXE);
	const found = await page.evaluate(async () => {
		const { axe } = globalThis as unknown as {
			axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
		};
		const { violations } = await axe.run();
		return violations
			.filter(({ impact }) => impact === 'serious' || impact === 'critical')
			.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
	});
	assert.deepEqual(found, [], where);
}

/** What a trace of Chromium tells of frames. */
export interface TracedFrames {
	/** Frames that the page has asked for and got. */
	readonly count: number;
	/** Longest stretch of work of the page's main thread, in milliseconds of a processor: so long a frame would wait. */
	readonly longestMs: number;
}

interface TraceEvent {
	readonly name: string;
	readonly pid: number;
	readonly tid: number;
	/** Microseconds that the thread ran; less than its duration where the machine had others to serve. */
	readonly tdur?: number;
	readonly args: { readonly name?: string };
}

/** Does something while Chromium writes down what its threads do. */
export async function traced<Result>(
	page: Page,
	act: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly frames: TracedFrames }> {
	const owner = await launch();
	await owner.startTracing(page, { categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'] });
	const result = await act();
	const trace = JSON.parse((await owner.stopTracing()).toString()) as { readonly traceEvents: readonly TraceEvent[] };
	const { traceEvents: events } = trace;
	const fired = events.filter(({ name }) => name === 'FireAnimationFrame');
	// The thread that the page's frames are made on; other pages have threads of their own.
	const [{ pid, tid } = { pid: 0, tid: 0 }] = fired;
	const tasks = events.filter((event) => event.name === 'RunTask' && event.pid === pid && event.tid === tid);
	const longestMs = tasks.reduce((longest, { tdur = 0 }) => Math.max(longest, tdur / 1_000), 0);
	return { result, frames: { count: fired.length, longestMs } };
}
