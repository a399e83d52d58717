import { createHash, randomBytes } from 'node:crypto';
import { appendLinks, type ReviewLink } from '../store/review-chain.ts';
import type { ReviewEventKind } from '../store/review-database.ts';
import type { StoreTransaction } from '../store/store.ts';

/** Rows of one insert; SQLite takes at most 32,766 parameters. */
const NOTES_PER_INSERT = 500;

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
	if (events.length === 0) return [];
	const notes: { place: number; item_id: number; note: string; salt: string }[] = [];
	const links = events.map((event, place): ReviewLink => {
		let after = event.after;
		if (event.note !== undefined) {
			const salt = randomBytes(16).toString('hex');
			notes.push({ place, item_id: event.itemId, note: event.note, salt });
			after = { ...after, note_sha256: hashNote(event.note, salt) };
		}
		return {
			item_id: event.itemId,
			kind: event.kind,
			actor: event.actor,
			at: event.at,
			run_id: event.hit?.runId ?? null,
			row_number: event.hit?.rowNumber ?? null,
			before_json: event.before === undefined ? null : JSON.stringify(event.before),
			after_json: after === undefined ? null : JSON.stringify(after),
		};
	});
	const first = (await appendLinks(transaction, links)) - links.length + 1;
	const rows = notes.map(({ place, ...note }) => ({ ...note, event_id: first + place }));
	for (let start = 0; start < rows.length; start += NOTES_PER_INSERT) {
		await transaction
			.insertInto('review_notes')
			.values(rows.slice(start, start + NOTES_PER_INSERT))
			.execute();
	}
	return links.map((_, place) => first + place);
}

/** SHA-256 (hex) of the salt and the note. */
export function hashNote(note: string, salt: string): string {
	return createHash('sha256').update(`${salt}${note}`).digest('hex');
}
