import { CHAIN_START, hashReviewEvent } from '../store/review-chain.ts';
import type { ReviewEvent } from '../store/review-database.ts';
import type { Store } from '../store/store.ts';
import { hashPurge } from './purge-record.ts';
import { hashNote } from './review-events.ts';

const EVENTS_PER_PAGE = 5_000;
/** Columns of an item that events tell about. */
const FOLLOWED = ['state', 'priority', 'hits', 'assignee', 'decision', 'reason_code', 'decided_by'] as const;

export interface AuditResult {
	/** Events that are as they were written. */
	readonly events: number;
	/** Hash of the last of them: noted elsewhere, it proves later that everything up to here is unchanged. */
	readonly head: string;
	/** The first thing that is wrong, null if nothing is. */
	readonly problem: AuditProblem | null;
}

export interface AuditProblem {
	/** The first event that is not as it was written; null if no event is at fault or events at the end are missing. */
	readonly eventId: number | null;
	/** The item that it is about, where that is known. */
	readonly itemId: number | null;
	readonly message: string;
}

/**
 * Checks the hash chain of `review_events` and names the first event that was altered, added or removed; then the
 * notes, which the events have hashes of, and whether the items are what the events made of them.
 *
 * @param options.head a hash that an earlier check told: it must still be that of an event.
 */
export async function verifyAudit(store: Store, options: { readonly head?: string } = {}): Promise<AuditResult> {
	let events = 0;
	let head = CHAIN_START;
	let isHeadFound = options.head === undefined || options.head === CHAIN_START;
	const told = new Map<number, Told>();
	const missingNotes: ReviewEvent[] = [];
	let page: ReviewEvent[];
	do {
		page = await store.reader
			.selectFrom('review_events')
			.selectAll()
			.where('event_id', '>', events)
			.orderBy('event_id')
			.limit(EVENTS_PER_PAGE)
			.execute();
		const notes = await readNotes(store, page);
		for (const event of page) {
			const after = event.after_json === null ? {} : (JSON.parse(event.after_json) as Told['columns']);
			const message = findFault(event, events + 1, head) ?? findNoteFault(event, after, notes.get(event.event_id));
			if (message !== null) return failed(events, head, event.event_id, event.item_id, message);
			if (after.note_sha256 !== undefined && !notes.has(event.event_id)) missingNotes.push(event);
			follow(told, event, after);
			events += 1;
			head = event.row_sha256;
			isHeadFound ||= head === options.head;
		}
	} while (page.length === EVENTS_PER_PAGE);
	for (const { event_id, item_id } of missingNotes) {
		if (told.get(item_id)?.isPurged === true) continue;
		return failed(events, head, event_id, item_id, `The note of event ${event_id} was removed.`);
	}
	if (!isHeadFound) return failed(events, head, null, null, 'No event has the hash that was noted.');
	const item =
		(await findUntoldItem(store, told)) ?? (await findCutOffEvents(store)) ?? (await findAlteredPurge(store));
	return { events, head, problem: item };
}

interface Told {
	isPurged: boolean;
	columns: Record<string, string | number | null | undefined>;
}

function failed(
	events: number,
	head: string,
	eventId: number | null,
	itemId: number | null,
	message: string,
): AuditResult {
	return { events, head, problem: { eventId, itemId, message } };
}

async function readNotes(store: Store, page: readonly ReviewEvent[]): Promise<Map<number, string>> {
	const [first, last] = [page[0], page.at(-1)];
	if (first === undefined || last === undefined) return new Map();
	const notes = await store.reader
		.selectFrom('review_notes')
		.selectAll()
		.where('event_id', '>=', first.event_id)
		.where('event_id', '<=', last.event_id)
		.execute();
	return new Map(notes.map(({ event_id, note, salt }) => [event_id, hashNote(note, salt)]));
}

function findFault(event: ReviewEvent, expectedId: number, previous: string): string | null {
	if (event.event_id !== expectedId) return `Event ${expectedId} is missing; the next is ${event.event_id}.`;
	if (hashReviewEvent(event) !== event.row_sha256) return `Event ${event.event_id} was altered.`;
	if (event.prev_sha256 !== previous) return `Event ${event.event_id} does not follow the one before it.`;
	return null;
}

function findNoteFault(event: ReviewEvent, after: Told['columns'], noteHash: string | undefined): string | null {
	if (noteHash === undefined || noteHash === after.note_sha256) return null;
	return `The note of event ${event.event_id} was altered.`;
}

function follow(told: Map<number, Told>, event: ReviewEvent, after: Told['columns']): void {
	const known = told.get(event.item_id) ?? { isPurged: false, columns: {} };
	known.isPurged ||= event.kind === 'purged';
	for (const column of FOLLOWED) if (after[column] !== undefined) known.columns[column] = after[column];
	told.set(event.item_id, known);
}

/** Purges are few and have a chain of their own. */
async function findAlteredPurge(store: Store): Promise<AuditProblem | null> {
	let previous = CHAIN_START;
	const purges = await store.reader.selectFrom('purges').selectAll().orderBy('purge_id').execute();
	for (const [i, purge] of purges.entries()) {
		const isWhole = purge.purge_id === i + 1 && purge.prev_sha256 === previous;
		if (!isWhole || hashPurge(purge) !== purge.row_sha256) {
			return { eventId: null, itemId: null, message: `Purge ${i + 1} was altered or removed.` };
		}
		previous = purge.row_sha256;
	}
	return null;
}

/** An item that is not what its events say. */
async function findUntoldItem(store: Store, told: ReadonlyMap<number, Told>): Promise<AuditProblem | null> {
	for (let after = 0; ; ) {
		const items = await store.reader
			.selectFrom('review_items')
			.select(['item_id', ...FOLLOWED])
			.where('item_id', '>', after)
			.orderBy('item_id')
			.limit(EVENTS_PER_PAGE)
			.execute();
		for (const item of items) {
			const columns = told.get(item.item_id)?.columns ?? {};
			const wrong = FOLLOWED.find((column) => columns[column] !== undefined && columns[column] !== item[column]);
			if (wrong === undefined) continue;
			const message = `Item ${item.item_id} was altered: its ${wrong} is not what its events say.`;
			return { eventId: null, itemId: item.item_id, message };
		}
		const last = items.at(-1);
		if (last === undefined || items.length < EVENTS_PER_PAGE) return null;
		after = last.item_id;
	}
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
