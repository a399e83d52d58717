import { CounterfoilError } from '../contracts/errors.ts';
import { findNearest } from '../contracts/find-nearest.ts';
import { requireDatasetName } from '../store/require-dataset-name.ts';
import type { NewQueue, Queue } from '../store/review-database.ts';
import type { Store, StoreTransaction } from '../store/store.ts';
import { timestamp } from '../store/timestamp.ts';
import type { Actor } from './change-items.ts';
import { patiently } from './patiently.ts';
import { isRuleGiven, type RuleOptions, ruleOf } from './queue-rule.ts';
import { repriceItems } from './reprice-items.ts';

export interface SetQueueOptions extends RuleOptions, Actor {
	readonly datasetName: string;
	/** Made where it is missing. @default 'default' */
	readonly queueName?: string;
	/** Goes back to the alerts of each run. @default false */
	readonly noRule?: boolean;
	/** Column by which hits are joined to one item; null for one item per record. */
	readonly entityColumn?: string | null;
	/** Column that the score is multiplied by to give the priority; null for the score alone. */
	readonly valueColumn?: string | null;
	/** Share of the records below the cut to review too, 0 to 1. */
	readonly auditShare?: number;
	readonly leaseMinutes?: number;
	/** Hours until a decision is due; null for never. */
	readonly dueHours?: number | null;
	/** Amount in the value column from which on two people must decide; null for never. */
	readonly secondReviewAbove?: number | null;
}

/**
 * Makes a queue or changes what it is told; what is not named stays. Rules, leases and due dates hold from then on;
 * amounts and priorities change for open items too.
 *
 * @throws NOT_FOUND if no data set has the name; COLUMN_UNKNOWN; USAGE for values out of range or rules that exclude
 *   each other.
 */
export async function setQueue(store: Store, options: SetQueueOptions): Promise<Queue> {
	const { datasetName, queueName = 'default', noRule = false } = options;
	await requireColumns(store, datasetName, [options.entityColumn, options.valueColumn]);
	const rule = ruleOf(options);
	if (noRule && isRuleGiven(options))
		throw new CounterfoilError('USAGE', 'A rule is given and taken away at once.', {
			where: `queue ${queueName}`,
			hint: 'leave out --alerts-of-run, or --budget, --threshold and --fdr',
		});
	const isBetween = (value: number | undefined, least: number, most: number, what: string) => {
		if (value === undefined || (value >= least && value <= most)) return;
		throw new CounterfoilError('USAGE', `${what} must be from ${least} to ${most}.`, { where: `queue ${queueName}` });
	};
	isBetween(options.auditShare, 0, 1, 'The share to audit');
	isBetween(options.leaseMinutes, 1, 1_440, 'The lease in minutes');
	const named = Object.entries({
		entity_column: options.entityColumn,
		value_column: options.valueColumn,
		audit_share: options.auditShare,
		lease_minutes: options.leaseMinutes,
		due_hours: options.dueHours,
		second_review_above: options.secondReviewAbove,
	}).filter(([, value]) => value !== undefined);
	const set: Partial<NewQueue> = {
		...Object.fromEntries(named),
		...(isRuleGiven(options) || noRule ? rule : {}),
		...(options.budgetPer === undefined ? {} : { budget_per: options.budgetPer }),
	};
	const work = async (transaction: StoreTransaction) => {
		await transaction
			.insertInto('queues')
			.values({ dataset_name: datasetName, name: queueName, created_at: timestamp() })
			.onConflict((conflict) => conflict.columns(['dataset_name', 'name']).doNothing())
			.execute();
		if (Object.keys(set).length > 0) {
			await transaction
				.updateTable('queues')
				.set(set)
				.where('dataset_name', '=', datasetName)
				.where('name', '=', queueName)
				.execute();
		}
		const queue = await transaction
			.selectFrom('queues')
			.selectAll()
			.where('dataset_name', '=', datasetName)
			.where('name', '=', queueName)
			.executeTakeFirstOrThrow();
		if (queue.second_review_above === null || queue.value_column !== null) {
			const isPriced = options.valueColumn !== undefined || options.secondReviewAbove !== undefined;
			if (isPriced) await repriceItems(transaction, queue, { actor: options.actor, at: timestamp(options.now) });
			return queue;
		}
		throw new CounterfoilError('USAGE', 'Two people from an amount on: the queue must know the column of the amount.', {
			where: `queue ${queueName}`,
			hint: 'name it with --value COLUMN',
		});
	};
	return await patiently(store, work, 'review');
}

async function requireColumns(
	store: Store,
	datasetName: string,
	columns: readonly (string | null | undefined)[],
): Promise<void> {
	await requireDatasetName(store, datasetName);
	const dataset = await store.reader
		.selectFrom('datasets')
		.select('columns_json')
		.where('name', '=', datasetName)
		.orderBy('ingested_at', 'desc')
		.executeTakeFirstOrThrow();
	const names = (JSON.parse(dataset.columns_json) as { readonly name: string }[]).map(({ name }) => name);
	for (const column of columns) {
		if (column === undefined || column === null || names.includes(column)) continue;
		const nearest = findNearest(column, names);
		throw new CounterfoilError('COLUMN_UNKNOWN', 'The data set does not have this column.', {
			where: `column "${column}"`,
			hint: nearest === null ? `there is ${names.slice(0, 8).join(', ')}` : `did you mean ${nearest}?`,
		});
	}
}
