import { z } from '@hono/zod-openapi';
import type { ActedOn } from '../../review/act-on-items.ts';
import { claimItems, releaseItems } from '../../review/claim-items.ts';
import { decideItems } from '../../review/decide-items.ts';
import { escalateItems, noteItems, reopenItems, snoozeItems } from '../../review/move-items.ts';
import type { Store } from '../../store/store.ts';
import { requireForItems } from '../access/queue-roles.ts';
import type { Identity } from '../access/sessions.ts';

const words = z.string().trim().min(1).max(4_000);

/** What can be done to items. */
export const actionSchema = z
	.discriminatedUnion('action', [
		z.strictObject({ action: z.literal('claim') }),
		z.strictObject({ action: z.literal('release') }),
		z.strictObject({
			action: z.literal('decide'),
			decision: z.enum(['fraud', 'legitimate', 'unsure']),
			reasonCode: z.string().max(40),
			note: words.optional(),
			secondsSpent: z.number().min(0).max(86_400).optional(),
			allHits: z.boolean().optional(),
		}),
		z.strictObject({ action: z.literal('snooze'), until: z.iso.datetime(), note: words.optional() }),
		z.strictObject({ action: z.literal('escalate'), reason: words }),
		z.strictObject({ action: z.literal('note'), note: words }),
		z.strictObject({ action: z.literal('reopen'), reason: words }),
	])
	.openapi('Action');
export type Action = z.infer<typeof actionSchema>;

/** @throws ITEM_HELD, ITEM_STATE, ITEM_CHANGED, SECOND_REVIEWER_NEEDED, NOT_FOUND, NOT_ALLOWED */
export async function carryOutAction(
	store: Store,
	itemIds: readonly number[],
	action: Action,
	identity: Identity,
	versions: ReadonlyMap<number, number>,
) {
	await requireForItems(store, identity, itemIds, action.action === 'reopen' ? 'lead' : 'analyst');
	const done = await act(store, itemIds, action, { actor: identity.actor, versions });
	return {
		items: done.items.map(({ item_id, state, version }) => ({ itemId: item_id, state, version })),
		events: done.events,
		waiting: 'waiting' in done ? done.waiting : [],
	};
}

type By = { readonly actor: string; readonly versions: ReadonlyMap<number, number> };

async function act(
	store: Store,
	ids: readonly number[],
	action: Action,
	by: By,
): Promise<ActedOn & { readonly waiting?: number[] }> {
	const note = 'note' in action && action.note !== undefined ? { note: action.note } : {};
	switch (action.action) {
		case 'claim':
			return await claimItems(store, ids, by);
		case 'release':
			return await releaseItems(store, ids, by);
		case 'snooze':
			return await snoozeItems(store, ids, { ...by, ...note, until: new Date(action.until) });
		case 'escalate':
			return await escalateItems(store, ids, { ...by, reason: action.reason });
		case 'note':
			return await noteItems(store, ids, { ...by, note: action.note });
		case 'reopen':
			return await reopenItems(store, ids, { ...by, reason: action.reason });
		case 'decide': {
			const { decision, reasonCode, secondsSpent, allHits } = action;
			return await decideItems(store, ids, {
				...by,
				...note,
				decision,
				reasonCode,
				...(secondsSpent === undefined ? {} : { secondsSpent }),
				...(allHits === undefined ? {} : { allHits }),
			});
		}
	}
}
