import { createRoute, z } from '@hono/zod-openapi';
import { CounterfoilError } from '../../../contracts/errors.ts';
import { getDataset } from '../../../store/datasets.ts';
import { listDriftMetrics, listWatched, type StoredDrift, type WatchedTable } from '../../../store/drift-metrics.ts';
import { getModel } from '../../../store/models.ts';
import { listOrSend, pageFrom, readOrSend } from '../answer-list.ts';
import type { ConsoleApi, ConsoleServices } from '../console-services.ts';
import { decodeCursor, encodeCursor, pageQuery, wholeQuery } from '../cursor.ts';
import { answers, answersPages, answersWhole, needs } from '../describe-route.ts';
import { type DriftBody, type DriftMetricBody, drift, driftDetail, driftMetric } from '../schemas.ts';

const driftParams = z.object({ datasetId: z.string().min(1).max(200), modelId: z.string().min(1).max(200) });
const position = z.tuple([z.string(), z.string(), z.string()]);

/** How far new tables are from what models were trained on. */
export function addDriftRoutes(api: ConsoleApi, services: ConsoleServices): void {
	const { store } = services.workspace;

	api.openapi(
		createRoute({
			method: 'get',
			path: '/drift',
			summary: 'Tables that were compared with what a model was trained on, latest first.',
			...needs('viewer'),
			request: { query: pageQuery },
			responses: answersPages(drift, 'A page of comparisons.'),
		}),
		async (context) => {
			const query = context.req.valid('query');
			const answer = await readOrSend<DriftBody>(context, query, 'drift', async ({ cursor, limit }) => {
				const after = decodeCursor(cursor, position);
				const rows = await listWatched(store, {
					limit: limit + 1,
					...(after === undefined
						? {}
						: { after: { computed_at: after[0], dataset_id: after[1], model_id: after[2] } }),
				});
				const page = pageFrom(rows, limit, (row) => encodeCursor([row.computed_at, row.dataset_id, row.model_id]));
				return { ...page, items: page.items.map(presentWatched) };
			});
			return 'file' in answer ? (answer.file as never) : context.json(answer.page, 200);
		},
	);

	api.openapi(
		createRoute({
			method: 'get',
			path: '/drift/{datasetId}/{modelId}',
			summary: 'What of a table has drifted, column by column.',
			...needs('viewer'),
			request: { params: driftParams },
			responses: answers(driftDetail, 'Everything that was measured.'),
		}),
		async (context) => {
			const params = context.req.valid('param');
			const { dataset_id: datasetId } = await getDataset(store, params.datasetId);
			const { model_id: modelId } = await getModel(store, params.modelId);
			const [watched] = await listWatched(store, { limit: 1, of: { datasetId, modelId } });
			if (watched === undefined) {
				throw new CounterfoilError('NOT_FOUND', 'The table has not been compared with the model.', {
					hint: `counterfoil monitor ${modelId} --dataset ${datasetId}`,
				});
			}
			const metrics = await listDriftMetrics(store, { datasetId, modelId });
			return context.json(
				{
					...presentWatched(watched),
					metrics: metrics.map(presentDrift),
				},
				200,
			);
		},
	);

	api.openapi(
		createRoute({
			method: 'get',
			path: '/drift/{datasetId}/{modelId}/metrics',
			summary: 'What was measured of a table, column by column, also as a file.',
			...needs('viewer'),
			request: { params: driftParams, query: wholeQuery },
			responses: answersWhole(driftMetric, 'By column and metric.'),
		}),
		async (context) => {
			const params = context.req.valid('param');
			const { dataset_id: datasetId } = await getDataset(store, params.datasetId);
			const { model_id: modelId } = await getModel(store, params.modelId);
			const metrics = (await listDriftMetrics(store, { datasetId, modelId })).map(presentDrift);
			const answer = listOrSend(context, context.req.valid('query').format, `drift-${datasetId}-${modelId}`, metrics);
			return 'file' in answer ? (answer.file as never) : context.json(answer.list, 200);
		},
	);
}

function presentDrift(row: StoredDrift): DriftMetricBody {
	return {
		column: row.column_name,
		metric: row.metric,
		value: row.value,
		pValue: row.p_value,
		threshold: row.threshold,
		isDrifted: row.is_drifted === 1,
	};
}

function presentWatched(row: WatchedTable): DriftBody {
	return {
		datasetId: row.dataset_id,
		datasetName: row.dataset_name,
		modelId: row.model_id,
		runId: row.run_id,
		computedAt: row.computed_at,
		isDrifted: row.is_drifted === 1 || row.columns > 0,
		area: row.value,
		pValue: row.p_value,
		driftedColumns: row.columns,
	};
}
