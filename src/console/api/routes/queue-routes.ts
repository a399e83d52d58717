import { createRoute, z } from '@hono/zod-openapi';
import { CounterfoilError } from '../../../contracts/errors.ts';
import { claimNext } from '../../../review/claim-items.ts';
import { listReasonCodes } from '../../../review/decide-items.ts';
import { findQueues } from '../../../review/find-queues.ts';
import { type ListQueueOptions, listQueue, type QueueEntry } from '../../../review/list-queue.ts';
import { describeRule } from '../../../review/preview-queue.ts';
import { readQueueStats } from '../../../review/queue-stats.ts';
import { setQueue } from '../../../review/set-queue.ts';
import { undoDecisions } from '../../../review/undo-decisions.ts';
import { logAccess } from '../../access/access-log.ts';
import { requireForItems, requireIn, roleByQueue } from '../../access/queue-roles.ts';
import { reaches } from '../../access/roles.ts';
import { MASK, seesPersonal } from '../../mask-cells.ts';
import { pageFrom, readOrSend } from '../answer-list.ts';
import type { ConsoleApi, ConsoleServices } from '../console-services.ts';
import { decodeCursor, encodeCursor, pageQuery } from '../cursor.ts';
import { hiddenColumnsOf, listDecided, presentEntry } from '../describe-item.ts';
import { answers, answersPages, json, needs } from '../describe-route.ts';
import { type QueueItem, queue, queueItem } from '../schemas.ts';

const listQuery = pageQuery.extend({
	queue: z.string().max(200).optional(),
	dataset: z.string().max(200).optional(),
	state: z.enum(['new', 'in_review', 'snoozed', 'escalated', 'decided']).optional(),
	mine: z.literal('true').optional().openapi({ description: 'Only what whoever asks holds.' }),
	overdue: z.literal('true').optional(),
	entity: z.string().max(500).optional(),
});
const openPosition = z.tuple([z.number(), z.number()]);
const decidedPosition = z.tuple([z.string(), z.number()]);
const jsonValue = z.json();
const statistics = z.record(z.string(), jsonValue).openapi('QueueStats', { type: 'object' });
type JsonValue = z.infer<typeof jsonValue>;

/** What is to be reviewed. */
export function addQueueRoutes(api: ConsoleApi, services: ConsoleServices): void {
	const { store } = services.workspace;

	api.openapi(
		createRoute({
			method: 'get',
			path: '/queue/items',
			summary: 'Items of the review queues: open ones by priority, decided ones latest first.',
			...needs('viewer'),
			request: { query: listQuery },
			responses: answersPages(queueItem, 'A page of items.'),
		}),
		async (context) => {
			const query = context.req.valid('query');
			const { actor } = context.get('identity');
			const hidden = await hiddenColumnsOf(store);
			const roles = await roleByQueue(store, context.get('identity'));
			const present = (row: Parameters<typeof presentEntry>[0]) =>
				presentEntry(row, hidden, (...queue) => seesPersonal(roles.named(...queue)));
			const which: ListQueueOptions = {
				...(query.queue === undefined ? {} : { queueName: query.queue }),
				...(query.dataset === undefined ? {} : { datasetName: query.dataset }),
			};
			const answer = await readOrSend<QueueItem>(context, query, 'queue', async ({ cursor, limit }) => {
				if (query.state === 'decided') {
					const before = decodeCursor(cursor, decidedPosition);
					const rows = await listDecided(store, {
						...which,
						limit: limit + 1,
						...(before === undefined ? {} : { before: { closedAt: before[0], itemId: before[1] } }),
					});
					const page = pageFrom(rows, limit, (row) => encodeCursor([row.closed_at, row.item_id]));
					return { ...page, items: page.items.map(present) };
				}
				const { state } = query;
				const from = decodeCursor(cursor, openPosition);
				const after = from === undefined ? undefined : { priority: from[0], item_id: from[1] };
				const read = async (behind: typeof after) =>
					await listQueue(store, {
						...which,
						limit: limit + 1,
						...(state === undefined ? {} : { state }),
						...(query.mine === undefined ? {} : { assignee: actor }),
						...(query.overdue === undefined ? {} : { dueBefore: new Date() }),
						...(query.entity === undefined ? {} : { entityKey: query.entity }),
						...(behind === undefined ? {} : { after: behind }),
					});
				// What is hidden cannot be found out by asking for it either, nor by whether there would be more.
				const isTold = (row: QueueEntry) => query.entity === undefined || present(row).entityKey !== MASK;
				let rows = await read(after);
				const told = rows.filter(isTold);
				while (told.length <= limit && rows.length > limit) {
					rows = await read(rows.at(-1));
					told.push(...rows.filter(isTold));
				}
				const page = pageFrom(told, limit, (row) => encodeCursor([row.priority, row.item_id]));
				return { ...page, items: page.items.map(present) };
			});
			return 'file' in answer ? (answer.file as never) : context.json(answer.page, 200);
		},
	);

	api.openapi(
		createRoute({
			method: 'get',
			path: '/queues',
			summary: 'The queues, with how much waits in them.',
			...needs('viewer'),
			responses: answers(z.object({ items: z.array(queue) }), 'All queues.'),
		}),
		async (context) => {
			const queues = await findQueues(store);
			const backlog = await store.reader.selectFrom('queue_backlog').selectAll().execute();
			const now = new Date().toISOString();
			const overdue = await store.reader
				.selectFrom('review_items')
				.select((select) => ['queue_id', select.fn.countAll<number>().as('items')])
				.where('state', '<>', 'decided')
				.where('due_at', '<', now)
				.groupBy('queue_id')
				.execute();
			const roles = await roleByQueue(store, context.get('identity'));
			const items = queues.map((row) => ({
				queueId: row.queue_id,
				role: roles.in(row.queue_id),
				name: row.name,
				datasetName: row.dataset_name,
				rule: describeRule(row),
				leaseMinutes: row.lease_minutes,
				dueHours: row.due_hours,
				open: Object.fromEntries(
					backlog
						.filter(({ dataset_name, queue_name }) => dataset_name === row.dataset_name && queue_name === row.name)
						.map(({ state, items }) => [state, Number(items)]),
				),
				overdue: Number(overdue.find(({ queue_id }) => queue_id === row.queue_id)?.items ?? 0),
			}));
			return context.json({ items }, 200);
		},
	);

	api.openapi(
		createRoute({
			method: 'put',
			path: '/queues/rule',
			summary: 'Changes which records come into a queue from the next run on.',
			...needs('lead', store),
			request: {
				body: json(
					z
						.strictObject({
							dataset: z.string().max(200),
							queue: z.string().max(200).default('default'),
							alertBudget: z.number().int().min(1).max(1_000_000).optional(),
							scoreThreshold: z.number().min(0).max(1).optional(),
						})
						.openapi('QueueRule'),
				),
			},
			responses: answers(z.object({ rule: z.string() }), 'The rule in words.'),
		}),
		async (context) => {
			const { dataset, queue: queueName, alertBudget, scoreThreshold } = context.req.valid('json');
			const { actor, role } = context.get('identity');
			const [existing] = (await findQueues(store)).filter(
				(row) => row.dataset_name === dataset && row.name === queueName,
			);
			if (existing !== undefined) {
				requireIn(await roleByQueue(store, context.get('identity')), existing.queue_id, queueName, 'lead');
			} else if (!reaches(role, 'lead')) {
				throw new CounterfoilError('NOT_ALLOWED', `To make a queue takes the role lead; yours is ${role}.`);
			}
			const changed = await setQueue(store, {
				datasetName: dataset,
				queueName,
				actor,
				...(alertBudget === undefined ? {} : { alertBudget }),
				...(scoreThreshold === undefined ? {} : { scoreThreshold }),
			});
			const rule = describeRule(changed);
			await logAccess(store, actor, 'queue_changed', { dataset, queue: queueName, rule });
			return context.json({ rule }, 200);
		},
	);

	api.openapi(
		createRoute({
			method: 'get',
			path: '/queue/reasons',
			summary: 'The words for why something was decided.',
			...needs('viewer'),
			responses: answers(
				z.object({
					items: z.array(
						z.object({
							code: z.string(),
							decision: z.enum(['fraud', 'legitimate', 'unsure']),
							description: z.string(),
						}),
					),
				}),
				'Those that are in use.',
			),
		}),
		async (context) => {
			const codes = (await listReasonCodes(store)).filter(({ is_retired }) => is_retired === 0);
			return context.json(
				{ items: codes.map(({ code, decision, description }) => ({ code, decision, description })) },
				200,
			);
		},
	);

	api.openapi(
		createRoute({
			method: 'get',
			path: '/queue/stats',
			summary: 'How the work in the queues goes.',
			...needs('viewer'),
			request: { query: z.object({ days: z.coerce.number().int().min(1).max(365).default(14) }) },
			responses: answers(statistics, 'Backlog, alerts a day, decisions, agreement, what alerts miss.'),
		}),
		async (context) => {
			const stats = await readQueueStats(store, { days: context.req.valid('query').days, withPrecision: false });
			return context.json(structuredClone(stats) as unknown as Record<string, JsonValue>, 200);
		},
	);

	api.openapi(
		createRoute({
			method: 'post',
			path: '/queue/claim-next',
			summary: 'Claims the most urgent items that are free.',
			...needs('analyst', store),
			request: {
				body: json(
					z
						.strictObject({
							count: z.number().int().min(1).max(100).default(1),
							queue: z.string().max(200).optional(),
							dataset: z.string().max(200).optional(),
							escalated: z.boolean().default(false),
						})
						.openapi('ClaimNext'),
				),
			},
			responses: answers(
				z.object({ itemIds: z.array(z.number().int()) }),
				'What was claimed; empty where nothing is free.',
			),
		}),
		async (context) => {
			const { count, queue: queueName, dataset, escalated } = context.req.valid('json');
			const roles = await roleByQueue(store, context.get('identity'));
			const items = await claimNext(store, {
				actor: context.get('identity').actor,
				isOpen: (queueId) => reaches(roles.in(queueId), 'analyst'),
				count,
				escalated,
				...(queueName === undefined ? {} : { queueName }),
				...(dataset === undefined ? {} : { datasetName: dataset }),
			});
			return context.json({ itemIds: items.map(({ item_id }) => item_id) }, 200);
		},
	);

	api.openapi(
		createRoute({
			method: 'post',
			path: '/queue/undo',
			summary: 'Takes back decisions of whoever asks that were made together.',
			...needs('analyst', store),
			request: {
				body: json(
					z
						.strictObject({
							events: z
								.strictObject({ first: z.number().int(), last: z.number().int() })
								.optional()
								.openapi({ description: 'As the decision told them; without, the last.' }),
						})
						.openapi('Undo'),
				),
			},
			responses: answers(z.object({ itemIds: z.array(z.number().int()) }), 'The items, free again.'),
		}),
		async (context) => {
			const { events } = context.req.valid('json');
			const identity = context.get('identity');
			const { items } = await undoDecisions(store, {
				actor: identity.actor,
				mayUndo: (itemIds) => requireForItems(store, identity, itemIds, 'analyst'),
				...(events === undefined ? {} : { events }),
			});
			return context.json({ itemIds: items.map(({ item_id }) => item_id) }, 200);
		},
	);
}
