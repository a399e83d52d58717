import { createRoute, z } from '@hono/zod-openapi';
import type { ModelMetric } from '../../../store/database.ts';
import { getDataset } from '../../../store/datasets.ts';
import { listMetrics, readPrivacy } from '../../../store/model-metrics.ts';
import { getModel, listModels } from '../../../store/models.ts';
import { listPromotions, promoteModel, rollBackModel } from '../../../store/promotions.ts';
import { logAccess } from '../../access/access-log.ts';
import { listOrSend, pageFrom, readOrSend } from '../answer-list.ts';
import type { ConsoleApi, ConsoleServices } from '../console-services.ts';
import { decodeCursor, encodeCursor, pageQuery, wholeQuery } from '../cursor.ts';
import { answers, answersPages, answersWhole, needs } from '../describe-route.ts';
import { presentModel } from '../present.ts';
import { type ModelBody, type ModelMetricBody, model, modelDetail, modelMetric } from '../schemas.ts';

const modelParams = z.object({ model: z.string().min(1).max(200) });
const keyHeader = z.object({ 'idempotency-key': z.string().max(200).optional() });
const position = z.tuple([z.string(), z.string()]);

/** What was trained. */
export function addModelRoutes(api: ConsoleApi, services: ConsoleServices): void {
	const { store } = services.workspace;

	api.openapi(
		createRoute({
			method: 'get',
			path: '/models',
			summary: 'The models, latest first.',
			...needs('viewer'),
			request: { query: pageQuery.extend({ name: z.string().max(200).optional() }) },
			responses: answersPages(model, 'A page of models.'),
		}),
		async (context) => {
			const query = context.req.valid('query');
			const answer = await readOrSend<ModelBody>(context, query, 'models', async ({ cursor, limit }) => {
				const after = decodeCursor(cursor, position);
				const rows = await listModels(store, {
					limit: limit + 1,
					...(query.name === undefined ? {} : { name: query.name }),
					...(after === undefined ? {} : { after: { trained_at: after[0], model_id: after[1] } }),
				});
				const page = pageFrom(rows, limit, (row) => encodeCursor([row.trained_at, row.model_id]));
				return { ...page, items: page.items.map(presentModel) };
			});
			return 'file' in answer ? (answer.file as never) : context.json(answer.page, 200);
		},
	);

	api.openapi(
		createRoute({
			method: 'get',
			path: '/models/{model}',
			summary: 'One model with all that was measured on it.',
			...needs('viewer'),
			request: { params: modelParams },
			responses: answers(modelDetail, 'By its id, its name, or name@version.'),
		}),
		async (context) => {
			const found = await getModel(store, context.req.valid('param').model);
			const dataset = await getDataset(store, found.dataset_id);
			const metrics = await listMetrics(store, found.model_id);
			const promise = await readPrivacy(store, found.model_id);
			const columns = JSON.parse(dataset.columns_json) as { name: string; kind: string; role: string }[];
			return context.json(
				{
					...presentModel(found),
					datasetName: dataset.name,
					trainingRows: dataset.rows_loaded,
					columns: columns.map(({ name, kind, role }) => ({ name, kind, role })),
					metrics: metrics.map(presentMetric),
					promotions: (await listPromotions(store, found.name)).map((row) => ({
						at: row.at,
						actor: row.actor,
						reason: row.reason,
						modelId: row.model_id,
					})),
					promise: promise === null ? null : { epsilon: promise.epsilon, delta: promise.delta },
				},
				200,
			);
		},
	);

	api.openapi(
		createRoute({
			method: 'get',
			path: '/models/{model}/metrics',
			summary: 'What was measured on a model, also as a file.',
			...needs('viewer'),
			request: {
				params: modelParams,
				query: wholeQuery.extend({
					of: z
						.enum(['table', 'parts'])
						.optional()
						.openapi({ description: 'Only what was measured on the whole table, or on parts of it.' }),
				}),
			},
			responses: answersWhole(modelMetric, 'By metric and part.'),
		}),
		async (context) => {
			const { of, format } = context.req.valid('query');
			const { model_id: modelId } = await getModel(store, context.req.valid('param').model);
			const all = (await listMetrics(store, modelId)).map(presentMetric);
			const metrics = all.filter(({ part }) => of === undefined || (of === 'table') === (part === ''));
			const answer = listOrSend(context, format, `metrics-${modelId}`, metrics);
			return 'file' in answer ? (answer.file as never) : context.json(answer.list, 200);
		},
	);

	api.openapi(
		createRoute({
			method: 'post',
			path: '/models/{model}/promote',
			summary: 'Makes a version the active one: what its name stands for from then on.',
			...needs('lead'),
			request: { params: modelParams, headers: keyHeader },
			responses: answers(model, 'The model, active.'),
		}),
		async (context) => {
			const { actor } = context.get('identity');
			const { model_id: modelId } = await getModel(store, context.req.valid('param').model);
			const promoted = await promoteModel(store, modelId, { reason: 'hand', actor });
			await logAccess(store, actor, 'model_promoted', { model: promoted.name, version: promoted.version });
			return context.json(presentModel(promoted), 200);
		},
	);

	api.openapi(
		createRoute({
			method: 'post',
			path: '/models/{model}/rollback',
			summary: 'Makes the version active again that was before the last promotion of the name.',
			...needs('lead'),
			request: { params: modelParams, headers: keyHeader },
			responses: answers(model, 'The model that is active now.'),
		}),
		async (context) => {
			const { actor } = context.get('identity');
			const { name } = await getModel(store, context.req.valid('param').model);
			const active = await rollBackModel(store, name, { actor });
			await logAccess(store, actor, 'model_rolled_back', { model: name, version: active.version });
			return context.json(presentModel(active), 200);
		},
	);
}

function presentMetric({ metric, part, value, floor, ceiling, note }: ModelMetric): ModelMetricBody {
	return { metric, part, value, floor, ceiling, note };
}
