import { CounterfoilError } from '../contracts/errors.ts';
import type { LabelWord, ReviewEvent, ReviewItem } from '../store/review-database.ts';
import type { Store } from '../store/store.ts';
import { type ActedOn, actOnItems } from './act-on-items.ts';
import { type Actor, type ItemChange, wrongState } from './change-items.ts';
import { retractReviewLabels } from './label-records.ts';
import { requireAlone } from './move-items.ts';

export interface UndoOptions extends Actor {
	/** Ids of the events of the decisions, as `decideItems` told them. @default the last that the actor made */
	readonly events?: { readonly first: number; readonly last: number };
	readonly note?: string;
	/** Asked with the items before anything is taken back; throws where the actor may not. */
	readonly mayUndo?: (itemIds: readonly number[]) => Promise<void>;
}

/** What does not hold any more. */
export interface UndoneDecision {
	readonly decision: LabelWord;
	readonly reason: string | null;
	readonly at: string;
	readonly itemIds: readonly number[];
}

export interface Undone extends ActedOn {
	readonly undone: readonly UndoneDecision[];
}

/**
 * Takes back decisions that were made together: the items are what they were before, free for everybody, and the
 * labels do not count any more. Both stay in the log.
 *
 * @throws NOT_FOUND if there is no such decision of the actor; ITEM_STATE if something has been done to an item since.
 */
export async function undoDecisions(store: Store, options: UndoOptions): Promise<Undone> {
	const decisions = await findDecisions(store, options);
	const byItem = new Map(decisions.map((event) => [event.item_id, event]));
	const { actor } = options;
	await options.mayUndo?.([...byItem.keys()]);
	const acted = await actOnItems(
		store,
		[...byItem.keys()],
		options,
		async (item, _at, transaction) => {
			const decision = byItem.get(item.item_id) as ReviewEvent;
			const last = await transaction
				.selectFrom('review_events')
				.select((select) => select.fn.max('event_id').as('event_id'))
				.where('item_id', '=', item.item_id)
				.executeTakeFirstOrThrow();
			if (last.event_id !== decision.event_id) throw wrongState(item, 'something was done to it since');
			await requireAlone(transaction, item);
			const words = options.note === undefined ? {} : { note: options.note };
			return { kind: 'undone', set: undone(item, decision), facts: { undoes_event: decision.event_id }, ...words };
		},
		async (transaction, changes, at) => {
			await retractReviewLabels(
				transaction,
				changes.map(({ item }) => item),
				{ actor, at },
			);
		},
	);
	return { ...acted, undone: tellDecisions(decisions) };
}

/** Decisions with the same words, made at the same time, together. */
function tellDecisions(decisions: readonly ReviewEvent[]): UndoneDecision[] {
	const told = new Map<string, UndoneDecision & { readonly itemIds: number[] }>();
	for (const { item_id, at, after_json } of decisions) {
		const after = JSON.parse(after_json ?? '{}') as Readonly<Record<string, string | undefined>>;
		const decision = (after.decision ?? after.proposed_decision) as LabelWord;
		const reason = after.reason_code ?? after.proposed_reason ?? null;
		const name = JSON.stringify([decision, reason, at]);
		const known = told.get(name);
		if (known === undefined) told.set(name, { decision, reason, at, itemIds: [item_id] });
		else known.itemIds.push(item_id);
	}
	return [...told.values()];
}

/** What the item was before, but that nobody holds it. */
function undone(item: ReviewItem, decision: ReviewEvent): NonNullable<ItemChange['set']> {
	const before = JSON.parse(decision.before_json as string) as Partial<ReviewItem>;
	const { lease_expires_at: _lease, assignee: _assignee, snoozed_until: _until, ...columns } = before;
	const wasEscalated = before.escalated_by === undefined ? item.escalated_by !== null : before.escalated_by !== null;
	return { ...columns, state: wasEscalated ? 'escalated' : 'new' };
}

async function findDecisions(store: Store, { actor, events }: UndoOptions): Promise<ReviewEvent[]> {
	const decisions = store.reader
		.selectFrom('review_events')
		.selectAll()
		.where('actor', '=', actor)
		.where('kind', 'in', ['decided', 'escalated']);
	const isDecision = (event: ReviewEvent) =>
		event.kind === 'decided' || /"proposed_decision"/.test(event.after_json ?? '');
	if (events !== undefined) {
		const { first, last } = events;
		const named = await decisions.where('event_id', '>=', first).where('event_id', '<=', last).execute();
		if (named.length === last - first + 1 && named.every(isDecision)) return named;
		throw nothingToUndo(`events ${first} to ${last}`);
	}
	const latest = (await decisions.orderBy('event_id', 'desc').limit(100).execute()).find(isDecision);
	if (latest === undefined) throw nothingToUndo(actor);
	return (await decisions.where('at', '=', latest.at).execute()).filter(isDecision);
}

function nothingToUndo(where: string): CounterfoilError {
	return new CounterfoilError('NOT_FOUND', 'There is no decision of yours to undo.', {
		where,
		hint: 'counterfoil queue reopen ITEM --reason "..." brings back what someone else decided.',
	});
}
