import { createRoute, z } from '@hono/zod-openapi';
import { sql } from 'kysely';
import { listRuns } from '../../../store/list-runs.ts';
import { listModels } from '../../../store/models.ts';
import type { Store } from '../../../store/store.ts';
import type { ConsoleApi, ConsoleServices } from '../console-services.ts';
import { answers, needs } from '../describe-route.ts';
import { forAWhile } from '../for-a-while.ts';
import { presentModel, presentRun } from '../present.ts';
import { model, run } from '../schemas.ts';

const count = z.number().int().min(0);
const overview = z
	.object({
		runs: z.array(run),
		models: z.array(model),
		latest: z
			.object({ runId: z.string(), datasetName: z.string(), scoredAt: z.string() })
			.nullable()
			.openapi({ description: 'The run whose scores are the latest.' }),
		queue: z.object({
			open: count,
			held: count.openapi({ description: 'By whoever asks.' }),
			overdue: count,
			escalated: count,
			oldestOpenedAt: z.string().nullable(),
			decidedToday: count,
		}),
		decisionsPerDay: z.array(z.object({ day: z.string(), fraud: count, legitimate: count, unsure: count })),
	})
	.openapi('Overview');
export type OverviewBody = z.infer<typeof overview>;

const DAYS = 14;
const DAY_MS = 86_400_000;
/** How long what everybody sees is not counted anew. */
const FRESH_MS = 1_000;

/** What there is to know at a glance. */
export function addOverviewRoutes(api: ConsoleApi, services: ConsoleServices): void {
	const { store } = services.workspace;
	const glance = forAWhile(() => look(store), FRESH_MS);

	api.openapi(
		createRoute({
			method: 'get',
			path: '/overview',
			summary: 'The last runs, the queue, the models at a glance.',
			...needs('viewer'),
			responses: answers(overview, 'At a glance.'),
		}),
		async (context) => {
			const held = await store.reader
				.selectFrom('review_items')
				.select((select) => select.fn.countAll<number>().as('items'))
				.where('assignee', '=', context.get('identity').actor)
				.where('state', '=', 'in_review')
				.executeTakeFirst();
			const { queue, ...rest } = await glance();
			return context.json({ ...rest, queue: { ...queue, held: Number(held?.items ?? 0) } }, 200);
		},
	);
}

/** What is the same for everybody. */
async function look(store: Store) {
	const { reader } = store;
	const now = new Date();
	const runs = await listRuns(store, { limit: 6 });
	const names = await reader.selectFrom('datasets').select(['dataset_id', 'name']).execute();
	const nameOf = (id: string | null) => names.find(({ dataset_id }) => dataset_id === id)?.name ?? null;
	const latest = (await listRuns(store, { limit: 50, status: 'succeeded' })).find(
		({ kind, dataset_id }) => (kind === 'pipeline' || kind === 'score') && dataset_id !== null,
	);
	const backlog = await reader.selectFrom('queue_backlog').selectAll().execute();
	const open = (state?: string) =>
		backlog
			.filter((row) => state === undefined || row.state === state)
			.reduce((sum, { items }) => sum + Number(items), 0);
	const overdue = await reader
		.selectFrom('review_items')
		.select((select) => select.fn.countAll<number>().as('items'))
		.where('state', '<>', 'decided')
		.where('due_at', '<', now.toISOString())
		.executeTakeFirst();
	const days = Array.from({ length: DAYS }, (_, i) =>
		new Date(now.getTime() - (DAYS - 1 - i) * DAY_MS).toISOString().slice(0, 10),
	);
	const decisions = await reader
		.selectFrom('review_items')
		.select((select) => [
			sql<string>`substr(closed_at, 1, 10)`.as('day'),
			'decision',
			select.fn.countAll<number>().as('items'),
		])
		.where('state', '=', sql.lit('decided'))
		.where('closed_at', '>=', days[0] as string)
		.groupBy([sql`1`, 'decision'])
		.execute();
	const decisionsPerDay = days.map((day) => {
		const how = (word: string) => Number(decisions.find((row) => row.day === day && row.decision === word)?.items ?? 0);
		return { day, fraud: how('fraud'), legitimate: how('legitimate'), unsure: how('unsure') };
	});
	const today = decisionsPerDay.at(-1);
	return {
		runs: runs.map((row) => presentRun(row, nameOf(row.dataset_id))),
		models: (await listModels(store, { limit: 5 })).map(presentModel),
		latest:
			latest === undefined
				? null
				: {
						runId: latest.run_id,
						datasetName: nameOf(latest.dataset_id) ?? '',
						scoredAt: latest.finished_at ?? latest.started_at,
					},
		queue: {
			open: open(),
			overdue: Number(overdue?.items ?? 0),
			escalated: open('escalated'),
			oldestOpenedAt: backlog.reduce<string | null>(
				(oldest, row) => (oldest === null || row.oldest_opened_at < oldest ? row.oldest_opened_at : oldest),
				null,
			),
			decidedToday: today === undefined ? 0 : today.fraud + today.legitimate + today.unsure,
		},
		decisionsPerDay,
	};
}
