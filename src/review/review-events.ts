import { createHash, randomBytes } from 'node:crypto';
import type { ReviewEvent, ReviewEventKind } from '../store/review-database.ts';
import { lockReviewLog } from '../store/row-locks.ts';
import type { StoreTransaction } from '../store/store.ts';

/** `prev_sha256` of the first event. */
export const CHAIN_START = '0'.repeat(64);

/** Rows of one insert; SQLite takes at most 32,766 parameters. */
const EVENTS_PER_INSERT = 500;

export interface NewReviewEvent {
	readonly itemId: number;
	readonly kind: ReviewEventKind;
	readonly actor: string;
	/** ISO 8601, UTC. */
	readonly at: string;
	/** The score that made an item or hit one; never a record's key or values, which must stay deletable. */
	readonly hit?: { readonly runId: string; readonly rowNumber: number };
	readonly before?: object;
	readonly after?: object;
	/** Free text: stored beside the event, which has only its hash. */
	readonly note?: string;
}

/**
 * Appends events to the log. Each carries a hash of itself and of the one before, so that no earlier
 * event can be changed, taken out or put in unnoticed. The caller adds one to `review_items.version` for
 * each event of an item: a log whose end was cut off is noticed by that.
 *
 * @returns their ids, without gaps.
 */
export async function appendReviewEvents(
	transaction: StoreTransaction,
	events: readonly NewReviewEvent[],
): Promise<number[]> {
	await lockReviewLog(transaction);
	const last = await transaction
		.selectFrom('review_events')
		.select(['event_id', 'row_sha256'])
		.orderBy('event_id', 'desc')
		.limit(1)
		.executeTakeFirst();
	let eventId = last?.event_id ?? 0;
	let previous = last?.row_sha256 ?? CHAIN_START;
	const notes: { event_id: number; item_id: number; note: string; salt: string }[] = [];
	const rows = events.map((event): ReviewEvent => {
		eventId += 1;
		let after = event.after;
		if (event.note !== undefined) {
			const salt = randomBytes(16).toString('hex');
			notes.push({ event_id: eventId, item_id: event.itemId, note: event.note, salt });
			after = { ...after, note_sha256: hashNote(event.note, salt) };
		}
		const unsigned = {
			event_id: eventId,
			item_id: event.itemId,
			kind: event.kind,
			actor: event.actor,
			at: event.at,
			run_id: event.hit?.runId ?? null,
			row_number: event.hit?.rowNumber ?? null,
			before_json: event.before === undefined ? null : JSON.stringify(event.before),
			after_json: after === undefined ? null : JSON.stringify(after),
			prev_sha256: previous,
		};
		previous = hashReviewEvent(unsigned);
		return { ...unsigned, row_sha256: previous };
	});
	for (let start = 0; start < rows.length; start += EVENTS_PER_INSERT) {
		await transaction
			.insertInto('review_events')
			.values(rows.slice(start, start + EVENTS_PER_INSERT))
			.execute();
	}
	for (let start = 0; start < notes.length; start += EVENTS_PER_INSERT) {
		await transaction
			.insertInto('review_notes')
			.values(notes.slice(start, start + EVENTS_PER_INSERT))
			.execute();
	}
	return rows.map((row) => row.event_id);
}

/** SHA-256 (hex) of the salt and the note. */
export function hashNote(note: string, salt: string): string {
	return createHash('sha256').update(`${salt}${note}`).digest('hex');
}

/** SHA-256 (hex) of the JSON array of all columns but the hash itself, in the order of the table. */
export function hashReviewEvent(event: Omit<ReviewEvent, 'row_sha256'>): string {
	const columns = [
		event.event_id,
		event.item_id,
		event.kind,
		event.actor,
		event.at,
		event.run_id,
		event.row_number,
		event.before_json,
		event.after_json,
		event.prev_sha256,
	];
	return createHash('sha256').update(JSON.stringify(columns)).digest('hex');
}
