import { createRoute, z } from '@hono/zod-openapi';
import { CounterfoilError } from '../../../contracts/errors.ts';
import type { SyntheticTable } from '../../../store/database.ts';
import {
	getSyntheticTable,
	listSyntheticRows,
	listSyntheticTables,
	overrideRelease,
} from '../../../store/synthetic-tables.ts';
import { logAccess } from '../../access/access-log.ts';
import { reaches } from '../../access/roles.ts';
import { pageFrom, readOrSend, sendFile } from '../answer-list.ts';
import type { ConsoleApi, ConsoleServices } from '../console-services.ts';
import { decodeCursor, encodeCursor, pageQuery } from '../cursor.ts';
import { answers, answersPages, json, needs, PROBLEMS } from '../describe-route.ts';
import { presentSynthetic } from '../present.ts';
import { cells, type SyntheticTableBody, syntheticTable } from '../schemas.ts';

type Cells = z.infer<typeof cells>;

const tableParams = z.object({ tableId: z.string().min(1).max(200) });
const position = z.tuple([z.string(), z.string()]);
/** Rows of one job at most; the command line makes more. */
const MOST_ROWS = 1_000_000;

/** Why rows are handed out that the release gate holds back. */
const overrideReason = z.string().trim().min(1).max(1_000);
const augmentSchema = z
	.strictObject({
		model: z
			.string()
			.min(1)
			.max(200)
			.openapi({ description: 'Id or name of the model; name@3 for its third version.' }),
		rows: z.number().int().min(1).max(MOST_ROWS),
		where: z
			.array(z.string().min(1).max(1_000))
			.max(50)
			.default([])
			.openapi({ description: 'What every row meets: `country=DE`, `amount>=100`.' }),
		override: overrideReason.optional().openapi({
			description: 'Hands the rows out even if they are judged unfit, for this reason; takes the role lead.',
		}),
		balance: z.string().max(200).optional().openapi({ description: 'Column of which each value comes equally often.' }),
		temperature: z.number().positive().max(10).optional(),
		seed: z
			.number()
			.int()
			.min(0)
			.max(2 ** 31)
			.optional(),
	})
	.openapi('AugmentRequest');

const job = z
	.object({
		runId: z.string(),
		state: z.enum(['running', 'done', 'failed']),
		syntheticTableId: z.string().nullable(),
		rows: z.number().int().nullable(),
		error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }).nullable(),
	})
	.openapi('Job');

/** Generated rows, and jobs that make more. */
export function addSyntheticRoutes(api: ConsoleApi, services: ConsoleServices): void {
	const { workspace, jobs } = services;
	const { store } = workspace;

	async function isStored({ synthetic_table_id: id, table_name: name }: SyntheticTable): Promise<boolean> {
		return name === null && (await listSyntheticRows(store, id, { limit: 1 })).length > 0;
	}

	/** @throws RELEASE_REFUSED for rows that the release gate holds back */
	function requireReleased(body: SyntheticTableBody): void {
		if (body.release === null || body.release.isFit || body.release.override !== null) return;
		throw new CounterfoilError('RELEASE_REFUSED', `The rows are not handed out: ${body.release.reasons.join('; ')}`, {
			where: body.syntheticTableId,
			hint: 'docs/privacy.md tells what the release gate looks at',
		});
	}

	api.openapi(
		createRoute({
			method: 'get',
			path: '/synthetic-tables',
			summary: 'Generated tables, latest first.',
			...needs('viewer'),
			request: { query: pageQuery },
			responses: answersPages(syntheticTable, 'A page of generated tables.'),
		}),
		async (context) => {
			const answer = await readOrSend<SyntheticTableBody>(
				context,
				context.req.valid('query'),
				'synthetic-tables',
				async ({ cursor, limit }) => {
					const after = decodeCursor(cursor, position);
					const rows = await listSyntheticTables(store, {
						limit: limit + 1,
						...(after === undefined ? {} : { after: { created_at: after[0], synthetic_table_id: after[1] } }),
					});
					const page = pageFrom(rows, limit, (row) => encodeCursor([row.created_at, row.synthetic_table_id]));
					return {
						...page,
						items: await Promise.all(page.items.map(async (row) => presentSynthetic(row, await isStored(row)))),
					};
				},
			);
			return 'file' in answer ? (answer.file as never) : context.json(answer.page, 200);
		},
	);

	api.openapi(
		createRoute({
			method: 'get',
			path: '/synthetic-tables/{tableId}',
			summary: 'What a generated table is, with the verdict of the release gate.',
			...needs('viewer'),
			request: { params: tableParams },
			responses: answers(syntheticTable, 'The table without its rows.'),
		}),
		async (context) => {
			const table = await getSyntheticTable(store, context.req.valid('param').tableId);
			return context.json(presentSynthetic(table, await isStored(table)), 200);
		},
	);

	const readRows = async (id: string, cursor: string | undefined, limit: number) => {
		const after = decodeCursor(cursor, z.tuple([z.number()]));
		const rows = await listSyntheticRows(store, id, {
			limit: limit + 1,
			...(after === undefined ? {} : { afterRow: after[0] }),
		});
		const page = pageFrom(rows, limit, (row) => encodeCursor([row.row_number]));
		return { ...page, items: page.items.map(({ data_json }) => JSON.parse(data_json) as Cells) };
	};

	api.openapi(
		createRoute({
			method: 'get',
			path: '/synthetic-tables/{tableId}/rows',
			summary: 'Generated rows; none where the release gate holds them back.',
			...needs('analyst'),
			request: { params: tableParams, query: pageQuery },
			responses: answersPages(cells, 'A page of rows.'),
		}),
		async (context) => {
			const query = context.req.valid('query');
			const table = await getSyntheticTable(store, context.req.valid('param').tableId);
			requireReleased(presentSynthetic(table, true));
			const { format, cursor, limit } = query;
			if (format === undefined) return context.json(await readRows(table.synthetic_table_id, cursor, limit), 200);
			return sendFile<Cells>(context, {
				name: table.synthetic_table_id,
				format,
				read: (page) => readRows(table.synthetic_table_id, page.cursor, page.limit),
			}) as never;
		},
	);

	api.openapi(
		createRoute({
			method: 'post',
			path: '/synthetic-tables/{tableId}/release',
			summary: 'Hands rows out that the release gate holds back; why is kept with them.',
			...needs('lead'),
			request: {
				params: tableParams,
				headers: z.object({ 'idempotency-key': z.string().max(200).optional() }),
				body: json(z.strictObject({ reason: overrideReason }).openapi('ReleaseOverride')),
			},
			responses: answers(syntheticTable, 'The table, which may be handed out now.'),
		}),
		async (context) => {
			const { reason } = context.req.valid('json');
			const { actor } = context.get('identity');
			const table = await overrideRelease(store, context.req.valid('param').tableId, reason);
			await logAccess(store, actor, 'rows_released', { table: table.synthetic_table_id, reason });
			return context.json(presentSynthetic(table, await isStored(table)), 200);
		},
	);

	api.openapi(
		createRoute({
			method: 'post',
			path: '/jobs/augment',
			summary: 'Starts to generate rows into the database; the same request goes on with what was not finished.',
			...needs('analyst'),
			request: { headers: z.object({ 'idempotency-key': z.string().max(200).optional() }), body: json(augmentSchema) },
			responses: {
				202: {
					description: 'Under way; /runs/{runId}/events tells how far.',
					content: { 'application/json': { schema: job } },
				},
				...PROBLEMS,
			},
		}),
		async (context) => {
			const { balance, temperature, seed, override, ...request } = context.req.valid('json');
			const { actor, role } = context.get('identity');
			if (override !== undefined && !reaches(role, 'lead')) {
				throw new CounterfoilError(
					'NOT_ALLOWED',
					`To hand rows out all the same takes the role lead; yours is ${role}.`,
				);
			}
			const started = await jobs.augment({
				...request,
				...(override === undefined ? {} : { override }),
				...(balance === undefined ? {} : { balance }),
				...(temperature === undefined ? {} : { temperature }),
				...(seed === undefined ? {} : { seed }),
			});
			const { runId } = started;
			await logAccess(store, actor, 'job_started', {
				run: runId,
				model: request.model,
				rows: request.rows,
				...(override === undefined ? {} : { override }),
			});
			return context.json({ runId, state: 'running', syntheticTableId: null, rows: null, error: null } as const, 202);
		},
	);

	api.openapi(
		createRoute({
			method: 'get',
			path: '/jobs/{runId}',
			summary: 'How a job stands that was started here.',
			...needs('viewer'),
			request: { params: z.object({ runId: z.string().min(1).max(100) }) },
			responses: answers(job, 'The job.'),
		}),
		async (context) => {
			const { runId } = context.req.valid('param');
			const found = jobs.find(runId);
			if (found === undefined) {
				throw new CounterfoilError('NOT_FOUND', 'This console has started no such job.', { where: `run ${runId}` });
			}
			const { state } = found.progress();
			if (state === 'running') {
				return context.json({ runId, state, syntheticTableId: null, rows: null, error: null }, 200);
			}
			const outcome = await found.result().then(
				(result) => ({ syntheticTableId: result.syntheticTableId, rows: result.rows, error: null }),
				(thrown: unknown) => {
					const { code, message, hint } = CounterfoilError.from(thrown);
					return {
						syntheticTableId: null,
						rows: null,
						error: { code, message, ...(hint === undefined ? {} : { hint }) },
					};
				},
			);
			return context.json({ runId, state, ...outcome }, 200);
		},
	);

	api.openapi(
		createRoute({
			method: 'post',
			path: '/jobs/{runId}/cancel',
			summary: 'Stops a job that was started here.',
			...needs('analyst'),
			request: { params: z.object({ runId: z.string().min(1).max(100) }) },
			responses: { 204: { description: 'Stopped.' }, ...PROBLEMS },
		}),
		async (context) => {
			const { runId } = context.req.valid('param');
			await jobs.find(runId)?.cancel();
			await logAccess(store, context.get('identity').actor, 'run_cancelled', { run: runId });
			return context.body(null, 204);
		},
	);
}
