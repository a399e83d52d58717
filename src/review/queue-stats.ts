import type { Selectable } from 'kysely';
import type { LabelWord, ReviewDatabase } from '../store/review-database.ts';
import type { Store } from '../store/store.ts';
import { timestamp } from '../store/timestamp.ts';
import { findQueues, type WhichQueues } from './find-queues.ts';

export interface QueueStats {
	readonly backlog: readonly (Selectable<ReviewDatabase['queue_backlog']> & { readonly overdue: number })[];
	/** Latest day first. */
	readonly alertsPerDay: readonly Selectable<ReviewDatabase['alerts_per_day']>[];
	/** Latest day first. */
	readonly precision: readonly Selectable<ReviewDatabase['precision_by_day']>[];
	readonly decisions: DecisionStats;
	/** Of each two people with decisions on the same records. */
	readonly agreement: readonly Agreement[];
	readonly recall: readonly Selectable<ReviewDatabase['recall_estimate']>[];
}

export interface DecisionStats {
	readonly decided: number;
	readonly fraud: number;
	readonly legitimate: number;
	readonly unsure: number;
	/** Legitimate for each fraud among alerts; null while nothing is fraud. */
	readonly falsePositiveRatio: number | null;
	/** Hours from opening to decision. */
	readonly medianHoursOpen: number | null;
	readonly longestHoursOpen: number | null;
	readonly medianSecondsSpent: number | null;
}

export interface Agreement {
	readonly reviewers: readonly [string, string];
	readonly records: number;
	/** Share of the records on which both say the same. */
	readonly agreed: number;
	/** Cohen (1960): agreement beyond chance, 1 at most; null where chance alone would always agree. */
	readonly kappa: number | null;
}

export interface QueueStatsOptions extends WhichQueues {
	/** Days back, by the day of opening, scoring or deciding. @default 14 */
	readonly days?: number;
	/** @default now */
	readonly now?: Date;
	/** Whether precision at k is told, for which every score of those days is ranked. @default true */
	readonly withPrecision?: boolean;
}

/** How the work in the queues goes. @throws NOT_FOUND for a queue or a data set */
export async function readQueueStats(store: Store, options: QueueStatsOptions = {}): Promise<QueueStats> {
	const queues = await findQueues(store, options);
	const { reader } = store;
	const now = timestamp(options.now);
	const since = timestamp(new Date(Date.parse(now) - (options.days ?? 14) * 86_400_000)).slice(0, 10);
	const names = new Set(queues.map((queue) => `${queue.dataset_name}/${queue.name}`));
	const datasets = [...new Set(queues.map((queue) => queue.dataset_name))];
	const isMeant = (row: { readonly dataset_name: string; readonly queue_name: string }) =>
		names.has(`${row.dataset_name}/${row.queue_name}`);
	const backlog = await reader.selectFrom('queue_backlog').selectAll().orderBy('state').execute();
	const overdue = await readOverdue(store, now);
	const perDay = await reader
		.selectFrom('alerts_per_day')
		.selectAll()
		.where('day', '>=', since)
		.orderBy('day', 'desc')
		.execute();
	const precision =
		datasets.length === 0 || options.withPrecision === false
			? []
			: await reader
					.selectFrom('precision_by_day')
					.selectAll()
					.where('dataset_name', 'in', datasets)
					.where('day', '>=', since)
					.orderBy('day', 'desc')
					.orderBy('model_id')
					.orderBy('k')
					.execute();
	const decisions = await reader
		.selectFrom('review_decisions')
		.selectAll()
		.where('step', '=', 'decided')
		.where('is_undone', '=', 0)
		.where('decided_at', '>=', since)
		.execute();
	return {
		backlog: backlog.filter(isMeant).map((row) => ({
			...row,
			overdue: overdue.get(`${row.dataset_name}/${row.queue_name}/${row.state}`) ?? 0,
		})),
		alertsPerDay: perDay.filter(isMeant),
		precision,
		decisions: countDecisions(decisions.filter(isMeant)),
		agreement: measureAgreement(await reader.selectFrom('reviewer_agreement').selectAll().execute()),
		recall: (await reader.selectFrom('recall_estimate').selectAll().execute()).filter(isMeant),
	};
}

/** Overdue items by data set, queue and state. */
async function readOverdue(store: Store, now: string): Promise<Map<string, number>> {
	const rows = await store.reader
		.selectFrom('review_items')
		.innerJoin('queues', 'queues.queue_id', 'review_items.queue_id')
		.select((select) => [
			'queues.dataset_name',
			'queues.name',
			'review_items.state',
			select.fn.countAll<number>().as('items'),
		])
		.where('review_items.state', '<>', 'decided')
		.where('review_items.due_at', '<', now)
		.groupBy(['queues.dataset_name', 'queues.name', 'review_items.state'])
		.execute();
	return new Map(rows.map((row) => [`${row.dataset_name}/${row.name}/${row.state}`, Number(row.items)]));
}

type Decision = Selectable<ReviewDatabase['review_decisions']>;

function countDecisions(decisions: readonly Decision[]): DecisionStats {
	const count = (word: LabelWord, rows: readonly Decision[] = decisions) =>
		rows.filter(({ decision }) => decision === word).length;
	const alerts = decisions.filter(({ origin }) => origin === 'alert');
	const frauds = count('fraud', alerts);
	const hours = decisions.map(({ hours_open }) => hours_open);
	return {
		decided: decisions.length,
		fraud: count('fraud'),
		legitimate: count('legitimate'),
		unsure: count('unsure'),
		falsePositiveRatio: frauds === 0 ? null : count('legitimate', alerts) / frauds,
		medianHoursOpen: median(hours),
		longestHoursOpen: hours.reduce<number | null>((most, value) => Math.max(most ?? 0, value), null),
		medianSecondsSpent: median(decisions.flatMap(({ seconds_spent }) => seconds_spent ?? [])),
	};
}

function median(values: readonly number[]): number | null {
	const sorted = values.toSorted((a, b) => a - b);
	const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
	return low === undefined || high === undefined ? null : (low + high) / 2;
}

function measureAgreement(pairs: readonly Selectable<ReviewDatabase['reviewer_agreement']>[]): Agreement[] {
	const byPair = new Map<string, typeof pairs>();
	for (const pair of pairs) {
		const name = JSON.stringify([pair.reviewer_a, pair.reviewer_b]);
		byPair.set(name, [...(byPair.get(name) ?? []), pair]);
	}
	return [...byPair.values()].map((cells) => {
		const sum = (is: (cell: (typeof cells)[number]) => boolean) =>
			cells.filter(is).reduce((total, cell) => total + Number(cell.records), 0);
		const records = sum(() => true);
		const agreed = sum((cell) => cell.decision_a === cell.decision_b) / records;
		const chance = (['fraud', 'legitimate', 'unsure'] as const).reduce((total, word) => {
			const [a, b] = [sum((cell) => cell.decision_a === word), sum((cell) => cell.decision_b === word)];
			return total + (a * b) / records ** 2;
		}, 0);
		const [first] = cells;
		return {
			reviewers: [first?.reviewer_a ?? '', first?.reviewer_b ?? ''],
			records,
			agreed,
			kappa: chance === 1 ? null : (agreed - chance) / (1 - chance),
		};
	});
}
