import { createRandom } from '../contracts/random.ts';
import type { Run } from '../store/database.ts';
import type { Queue } from '../store/review-database.ts';
import type { StoreTransaction } from '../store/store.ts';
import { type Candidate, readCandidates } from './find-candidates.ts';

export interface AuditSample {
	readonly candidates: Candidate[];
	/** How many records below the cut each of them stands for. */
	readonly weight: number;
}

/**
 * Draws a share of the records of a run that are not alerts, so that what the alerts miss can be estimated without
 * bias. An item of the sample is about the record itself and gets the priority of one of the alerts at random: who
 * reviews it cannot tell it from them.
 *
 * @param alerts of the run in this queue.
 */
export async function drawAudit(
	transaction: StoreTransaction,
	run: Pick<Run, 'run_id' | 'seed'>,
	queue: Queue,
	alerts: readonly Candidate[],
): Promise<AuditSample> {
	const none = { candidates: [], weight: 1 };
	if (queue.audit_share <= 0) return none;
	const rows = await transaction
		.selectFrom('scores')
		.select('row_number')
		.where('run_id', '=', run.run_id)
		.orderBy('row_number')
		.execute();
	const taken = new Set(alerts.map(({ rowNumber }) => rowNumber));
	const below = rows.map((row) => row.row_number).filter((rowNumber) => !taken.has(rowNumber));
	const size = Math.min(below.length, Math.round(queue.audit_share * below.length));
	if (size === 0) return none;
	const random = createRandom(run.seed, `review/audit/${queue.dataset_name}/${queue.name}/${run.run_id}`);
	const drawn = [...random.sample(below.length, size)].map((index) => below[index] as number);
	const columns = { entity_column: null, value_column: queue.value_column };
	const candidates = await readCandidates(
		transaction,
		run.run_id,
		columns,
		drawn.toSorted((a, b) => a - b),
	);
	return {
		candidates: candidates.map((candidate) => {
			const model = alerts[random.integer(Math.max(1, alerts.length))];
			return { ...candidate, priority: model?.priority ?? candidate.priority };
		}),
		weight: below.length / size,
	};
}
