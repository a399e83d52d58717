import type { Queue, ReviewItem } from '../store/review-database.ts';
import { takeRows } from '../store/row-locks.ts';
import type { StoreTransaction } from '../store/store.ts';
import { changeItems, type ItemChange } from './change-items.ts';
import { type Candidate, readCandidates } from './find-candidates.ts';

/**
 * Gives the open items of a queue the amounts of its value column, after that was changed: their priority rises to what
 * could be lost, and those above the queue's amount need a second person.
 */
export async function repriceItems(
	transaction: StoreTransaction,
	queue: Queue,
	by: { readonly actor: string; readonly at: string },
): Promise<void> {
	const query = transaction
		.selectFrom('review_items')
		.selectAll()
		.where('queue_id', '=', queue.queue_id)
		.where('state', '<>', 'decided')
		.orderBy('item_id');
	const items = await takeRows(transaction, query).execute();
	const byRun = new Map<string, ReviewItem[]>();
	for (const item of items) {
		const runId = item.run_id as string;
		const others = byRun.get(runId);
		if (others === undefined) byRun.set(runId, [item]);
		else others.push(item);
	}
	const changes: ItemChange[] = [];
	for (const [runId, ofRun] of byRun) {
		const rows = ofRun.map(({ row_number }) => row_number as number);
		const candidates = await readCandidates(transaction, runId, queue, rows);
		const byRow = new Map(candidates.map((candidate): [number, Candidate] => [candidate.rowNumber, candidate]));
		for (const item of ofRun) {
			const candidate = byRow.get(item.row_number as number);
			const amount = candidate?.amount ?? null;
			const limit = queue.second_review_above;
			const needsSecond = limit !== null && amount !== null && amount >= limit ? 1 : item.needs_second;
			// An item of the audit has the priority of an alert, so that nobody can tell it from one.
			const own = item.origin === 'audit' ? item.priority : (candidate?.priority ?? 0);
			const set = { amount, priority: Math.max(item.priority, own), needs_second: needsSecond };
			const isSame = set.amount === item.amount && set.priority === item.priority && needsSecond === item.needs_second;
			if (!isSame) changes.push({ item, kind: 'noted', set });
		}
	}
	await changeItems(transaction, changes, by);
}
