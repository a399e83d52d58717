import type { ReviewEvent } from '../store/database.ts';
import type { Store } from '../store/store.ts';
import { CHAIN_START, hashReviewEvent } from './review-events.ts';

const EVENTS_PER_PAGE = 5_000;

export interface AuditResult {
	/** Events that are as they were written. */
	readonly events: number;
	/** Hash of the last of them: noted elsewhere, it proves later that everything up to here is unchanged. */
	readonly head: string;
	/** The first thing that is wrong, null if nothing is. */
	readonly problem: AuditProblem | null;
}

export interface AuditProblem {
	/** The first event that is not as it was written; null if events at the end are missing. */
	readonly eventId: number | null;
	/** The item that it is about, where that is known. */
	readonly itemId: number | null;
	readonly message: string;
}

/** Checks the hash chain of `review_events` and names the first event that was altered, added or removed. */
export async function verifyAudit(store: Store): Promise<AuditResult> {
	let events = 0;
	let head = CHAIN_START;
	let page: ReviewEvent[];
	do {
		page = await store.reader
			.selectFrom('review_events')
			.selectAll()
			.where('event_id', '>', events)
			.orderBy('event_id')
			.limit(EVENTS_PER_PAGE)
			.execute();
		for (const event of page) {
			const message = findFault(event, events + 1, head);
			if (message !== null) {
				return { events, head, problem: { eventId: event.event_id, itemId: event.item_id, message } };
			}
			events += 1;
			head = event.row_sha256;
		}
	} while (page.length === EVENTS_PER_PAGE);
	return { events, head, problem: await findCutOffEvents(store) };
}

function findFault(event: ReviewEvent, expectedId: number, previous: string): string | null {
	if (event.event_id !== expectedId) return `Event ${expectedId} is missing; the next is ${event.event_id}.`;
	if (hashReviewEvent(event) !== event.row_sha256) return `Event ${event.event_id} was altered.`;
	if (event.prev_sha256 !== previous) return `Event ${event.event_id} does not follow the one before it.`;
	return null;
}

/** Nothing follows the last events, but the version of an item counts how many it had. */
async function findCutOffEvents(store: Store): Promise<AuditProblem | null> {
	const item = await store.reader
		.selectFrom('review_items')
		.leftJoin('review_events', 'review_events.item_id', 'review_items.item_id')
		.select((select) => ['review_items.item_id', select.fn.count<number>('review_events.event_id').as('events')])
		.groupBy(['review_items.item_id', 'review_items.version'])
		.having((having) => having(having.fn.count('review_events.event_id'), '<>', having.ref('review_items.version')))
		.orderBy('review_items.item_id')
		.limit(1)
		.executeTakeFirst();
	if (item === undefined) return null;
	const message = `Item ${item.item_id} has ${item.events} events, which is not how often it was changed.`;
	return { eventId: null, itemId: item.item_id, message };
}
