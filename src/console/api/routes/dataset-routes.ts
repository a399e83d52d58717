import { createRoute, z } from '@hono/zod-openapi';
import { getDataset, listDatasets } from '../../../store/datasets.ts';
import { countRejects, listRejects } from '../../../store/rejects.ts';
import { MASK, personalColumns, seesPersonal } from '../../mask-cells.ts';
import { pageFrom, readOrSend } from '../answer-list.ts';
import type { ConsoleApi, ConsoleServices } from '../console-services.ts';
import { decodeCursor, encodeCursor, pageQuery } from '../cursor.ts';
import { answers, answersPages, needs } from '../describe-route.ts';
import { presentDataset } from '../present.ts';
import { type DatasetBody, dataset, type RejectBody, reject } from '../schemas.ts';

const datasetParams = z.object({ datasetId: z.string().min(1).max(200) });
const datasetPosition = z.tuple([z.string(), z.string()]);
const rejectPosition = z.tuple([z.string().nullable(), z.number(), z.number()]);

/** What was read in, and what of it could not be. */
export function addDatasetRoutes(api: ConsoleApi, services: ConsoleServices): void {
	const { store } = services.workspace;

	api.openapi(
		createRoute({
			method: 'get',
			path: '/datasets',
			summary: 'The data sets, latest first.',
			...needs('viewer'),
			request: { query: pageQuery },
			responses: answersPages(dataset, 'A page of data sets.'),
		}),
		async (context) => {
			const query = context.req.valid('query');
			const answer = await readOrSend<DatasetBody>(context, query, 'datasets', async ({ cursor, limit }) => {
				const after = decodeCursor(cursor, datasetPosition);
				const rows = await listDatasets(store, {
					limit: limit + 1,
					...(after === undefined ? {} : { after: { ingested_at: after[0], dataset_id: after[1] } }),
				});
				const page = pageFrom(rows, limit, (row) => encodeCursor([row.ingested_at, row.dataset_id]));
				return { ...page, items: page.items.map(presentDataset) };
			});
			return 'file' in answer ? (answer.file as never) : context.json(answer.page, 200);
		},
	);

	api.openapi(
		createRoute({
			method: 'get',
			path: '/datasets/{datasetId}/rejects',
			summary: 'The rows of a data set that could not be read, and why.',
			...needs('viewer'),
			request: { params: datasetParams, query: pageQuery.extend({ type: z.string().max(100).optional() }) },
			responses: answersPages(reject, 'A page of rejects, in the order of the file.'),
		}),
		async (context) => {
			const query = context.req.valid('query');
			const found = await getDataset(store, context.req.valid('param').datasetId);
			// The text of a row has all of its cells, those with personal data too.
			const isHidden = !seesPersonal(context.get('identity').role) && personalColumns(found).size > 0;
			const answer = await readOrSend<RejectBody>(
				context,
				query,
				`rejects-${found.dataset_id}`,
				async ({ cursor, limit }) => {
					const after = decodeCursor(cursor, rejectPosition);
					const rows = await listRejects(store, found.dataset_id, {
						limit: limit + 1,
						...(query.type === undefined ? {} : { type: query.type }),
						...(after === undefined ? {} : { after: { file: after[0], line_number: after[1], reject_id: after[2] } }),
					});
					const page = pageFrom(rows, limit, (row) => encodeCursor([row.file, row.line_number, row.reject_id]));
					const items = page.items.map((row) => ({
						rejectId: row.reject_id,
						file: row.file,
						lineNumber: row.line_number,
						byteOffset: row.byte_offset,
						columnName: row.column_name,
						errorType: row.error_type,
						message: row.message,
						rawText: isHidden && row.raw_text !== null ? MASK : row.raw_text,
					}));
					return { ...page, items };
				},
			);
			return 'file' in answer ? (answer.file as never) : context.json(answer.page, 200);
		},
	);

	api.openapi(
		createRoute({
			method: 'get',
			path: '/datasets/{datasetId}/reject-counts',
			summary: 'Rejected rows by cause, most first.',
			...needs('viewer'),
			request: { params: datasetParams },
			responses: answers(
				z.object({ items: z.array(z.object({ errorType: z.string(), rows: z.number().int() })) }),
				'The causes.',
			),
		}),
		async (context) => {
			const counts = await countRejects(store, context.req.valid('param').datasetId);
			return context.json(
				{ items: counts.map(({ reason, count }) => ({ errorType: reason, rows: Number(count) })) },
				200,
			);
		},
	);
}
