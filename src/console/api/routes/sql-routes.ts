import { createRoute, z } from '@hono/zod-openapi';
import { runQuery } from '../../../compute/run-query.ts';
import { CounterfoilError } from '../../../contracts/errors.ts';
import { SECRET_TABLES } from '../../../store/read-by-query.ts';
import { logAccess } from '../../access/access-log.ts';
import type { ConsoleApi, ConsoleServices } from '../console-services.ts';
import { answers, json, needs } from '../describe-route.ts';

/** Each is a process. */
const QUERIES_AT_ONCE = 2;

const queryResult = z
	.object({
		columns: z.array(z.string()),
		rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
		isCut: z.boolean().openapi({ description: 'Whether there are more rows than are told.' }),
		tookMs: z.number(),
	})
	.openapi('QueryResult');
export type QueryResultBody = z.infer<typeof queryResult>;

/** SQL that only reads. */
export function addSqlRoutes(api: ConsoleApi, services: ConsoleServices): void {
	const { workspace, sqlDatabase } = services;
	const { store } = workspace;
	let running = 0;

	api.openapi(
		createRoute({
			method: 'post',
			path: '/sql',
			summary: 'One query that only reads: at most 1 s, 1,000 rows.',
			...needs('analyst'),
			request: { body: json(z.strictObject({ sql: z.string().min(1).max(20_000) }).openapi('Query')) },
			responses: answers(queryResult, 'The rows.'),
		}),
		async (context) => {
			if (sqlDatabase === null) {
				throw new CounterfoilError('USAGE', 'On PostgreSQL the SQL page needs a role that may only read.', {
					hint: 'start the console with --sql-db URL of such a role; docs/sql.md has the statements that make one',
				});
			}
			if (running >= QUERIES_AT_ONCE) {
				throw new CounterfoilError('TOO_MANY_REQUESTS', 'Other queries are under way; try again in a moment.');
			}
			running += 1;
			const { sql } = context.req.valid('json');
			const { actor } = context.get('identity');
			try {
				const result = await runQuery(sqlDatabase, sql, context.req.raw.signal).catch(async (thrown: unknown) => {
					await logAccess(store, actor, 'query_run', { rows: null, refused: CounterfoilError.from(thrown).code });
					throw thrown;
				});
				await logAccess(store, actor, 'query_run', { rows: result.rows.length });
				return context.json(result, 200);
			} finally {
				running -= 1;
			}
		},
	);

	api.openapi(
		createRoute({
			method: 'get',
			path: '/sql/schema',
			summary: 'What there is to query.',
			...needs('analyst'),
			responses: answers(
				z.object({ items: z.array(z.object({ object: z.string(), column: z.string(), description: z.string() })) }),
				'Tables, views and columns with what they hold.',
			),
		}),
		async (context) => {
			const rows = await store.reader
				.selectFrom('schema_doc')
				.selectAll()
				.where('object', 'not in', SECRET_TABLES)
				.orderBy('object')
				.orderBy('column_name')
				.execute();
			const items = rows.map(({ object, column_name: column, description }) => ({ object, column, description }));
			return context.json({ items }, 200);
		},
	);
}
