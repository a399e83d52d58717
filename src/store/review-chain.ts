import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { storable } from './postgres-connection.ts';
import type { ReviewEvent } from './review-database.ts';
import { isPostgres } from './row-locks.ts';
import type { StoreTransaction } from './store.ts';

/** `prev_sha256` of the first event. */
export const CHAIN_START = '0'.repeat(64);

/** Rows of one statement; SQLite takes at most 32,766 parameters. */
const EVENTS_PER_INSERT = 500;

/** An event before it has its place in the chain. */
export type ReviewLink = Omit<ReviewEvent, 'event_id' | 'prev_sha256' | 'row_sha256'>;

/**
 * Gives events their number and their hash, and appends them. Nobody else appends from here to the end of the
 * transaction.
 *
 * @param links at least one
 * @returns id of the last; those of the others come before it without gaps.
 */
export async function appendLinks(transaction: StoreTransaction, links: readonly ReviewLink[]): Promise<number> {
	const append = isPostgres(transaction) ? appendOnServer : appendFromHere;
	// What is signed is what is stored: neither NUL nor half a surrogate pair can be.
	const signable = links.map((link) => ({ ...link, actor: toStorable(link.actor) }));
	let last = 0;
	for (let start = 0; start < links.length; start += EVENTS_PER_INSERT) {
		last = await append(transaction, signable.slice(start, start + EVENTS_PER_INSERT));
	}
	return last;
}

function toStorable(text: string): string {
	return storable(Buffer.from(text, 'utf8').toString('utf8')) as string;
}

/** Everybody who appends waits for the one before: that must not take the way to the server and back once more. */
async function appendOnServer(transaction: StoreTransaction, links: readonly ReviewLink[]): Promise<number> {
	const signed = links.map((link) => ({ ...link, signed: JSON.stringify(signedColumns(link)).slice(1, -1) }));
	const { rows } = await sql<{ id: number }>`
		select counterfoil_append_review_events(${JSON.stringify(signed)}::json) as id`.execute(transaction);
	return (rows[0] as { id: number }).id;
}

async function appendFromHere(transaction: StoreTransaction, links: readonly ReviewLink[]): Promise<number> {
	const last = await transaction
		.selectFrom('review_events')
		.select(['event_id', 'row_sha256'])
		.orderBy('event_id', 'desc')
		.limit(1)
		.executeTakeFirst();
	let id = last?.event_id ?? 0;
	let previous = last?.row_sha256 ?? CHAIN_START;
	const rows = links.map((link): ReviewEvent => {
		id += 1;
		const unsigned = { ...link, event_id: id, prev_sha256: previous };
		previous = hashReviewEvent(unsigned);
		return { ...unsigned, row_sha256: previous };
	});
	await transaction.insertInto('review_events').values(rows).execute();
	return id;
}

/** SHA-256 (hex) of the JSON array of all columns but the hash itself, in the order of the table. */
export function hashReviewEvent(event: Omit<ReviewEvent, 'row_sha256'>): string {
	const columns = [event.event_id, ...signedColumns(event), event.prev_sha256];
	return createHash('sha256').update(JSON.stringify(columns)).digest('hex');
}

/** What of an event does not hang on its place. */
function signedColumns(link: ReviewLink): unknown[] {
	return [
		link.item_id,
		link.kind,
		link.actor,
		link.at,
		link.run_id,
		link.row_number,
		link.before_json,
		link.after_json,
	];
}
