import { createRoute, z } from '@hono/zod-openapi';
import { CounterfoilError } from '../../../contracts/errors.ts';
import { roleByQueue } from '../../access/queue-roles.ts';
import { seesPersonal } from '../../mask-cells.ts';
import { actionSchema, carryOutAction } from '../carry-out-action.ts';
import type { ConsoleApi, ConsoleServices } from '../console-services.ts';
import { describeItem, hiddenColumnsOf } from '../describe-item.ts';
import { answers, json, needs, PROBLEMS } from '../describe-route.ts';
import { itemDetail } from '../schemas.ts';

const itemParams = z.object({ itemId: z.coerce.number().int().min(1) });
const done = z
	.object({
		items: z.array(z.object({ itemId: z.number().int(), state: z.string(), version: z.number().int() })),
		events: z
			.object({ first: z.number().int(), last: z.number().int() })
			.nullable()
			.openapi({ description: 'To undo a decision with.' }),
		waiting: z.array(z.number().int()).openapi({ description: 'Items that wait for a second person.' }),
	})
	.openapi('ActionDone');
const changed = {
	412: { description: 'If-Match: the item has become another since.', content: PROBLEMS[409].content },
} as const;

/** One item, and what is done to items. */
export function addItemRoutes(api: ConsoleApi, services: ConsoleServices): void {
	const { store } = services.workspace;

	api.openapi(
		createRoute({
			method: 'get',
			path: '/queue/items/{itemId}',
			summary: 'Everything about an item; its ETag is its version.',
			...needs('viewer'),
			request: { params: itemParams },
			responses: answers(itemDetail, 'The item.'),
		}),
		async (context) => {
			const hidden = await hiddenColumnsOf(store);
			const roles = await roleByQueue(store, context.get('identity'));
			const item = await describeItem(store, context.req.valid('param').itemId, hidden, (...queue) =>
				seesPersonal(roles.named(...queue)),
			);
			context.header('ETag', `"${item.version}"`);
			return context.json(item, 200);
		},
	);

	api.openapi(
		createRoute({
			method: 'post',
			path: '/queue/items/{itemId}/actions',
			summary: 'Does something to an item: claims, decides, puts aside.',
			...needs('analyst', store),
			request: {
				params: itemParams,
				headers: z.object({
					'if-match': z.string().max(40).optional().openapi({ description: 'The ETag that the item was seen with.' }),
					'idempotency-key': z.string().max(200).optional(),
				}),
				body: json(actionSchema),
			},
			responses: { ...answers(done, 'The item as it is now.'), ...changed },
		}),
		async (context) => {
			const { itemId } = context.req.valid('param');
			const versions = expectedVersion(itemId, context.req.valid('header')['if-match']);
			const result = await carryOutAction(
				store,
				[itemId],
				context.req.valid('json'),
				context.get('identity'),
				versions,
			);
			const [item] = result.items;
			if (item !== undefined) context.header('ETag', `"${item.version}"`);
			return context.json(result, 200);
		},
	);

	api.openapi(
		createRoute({
			method: 'post',
			path: '/queue/actions',
			summary: 'Does the same to many items: to all of them or, if one cannot be, to none.',
			...needs('analyst', store),
			request: {
				headers: z.object({ 'idempotency-key': z.string().max(200).optional() }),
				body: json(
					z
						.strictObject({
							items: z
								.array(z.strictObject({ itemId: z.number().int().min(1), version: z.number().int().optional() }))
								.min(1)
								.max(1_000),
							action: actionSchema,
						})
						.openapi('BulkAction'),
				),
			},
			responses: { ...answers(done, 'The items as they are now.'), ...changed },
		}),
		async (context) => {
			const { items, action } = context.req.valid('json');
			const versions = new Map(
				items.flatMap(({ itemId, version }) => (version === undefined ? [] : [[itemId, version] as const])),
			);
			const ids = items.map(({ itemId }) => itemId);
			return context.json(await carryOutAction(store, ids, action, context.get('identity'), versions), 200);
		},
	);
}

/** @throws REQUEST_INVALID for what is no ETag of an item */
function expectedVersion(itemId: number, ifMatch: string | undefined): ReadonlyMap<number, number> {
	if (ifMatch === undefined || ifMatch === '*') return new Map();
	const version = /^"(\d{1,15})"$/.exec(ifMatch)?.[1];
	if (version !== undefined) return new Map([[itemId, Number(version)]]);
	throw new CounterfoilError('REQUEST_INVALID', 'If-Match is the ETag of an item: "3".', { where: 'if-match' });
}
