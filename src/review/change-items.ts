import { CounterfoilError } from '../contracts/errors.ts';
import type { ReviewEventKind, ReviewItem, ReviewItemUpdate } from '../store/review-database.ts';
import type { StoreTransaction } from '../store/store.ts';
import { appendReviewEvents, type NewReviewEvent } from './review-events.ts';
import { canBecome } from './states.ts';

/** What happens to an item. */
export interface ItemChange {
	readonly item: ReviewItem;
	readonly kind: ReviewEventKind;
	/** Columns that become something else; the version counts by itself. */
	readonly set?: Omit<ReviewItemUpdate, 'item_id' | 'version' | 'record_key' | 'entity_key'>;
	/** Further facts for the event: seconds spent, a reason code. Never a record's key or values. */
	readonly facts?: Readonly<Record<string, string | number | null>>;
	/** Free text, kept apart from the event so that it can be removed. */
	readonly note?: string;
}

export interface Actor {
	/** Who does it. */
	readonly actor: string;
	/** @default now */
	readonly now?: Date;
	/** Versions that items must have, by id; what has become another since is left alone. @default any */
	readonly versions?: ReadonlyMap<number, number>;
}

/**
 * Changes items and appends an event for each, all or none. The event has what the changed columns were and are.
 *
 * @returns ids of the events, one for each change and without gaps.
 * @throws ITEM_STATE if a state cannot follow the one before, or someone else changed an item meanwhile.
 */
export async function changeItems(
	transaction: StoreTransaction,
	changes: readonly ItemChange[],
	{ actor, at }: { readonly actor: string; readonly at: string },
): Promise<number[]> {
	const events = changes.map(({ item, kind, set = {}, facts = {}, note }): NewReviewEvent => {
		const to = set.state ?? item.state;
		if (!canBecome(item.state, to)) throw wrongState(item, `cannot become ${sayState(to)}`);
		const names = Object.keys(set) as (keyof typeof set)[];
		const changed = names.filter((name) => item[name] !== set[name]);
		const before = Object.fromEntries(changed.map((name) => [name, item[name]]));
		const after = { ...Object.fromEntries(changed.map((name) => [name, set[name]])), ...facts };
		return {
			itemId: item.item_id,
			kind,
			actor,
			at,
			...(changed.length === 0 ? {} : { before }),
			...(Object.keys(after).length === 0 ? {} : { after }),
			...(note === undefined || note === '' ? {} : { note }),
		};
	});
	const isDecided = ({ item }: ItemChange): boolean => item.state === 'decided';
	// Others who append wait from the first event to the end of the transaction, so the events come late.
	await updateItems(
		transaction,
		changes.filter((change) => !isDecided(change)),
	);
	const ids = await appendReviewEvents(transaction, events);
	// The database lets a decided item come back only if an event says why.
	await updateItems(transaction, changes.filter(isDecided));
	return ids;
}

async function updateItems(transaction: StoreTransaction, changes: readonly ItemChange[]): Promise<void> {
	for (const { item, set = {} } of changes) {
		const { numUpdatedRows } = await transaction
			.updateTable('review_items')
			.set({ ...set, version: item.version + 1 })
			.where('item_id', '=', item.item_id)
			.where('version', '=', item.version)
			.executeTakeFirst();
		if (numUpdatedRows !== 1n) throw wrongState(item, 'was changed by someone else meanwhile');
	}
}

export function wrongState(item: Pick<ReviewItem, 'item_id' | 'state'>, what: string, hint?: string): CounterfoilError {
	return new CounterfoilError('ITEM_STATE', `The item is ${sayState(item.state)} and ${what}.`, {
		where: `item ${item.item_id}`,
		hint: hint ?? `counterfoil queue show ${item.item_id} tells what happened to it.`,
	});
}

function sayState(state: string): string {
	return state.replace('_', ' ');
}
