import { createRoute, z } from '@hono/zod-openapi';
import { CounterfoilError } from '../../../contracts/errors.ts';
import { previewQueue } from '../../../review/preview-queue.ts';
import { getDataset } from '../../../store/datasets.ts';
import { getRun } from '../../../store/list-runs.ts';
import { listTopScores } from '../../../store/scores.ts';
import type { Store } from '../../../store/store.ts';
import { personalColumns, seesPersonal } from '../../mask-cells.ts';
import { pageFrom, readOrSend } from '../answer-list.ts';
import type { ConsoleApi, ConsoleServices } from '../console-services.ts';
import { decodeCursor, encodeCursor, pageQuery } from '../cursor.ts';
import { describeRecord } from '../describe-record.ts';
import { answers, answersPages, needs } from '../describe-route.ts';
import { createExplainer } from '../explainer.ts';
import { createHistograms } from '../histogram.ts';
import { presentScore } from '../present.ts';
import { explanation, histogram, recordDetail, type ScoredRow, scoredRow } from '../schemas.ts';

const runParams = z.object({ runId: z.string().min(1).max(100) });
const recordParams = runParams.extend({ row: z.coerce.number().int().min(1) });
const listQuery = pageQuery.extend({
	minScore: z.coerce.number().min(0).max(1).optional(),
	maxScore: z.coerce.number().min(0).max(1).optional().openapi({ description: 'Below this score.' }),
	alerts: z
		.enum(['true', 'false'])
		.optional()
		.openapi({ description: 'Only those that the run made alerts, or the others.' }),
	column: z.string().max(500).optional().openapi({ description: 'Only those whose largest reason is this column.' }),
});
const position = z.tuple([z.number(), z.number(), z.number()]);
/** Rows that are looked through for those that a filter lets pass, before a page is ended without more of them. */
const LOOKED_THROUGH = 5_000;
/** Records whose labels are looked up for a threshold. */
const MOST_PREVIEWED = 2_000;

/** What was scored. */
export function addScoreRoutes(api: ConsoleApi, services: ConsoleServices): void {
	const { workspace } = services;
	const { store } = workspace;
	const histograms = createHistograms(workspace);
	const explain = createExplainer(workspace);

	async function hiddenFor(
		role: Parameters<typeof seesPersonal>[0],
		datasetId: string | null,
	): Promise<ReadonlySet<string>> {
		if (datasetId === null || seesPersonal(role)) return new Set();
		return personalColumns(await getDataset(store, datasetId));
	}

	api.openapi(
		createRoute({
			method: 'get',
			path: '/runs/{runId}/scores',
			summary: 'The records that a run scored, most anomalous first.',
			...needs('viewer'),
			request: { params: runParams, query: listQuery },
			responses: answersPages(
				scoredRow,
				'A page of scores with their records; one with a filter can be short, and has a `next` then.',
			),
		}),
		async (context) => {
			const query = context.req.valid('query');
			const { run_id: runId, dataset_id: datasetId } = await getRun(store, context.req.valid('param').runId);
			const hidden = await hiddenFor(context.get('identity').role, datasetId);
			const { minScore, maxScore, alerts, column } = query;
			const isMeant = (row: ScoredRow) =>
				(alerts === undefined || row.isAlert === (alerts === 'true')) &&
				(column === undefined || row.reasons[0]?.column === column);
			const isFiltered = alerts !== undefined || column !== undefined;
			const answer = await readOrSend<ScoredRow>(context, query, `scores-${runId}`, async ({ cursor, limit }) => {
				const after = decodeCursor(cursor, position);
				const found: ScoredRow[] = [];
				let from = after === undefined ? undefined : { score: after[0], surprise: after[1], row_number: after[2] };
				for (let looked = 0; ; ) {
					const size = isFiltered ? 500 : limit + 1;
					const rows = await listTopScores(store, runId, {
						limit: size,
						...(from === undefined ? {} : { after: from }),
						...(minScore === undefined ? {} : { minScore }),
						...(maxScore === undefined ? {} : { maxScore }),
					});
					found.push(...rows.map((row) => presentScore(row, hidden)).filter(isMeant));
					looked += rows.length;
					const last = rows.at(-1);
					if (last !== undefined) from = last;
					if (found.length > limit || !isFiltered || rows.length < size) break;
					// What was looked through need not be looked through again.
					if (looked >= LOOKED_THROUGH && last !== undefined) {
						return { items: found, next: encodeCursor([last.score, last.surprise, last.row_number]) };
					}
				}
				return pageFrom(found, limit, (row) => encodeCursor([row.score, row.surprise, row.rowNumber]));
			});
			return 'file' in answer ? (answer.file as never) : context.json(answer.page, 200);
		},
	);

	api.openapi(
		createRoute({
			method: 'get',
			path: '/runs/{runId}/histogram',
			summary: 'How the scores of a run are spread, and what the highest have in common.',
			...needs('viewer'),
			request: { params: runParams },
			responses: answers(histogram, 'The spread.'),
		}),
		async (context) => context.json(await histograms.of(context.req.valid('param').runId), 200),
	);

	api.openapi(
		createRoute({
			method: 'get',
			path: '/runs/{runId}/threshold',
			summary: 'What a threshold would bring into the queue, without doing it.',
			...needs('viewer'),
			request: { params: runParams, query: z.object({ score: z.coerce.number().min(0).max(1) }) },
			responses: answers(
				z
					.object({
						alerts: z.number(),
						labelled: z.number(),
						fraud: z.number(),
						expectedPrecision: z.number().nullable(),
						covered: z.number(),
						isTooMany: z
							.boolean()
							.openapi({ description: 'More records than are looked at one by one; only `alerts` is told.' }),
					})
					.openapi('ThresholdPreview'),
				'Alerts, and as far as labels tell the precision to expect.',
			),
		}),
		async (context) => {
			const { score } = context.req.valid('query');
			const { run_id: runId, dataset_id: datasetId } = await getRun(store, context.req.valid('param').runId);
			const alerts = await histograms.countFrom(runId, score);
			const isTooMany = alerts > MOST_PREVIEWED;
			if (isTooMany || !(await hasLabels(store, datasetId))) {
				return context.json({ alerts, labelled: 0, fraud: 0, expectedPrecision: null, covered: 0, isTooMany }, 200);
			}
			const [preview] = await previewQueue(store, { runId, scoreThreshold: score });
			if (preview === undefined) throw new CounterfoilError('INTERNAL', 'no preview of one rule');
			const { labelled, fraud, expectedPrecision, covered } = preview;
			return context.json({ alerts, labelled, fraud, expectedPrecision, covered, isTooMany: false }, 200);
		},
	);

	api.openapi(
		createRoute({
			method: 'get',
			path: '/runs/{runId}/records/{row}',
			summary: 'One scored record with its past.',
			...needs('viewer'),
			request: { params: recordParams },
			responses: answers(recordDetail, 'The record.'),
		}),
		async (context) => {
			const { runId, row } = context.req.valid('param');
			const { run_id: id, dataset_id: datasetId } = await getRun(store, runId);
			const hidden = await hiddenFor(context.get('identity').role, datasetId);
			return context.json(await describeRecord(store, id, row, hidden), 200);
		},
	);

	api.openapi(
		createRoute({
			method: 'get',
			path: '/runs/{runId}/records/{row}/explanation',
			summary: 'Why a record has its score, in full; worked out anew where only the cheap reasons are stored.',
			...needs('analyst'),
			request: { params: recordParams },
			responses: answers(explanation, 'All reasons, and the nearest normal record.'),
		}),
		async (context) => {
			const { runId, row } = context.req.valid('param');
			return context.json(await explain(runId, row, context.req.raw.signal), 200);
		},
	);
}

async function hasLabels(store: Store, datasetId: string | null): Promise<boolean> {
	if (datasetId === null) return false;
	const label = await store.reader
		.selectFrom('labels')
		.innerJoin('datasets', 'datasets.name', 'labels.dataset_name')
		.select('label_id')
		.where('dataset_id', '=', datasetId)
		.limit(1)
		.executeTakeFirst();
	return label !== undefined;
}
