import { CounterfoilError } from '../contracts/errors.ts';
import { findNearest } from '../contracts/find-nearest.ts';
import type { LabelWord, ReasonCode, ReviewItem } from '../store/review-database.ts';
import type { Store, StoreTransaction } from '../store/store.ts';
import { type ActedOn, actOnItems, type PlannedChange } from './act-on-items.ts';
import type { Actor } from './change-items.ts';
import { addReviewLabels } from './label-records.ts';
import { requireFree, UNHELD } from './leases.ts';

export interface DecideOptions extends Actor {
	readonly decision: LabelWord;
	/** A code of `reason_codes` that goes with the decision. */
	readonly reasonCode: string;
	/** What else there is to say. */
	readonly note?: string;
	/** Time spent on each item. @default since it was claimed, where the same person did and decides one item */
	readonly secondsSpent?: number;
	/** Labels every record that has hit the item, not only the one that it shows. @default false */
	readonly allHits?: boolean;
}

export interface Decided extends ActedOn {
	/** Items that now wait for a second person. */
	readonly waiting: number[];
}

/**
 * Decides items, all in one transaction; each decision becomes a label of the record. Where an item's amount asks for
 * four eyes, the first decision escalates it and a second person's decides.
 *
 * @throws ITEM_HELD if someone else holds one; ITEM_STATE if one is decided; SECOND_REVIEWER_NEEDED if the one who
 *   decided first would confirm it; NOT_FOUND for an item or a reason code.
 */
export async function decideItems(store: Store, itemIds: readonly number[], options: DecideOptions): Promise<Decided> {
	const { actor, decision, reasonCode, note, allHits = false } = options;
	await requireReasonCode(store, decision, reasonCode);
	const isSingle = new Set(itemIds).size === 1;
	const acted = await actOnItems(
		store,
		itemIds,
		options,
		async (item, at, transaction): Promise<PlannedChange> => {
			requireFree(item, actor, at);
			const seconds = options.secondsSpent ?? (isSingle ? await secondsSinceClaim(transaction, item, actor, at) : null);
			const facts = { seconds_spent: seconds };
			const words = note === undefined ? {} : { note };
			if (item.needs_second === 1 && item.proposed_by === null) {
				const proposed = { proposed_decision: decision, proposed_by: actor, escalated_by: actor };
				const set = { state: 'escalated', ...proposed, snoozed_until: null, ...UNHELD } as const;
				return { kind: 'escalated', set, facts: { ...facts, proposed_reason: reasonCode }, ...words };
			}
			if (item.needs_second === 1 && item.proposed_by === actor) throw secondReviewerNeeded(item);
			const set = {
				state: 'decided',
				decision,
				reason_code: reasonCode,
				decided_by: actor,
				closed_at: at,
				snoozed_until: null,
				...UNHELD,
			} as const;
			return { kind: 'decided', set, facts: { ...facts, decision }, ...words };
		},
		async (transaction, changes, at) => {
			const decided = changes.filter(({ kind }) => kind === 'decided').map(({ item }) => item);
			await addReviewLabels(transaction, decided, { label: decision, reasonCode, actor, at, allHits });
		},
	);
	return { ...acted, waiting: acted.items.filter(({ state }) => state === 'escalated').map(({ item_id }) => item_id) };
}

function secondReviewerNeeded(item: ReviewItem): CounterfoilError {
	return new CounterfoilError('SECOND_REVIEWER_NEEDED', 'Someone else must confirm what you decided.', {
		where: `item ${item.item_id}`,
		hint: `another person: counterfoil queue next --escalated`,
	});
}

/** The words for a reason, by decision and code. */
export async function listReasonCodes(store: Store): Promise<ReasonCode[]> {
	return await store.reader.selectFrom('reason_codes').selectAll().orderBy('decision').orderBy('code').execute();
}

/** Adds a word for a reason, or changes what one means. @throws USAGE for a code that is not one lower-case word */
export async function putReasonCode(
	store: Store,
	reason: Omit<ReasonCode, 'is_retired'> & { readonly isRetired?: boolean },
): Promise<void> {
	if (!/^[a-z][a-z0-9_]{0,39}$/.test(reason.code)) {
		throw new CounterfoilError('USAGE', 'A reason code is one word of lower-case letters, digits and underscores.', {
			where: `reason ${reason.code}`,
		});
	}
	const { code, decision, description, isRetired = false } = reason;
	const values = { decision, description, is_retired: isRetired ? (1 as const) : (0 as const) };
	await store.writer
		.insertInto('reason_codes')
		.values({ code, ...values })
		.onConflict((conflict) => conflict.column('code').doUpdateSet(values))
		.execute();
}

async function requireReasonCode(store: Store, decision: LabelWord, code: string): Promise<void> {
	const codes = (await listReasonCodes(store)).filter((reason) => reason.is_retired === 0);
	const fitting = codes.filter((reason) => reason.decision === decision).map((reason) => reason.code);
	if (fitting.includes(code)) return;
	const other = codes.find((reason) => reason.code === code);
	const nearest = findNearest(code, fitting);
	throw new CounterfoilError(
		other === undefined ? 'NOT_FOUND' : 'USAGE',
		other === undefined ? 'There is no such reason code.' : `The reason is one for ${other.decision}.`,
		{
			where: `reason ${code}`,
			hint: nearest === null ? `for ${decision}: ${fitting.join(', ')}` : `did you mean ${nearest}?`,
		},
	);
}

/** Seconds since the same person claimed the item, or null if someone else holds it or nobody. */
async function secondsSinceClaim(
	transaction: StoreTransaction,
	item: ReviewItem,
	actor: string,
	at: string,
): Promise<number | null> {
	if (item.state !== 'in_review' || item.assignee !== actor) return null;
	const claim = await transaction
		.selectFrom('review_events')
		.select('at')
		.where('item_id', '=', item.item_id)
		.where('kind', 'in', ['claimed', 'assigned'])
		.orderBy('event_id', 'desc')
		.limit(1)
		.executeTakeFirst();
	return claim === undefined ? null : Math.round((Date.parse(at) - Date.parse(claim.at)) / 1000);
}
