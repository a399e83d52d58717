import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type ConsoleOptions, type RunningConsole, startConsole } from '../../src/console/start-console.ts';
import { publishQueue } from '../../src/review/publish-queue.ts';
import { openWorkspace, type Workspace } from '../../src/runtime/open-workspace.ts';
import { putDriftMetrics } from '../../src/store/drift-metrics.ts';
import { finishRun } from '../../src/store/runs.ts';
import type { NewScore } from '../../src/store/shards.ts';
import { TEMPLATE } from '../postgres/postgres-server.ts';
import { postgresDatabase, storeKind } from '../store/on-both-stores.ts';
import { publishAll, type SeededRun, scores, seedRun } from '../store/seeded-store.ts';

export interface ConsoleUnderTest extends SeededRun {
	readonly workspace: Workspace;
	readonly console: RunningConsole;
	readonly folder: string;
}

/** A console over a database of its own, of the kind that the test runs on, with a run of `rows` records, the last `alerts` of which are in the queue. */
export async function consoleUnderTest(
	t: TestContext,
	options: {
		readonly rows?: number;
		readonly alerts?: number;
		readonly scores?: readonly NewScore[];
		readonly console?: Partial<ConsoleOptions>;
		readonly prepare?: (run: SeededRun) => Promise<void>;
	} = {},
): Promise<ConsoleUnderTest> {
	const { rows = 30, alerts = 10 } = options;
	const folder = mkdtempSync(join(tmpdir(), 'counterfoil-console-'));
	const isFile = storeKind(t) === 'sqlite';
	const db = isFile ? join(folder, 'counterfoil.db') : (await postgresDatabase(t, TEMPLATE)).url;
	const workspace = await openWorkspace(isFile ? { db } : { db, artifacts: join(folder, 'artifacts') });
	const run = await seedRun(workspace.store, rows);
	await options.prepare?.(run);
	await publishAll(run, options.scores ?? scores(rows, alerts));
	await publishQueue(run.store, { runId: run.runId });
	await finishRun(run.store, run.runId);
	const console = await startConsole(workspace, { port: 0, actor: 'ann', ...options.console });
	t.after(async () => {
		await console.close();
		await workspace.close();
		rmSync(folder, { recursive: true, force: true });
	});
	return { ...run, workspace, console, folder };
}

/** A comparison of the data set with what the model was trained on: one column has drifted, the whole has not. */
export async function seedDrift({ store, datasetId, modelId }: Omit<SeededRun, 'runId'>): Promise<void> {
	const shared = { dataset_id: datasetId, model_id: modelId, run_id: null, computed_at: '2026-02-01T00:00:00.000Z' };
	const row = { ...shared, p_value: 0.2, is_drifted: 0 as const };
	await putDriftMetrics(store, [
		{ ...row, column_name: '', metric: 'two_sample_area', value: 0.53, threshold: null },
		{ ...row, column_name: 'amount', metric: 'psi', value: 0.4, threshold: 0.2, is_drifted: 1 },
		{ ...row, column_name: 'country', metric: 'psi', value: 0.01, threshold: 0.2 },
	]);
}

export interface Answer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	readonly text: string;
	// biome-ignore lint/suspicious/noExplicitAny: tests look into what came
	json(): any;
}

export interface Asked {
	readonly method?: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: unknown;
	/** Instead of a body made of JSON. */
	readonly raw?: string;
}

/** A request with exactly these headers: `fetch` would not let a test choose its `Host`. */
export function ask(
	port: number,
	path: string,
	{ method = 'GET', headers = {}, body, raw }: Asked = {},
): Promise<Answer> {
	const text = raw ?? (body === undefined ? '' : JSON.stringify(body));
	return new Promise((resolve, reject) => {
		const sent = request(
			{
				host: '127.0.0.1',
				port,
				path,
				method,
				agent: false,
				headers: {
					...(text === ''
						? {}
						: { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }),
					...headers,
				},
			},
			(response) => {
				let received = '';
				response.setEncoding('utf8').on('data', (part: string) => {
					received += part;
				});
				response.on('error', reject);
				response.on('end', () =>
					resolve({
						status: response.statusCode ?? 0,
						headers: response.headers,
						text: received,
						json: () => JSON.parse(received),
					}),
				);
			},
		);
		sent.on('error', reject);
		sent.end(text);
	});
}

/** The cookie of somebody who has opened the start link. */
export async function signInByLink({ console }: Pick<ConsoleUnderTest, 'console'>): Promise<string> {
	const startToken = console.newStartLink().split('#start=')[1];
	return cookieOf(await ask(console.port, '/api/v1/session', { method: 'POST', body: { startToken } }));
}

export function cookieOf(answer: Answer): string {
	const [cookie = ''] = (answer.headers['set-cookie'] as string[] | undefined) ?? [];
	return cookie.split(';')[0] ?? '';
}

/** Asks the API as somebody. */
export function asker(port: number, cookie: string) {
	return (path: string, asked: Asked = {}) =>
		ask(port, `/api/v1${path}`, { ...asked, headers: { cookie, ...asked.headers } });
}
