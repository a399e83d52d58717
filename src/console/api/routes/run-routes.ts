import { createRoute, z } from '@hono/zod-openapi';
import { streamSSE } from 'hono/streaming';
import { CounterfoilError } from '../../../contracts/errors.ts';
import type { Run, RunKind } from '../../../store/database.ts';
import { getRun, listRuns } from '../../../store/list-runs.ts';
import { requestCancel } from '../../../store/runs.ts';
import type { Store } from '../../../store/store.ts';
import { logAccess } from '../../access/access-log.ts';
import { REPORT_POLICY } from '../../access/security-headers.ts';
import { pageFrom, readOrSend } from '../answer-list.ts';
import type { ConsoleApi, ConsoleServices } from '../console-services.ts';
import { decodeCursor, encodeCursor, pageQuery } from '../cursor.ts';
import { answers, answersPages, needs, PROBLEMS } from '../describe-route.ts';
import { describeRun } from '../describe-run.ts';
import { presentRun } from '../present.ts';
import { type RunRow, run, runDetail } from '../schemas.ts';

const runParams = z.object({ runId: z.string().min(1).max(100) });
const RUN_KINDS = [
	'pipeline',
	'ingest',
	'train',
	'score',
	'augment',
	'generate',
	'retrain',
	'monitor',
] as const satisfies readonly RunKind[];
const listQuery = pageQuery.extend({
	kind: z.enum(RUN_KINDS).optional(),
	status: z.enum(['running', 'succeeded', 'failed', 'cancelled', 'interrupted']).optional(),
});
const position = z.tuple([z.string(), z.string()]);
/** How often a stream looks whether something has changed. */
const LOOK_MS = 1_000;
/** A stream that nobody ends does so by itself; browsers connect again. */
const LONGEST_STREAM_MS = 15 * 60_000;

/** What was run, and how far it is. */
export function addRunRoutes(api: ConsoleApi, services: ConsoleServices): void {
	const { workspace, streams, jobs } = services;
	const { store } = workspace;

	api.openapi(
		createRoute({
			method: 'get',
			path: '/runs',
			summary: 'What was run, latest first.',
			...needs('viewer'),
			request: { query: listQuery },
			responses: answersPages(run, 'A page of runs.'),
		}),
		async (context) => {
			const query = context.req.valid('query');
			const { kind, status } = query;
			const answer = await readOrSend<RunRow>(context, query, 'runs', async ({ cursor, limit }) => {
				const before = decodeCursor(cursor, position);
				const rows = await listRuns(store, {
					limit: limit + 1,
					...(kind === undefined ? {} : { kind }),
					...(status === undefined ? {} : { status }),
					...(before === undefined ? {} : { before: { started_at: before[0], run_id: before[1] } }),
				});
				const page = pageFrom(rows, limit, (row) => encodeCursor([row.started_at, row.run_id]));
				const names = await datasetNames(store, page.items);
				return { ...page, items: page.items.map((row) => presentRun(row, names.get(row.dataset_id) ?? null)) };
			});
			return 'file' in answer ? (answer.file as never) : context.json(answer.page, 200);
		},
	);

	api.openapi(
		createRoute({
			method: 'get',
			path: '/runs/{runId}',
			summary: 'One run: its steps, its counts, how its training went.',
			...needs('viewer'),
			request: { params: runParams },
			responses: answers(runDetail, 'The run; its id may be cut short as long as it is one run only.'),
		}),
		async (context) => context.json(await describeRun(workspace, context.req.valid('param').runId), 200),
	);

	api.openapi(
		createRoute({
			method: 'get',
			path: '/runs/{runId}/events',
			summary: 'The run whenever something about it changes, until it is over.',
			...needs('viewer'),
			request: { params: runParams },
			responses: {
				200: {
					description: 'Events named `run` with a RunDetail each.',
					content: {
						'text/event-stream': { schema: z.object({ event: z.literal('run'), data: z.string() }) },
					},
				},
				...PROBLEMS,
			},
		}),
		async (context) => {
			const { run_id: runId } = await getRun(store, context.req.valid('param').runId);
			const close = streams.open(context.get('identity').session);
			return streamSSE(context, async (stream) => {
				stream.onAbort(close);
				try {
					let told = '';
					for (const startMs = Date.now(); !stream.aborted && Date.now() - startMs < LONGEST_STREAM_MS; ) {
						const body = await describeRun(workspace, runId);
						const text = JSON.stringify(body);
						if (text !== told) await stream.writeSSE({ event: 'run', data: text });
						told = text;
						if (body.status !== 'running') return;
						await stream.sleep(LOOK_MS);
					}
				} finally {
					close();
				}
			}) as never;
		},
	);

	api.openapi(
		createRoute({
			method: 'post',
			path: '/runs/{runId}/cancel',
			summary: 'Asks a run to stop.',
			...needs('lead'),
			request: { params: runParams },
			responses: answers(
				z.object({ runId: z.string(), status: z.string() }),
				'What it is afterwards: running until its process has noticed.',
			),
		}),
		async (context) => {
			const found = await getRun(store, context.req.valid('param').runId);
			if (found.runner === 'temporal' && found.status === 'running' && found.workflow_id !== null) {
				const { cancelOnTemporal } = await import('../../../runtime/run-on-temporal.ts');
				await cancelOnTemporal({ runId: found.run_id, workflowId: found.workflow_id });
			}
			const status = await requestCancel(store, found.run_id);
			await logAccess(store, context.get('identity').actor, 'run_cancelled', { run: found.run_id });
			return context.json({ runId: found.run_id, status }, 200);
		},
	);

	api.openapi(
		createRoute({
			method: 'post',
			path: '/runs/{runId}/resume',
			summary: 'Goes on with a run that was interrupted, cancelled or has failed, from its last checkpoint.',
			...needs('lead'),
			request: { params: runParams, headers: z.object({ 'idempotency-key': z.string().max(200).optional() }) },
			responses: {
				202: {
					description: 'Under way; /runs/{runId}/events tells how far.',
					content: { 'application/json': { schema: z.object({ runId: z.string() }) } },
				},
				...PROBLEMS,
			},
		}),
		async (context) => {
			const found = await getRun(store, context.req.valid('param').runId);
			await jobs.resume(found);
			await logAccess(store, context.get('identity').actor, 'run_resumed', { run: found.run_id });
			return context.json({ runId: found.run_id }, 202);
		},
	);

	api.openapi(
		createRoute({
			method: 'get',
			path: '/runs/{runId}/report',
			summary: 'The report of a run, a page of its own.',
			// It shows values of records.
			...needs('analyst'),
			request: { params: runParams },
			responses: { 200: { description: 'The report.', content: { 'text/html': { schema: z.string() } } }, ...PROBLEMS },
		}),
		async (context) => {
			const { run_id: runId } = await getRun(store, context.req.valid('param').runId);
			const report = await workspace.reports.read(`${runId}.html`);
			if (report === null) {
				throw new CounterfoilError('NOT_FOUND', 'The run has no report.', { where: `run ${runId}` });
			}
			context.header('Content-Security-Policy', REPORT_POLICY);
			return context.html(report) as never;
		},
	);
}

async function datasetNames(store: Store, runs: readonly Run[]): Promise<Map<string | null, string>> {
	const ids = [...new Set(runs.flatMap(({ dataset_id }) => dataset_id ?? []))];
	if (ids.length === 0) return new Map();
	const rows = await store.reader
		.selectFrom('datasets')
		.select(['dataset_id', 'name'])
		.where('dataset_id', 'in', ids)
		.execute();
	return new Map(rows.map(({ dataset_id, name }) => [dataset_id, name]));
}
