import { CounterfoilError } from '../contracts/errors.ts';
import { getDataset } from '../store/datasets.ts';
import { getRun } from '../store/list-runs.ts';
import type { Queue } from '../store/review-database.ts';
import type { Store } from '../store/store.ts';
import { expectPrecision, readScoredLabels } from './expect-precision.ts';
import { type Candidate, findCandidates } from './find-candidates.ts';
import { isRuleGiven, type QueueRule, type RuleOptions, ruleOf } from './queue-rule.ts';

/** Values of one `in (...)`, well below the limit of parameters. */
const KEYS_PER_QUERY = 1_000;
/** Budgets that are shown where none is asked for. */
const LADDER = [10, 20, 50, 100, 200, 500, 1_000] as const;

export interface QueuePreview {
	/** In words: `the 100 highest`. */
	readonly rule: string;
	/** Records that the rule picks. */
	readonly alerts: number;
	/** The lowest score among them; null where there are none. */
	readonly lowestScore: number | null;
	/** Those of them whose truth is known, and the frauds among these. */
	readonly labelled: number;
	readonly fraud: number;
	/** Share of fraud to expect, from labelled records with scores of the same model like theirs; null: too few. */
	readonly expectedPrecision: number | null;
	/** Share of the alerts that enough labels are like. */
	readonly covered: number;
}

/**
 * What a rule would bring into a queue from a run, without doing it. Without a rule: the rule of the queue, and budgets
 * from 10 to 1,000.
 *
 * @throws NOT_FOUND; RUN_STATE if the run has scored nothing; USAGE if more than one rule is given.
 */
export async function previewQueue(
	store: Store,
	options: RuleOptions & { readonly runId: string; readonly queueName?: string },
): Promise<QueuePreview[]> {
	const given = ruleOf(options);
	const run = await getRun(store, options.runId);
	if (run.dataset_id === null || run.model_id === null) {
		throw new CounterfoilError('RUN_STATE', 'The run has scored nothing.', {
			where: `run ${run.run_id}`,
			hint: 'name one that has scored a table; counterfoil runs list shows them',
		});
	}
	const { name: datasetName, rows_loaded: rows } = await getDataset(store, run.dataset_id);
	const { reader } = store;
	const queue = await reader
		.selectFrom('queues')
		.selectAll()
		.where('dataset_name', '=', datasetName)
		.where('name', '=', options.queueName ?? 'default')
		.executeTakeFirst();
	const labels = await readScoredLabels(reader, datasetName, run.model_id);
	const columns = { entity_column: null, value_column: null };
	const previews: QueuePreview[] = [];
	for (const [words, rule] of rulesToShow(isRuleGiven(options) ? given : null, queue, rows)) {
		const candidates = await findCandidates(reader, run.run_id, columns, rule);
		const expected = expectPrecision(
			labels,
			candidates.map(({ score }) => score),
		);
		previews.push({
			rule: words,
			alerts: candidates.length,
			lowestScore: candidates.reduce<number | null>((low, { score }) => Math.min(low ?? 1, score), null),
			...(await countLabels(store, datasetName, candidates)),
			expectedPrecision: expected.precision,
			covered: expected.covered,
		});
	}
	return previews;
}

function rulesToShow(given: QueueRule | null, queue: Queue | undefined, rows: number): [string, QueueRule][] {
	if (given !== null) return [[describeRule(given), given]];
	const current = queue ?? ruleOf({});
	const ladder = LADDER.filter((budget) => budget <= rows).map((alertBudget): [string, QueueRule] => {
		const rule = ruleOf({ alertBudget });
		return [describeRule(rule), rule];
	});
	return [[`now: ${describeRule(current)}`, current], ...ladder];
}

/** `the 100 highest of a day`, `scores from 0.999 on`, `at most 10 % false alarms`, `the alerts of the run`. */
export function describeRule(rule: QueueRule): string {
	if (rule.alert_budget !== null) return `the ${rule.alert_budget} highest of a ${rule.budget_per}`;
	if (rule.score_threshold !== null) return `scores from ${rule.score_threshold} on`;
	if (rule.fdr_level !== null) return `at most ${Number((rule.fdr_level * 100).toPrecision(6))} % false alarms`;
	return 'the alerts of the run';
}

async function countLabels(
	store: Store,
	datasetName: string,
	candidates: readonly Candidate[],
): Promise<{ labelled: number; fraud: number }> {
	const counts = { labelled: 0, fraud: 0 };
	for (let start = 0; start < candidates.length; start += KEYS_PER_QUERY) {
		const keys = candidates.slice(start, start + KEYS_PER_QUERY).map(({ recordKey }) => recordKey);
		const labels = await store.reader
			.selectFrom('latest_labels')
			.select('label')
			.where('dataset_name', '=', datasetName)
			.where('record_key', 'in', keys)
			.where('label', '<>', 'unsure')
			.execute();
		counts.labelled += labels.length;
		counts.fraud += labels.filter(({ label }) => label === 'fraud').length;
	}
	return counts;
}
