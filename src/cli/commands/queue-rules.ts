import { type Command, InvalidArgumentError } from 'commander';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { RuleOptions } from '../../review/queue-rule.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspace, withWorkspaceOrEmpty } from '../carry-out-run.ts';
import { formatTable } from '../format-table.ts';
import { formatCount, formatNumber, formatQuantity, formatShare } from '../format-values.ts';
import { parseDuration, parsePercent, parseScore, parseWhole } from '../parse-arguments.ts';
import { formatScore } from '../print-result.ts';
import {
	type ActorFlags,
	actorOf,
	addQueueOptions,
	addWriterOptions,
	type QueueFlags,
	queuesOf,
} from '../review-options.ts';
import type { Terminal } from '../terminal.ts';

interface RuleFlags {
	readonly budget?: { readonly count: number; readonly per: 'run' | 'day' };
	readonly threshold?: number;
	readonly fdr?: number;
}

/** What goes into a queue: rules, set, preview, fill. */
export function defineQueueRules(group: Command, terminal: Terminal): void {
	defineRules(group, terminal);
	defineSet(group, terminal);
	definePreview(group, terminal);
	defineFill(group, terminal);
}

/** `100` or `100/day`. */
function parseBudget(text: string): { count: number; per: 'run' | 'day' } {
	const match = /^([^/]+)(?:\/(run|day))?$/.exec(text.trim());
	if (match === null) throw new InvalidArgumentError('It must be a number, or one for each day: 100/day.');
	return { count: parseWhole(1)(match[1] as string), per: match[2] === 'day' ? 'day' : 'run' };
}

function parseShare(text: string): number {
	const share = parsePercent(text);
	if (share > 0 && share < 1) return share;
	throw new InvalidArgumentError('It must be a percentage above 0 and below 100, such as 10%.');
}

function addRuleOptions(command: Command): Command {
	return command
		.option('--budget <n>', 'the n highest scores of a run; 100/day for all runs of a day together', parseBudget)
		.option('--threshold <score>', 'every score from this one on', parseScore)
		.option('--fdr <percent>', 'as many as can be with at most this share of false alarms expected', parseShare);
}

function ruleFrom({ budget, threshold, fdr }: RuleFlags): RuleOptions {
	return {
		...(budget === undefined ? {} : { alertBudget: budget.count, budgetPer: budget.per }),
		...(threshold === undefined ? {} : { scoreThreshold: threshold }),
		...(fdr === undefined ? {} : { fdrLevel: fdr }),
	};
}

function defineRules(group: Command, terminal: Terminal): void {
	const command = group.command('rules').summary('the queues and what goes into them').description('The queues.');
	addQueueOptions(command);
	addExamples(command, [['queue rules', 'all queues']]);
	command.action(async () => {
		const flags = command.optsWithGlobals<QueueFlags>();
		await withWorkspaceOrEmpty(flags, async ({ store }) => {
			const { findQueues } = await import('../../review/find-queues.ts');
			const { describeRule } = await import('../../review/preview-queue.ts');
			const queues = await findQueues(store, queuesOf(flags));
			if (terminal.json) return terminal.outJson(queues);
			if (queues.length === 0) return terminal.note('there is no queue yet; a run makes one: counterfoil run FILE');
			terminal.out(
				formatTable(
					[
						{ header: 'queue' },
						{ header: 'takes' },
						{ header: 'one item for each' },
						{ header: 'priority' },
						{ header: 'audit', align: 'right' },
						{ header: 'lease', align: 'right' },
						{ header: 'due', align: 'right' },
						{ header: 'two people from', align: 'right' },
					],
					queues.map((queue) => [
						`${queue.dataset_name}/${queue.name}`,
						describeRule(queue),
						queue.entity_column ?? 'record',
						queue.value_column === null ? 'score' : `score x ${queue.value_column}`,
						queue.audit_share === 0 ? '' : formatShare(queue.audit_share),
						`${queue.lease_minutes} min`,
						queue.due_hours === null ? '' : `${formatNumber(queue.due_hours)} h`,
						queue.second_review_above === null ? '' : formatNumber(queue.second_review_above, 8),
					]),
				),
			);
		});
	});
}

type SetFlags = ActorFlags &
	RuleFlags & {
		readonly dataset?: string;
		readonly alertsOfRun?: boolean;
		readonly entity?: string | false;
		readonly value?: string | false;
		readonly audit?: number;
		readonly lease?: number;
		readonly due?: number | false;
		readonly twoPeopleFrom?: number | false;
	};

function parseAmount(text: string): number {
	const amount = text.trim() === '' ? Number.NaN : Number(text);
	if (amount >= 0) return amount;
	throw new InvalidArgumentError('It must be an amount such as 1000.');
}

function defineSet(group: Command, terminal: Terminal): void {
	const command = group
		.command('set')
		.summary('make a queue, or change what goes into it and how it is worked')
		.description('Makes a queue or changes one; what is not named stays.')
		.argument('[queue]', 'name of the queue', 'default')
		.option('--dataset <name>', 'the data sets that feed it (default: that of the only queue)');
	addRuleOptions(command)
		.option('--alerts-of-run', 'takes the alerts of each run again, as at the beginning')
		.option('--entity <column>', 'one item for each value of a column, instead of each record')
		.option('--no-entity', 'one item for each record')
		.option('--value <column>', 'most urgent is what could lose most: score times this column')
		.option('--no-value', 'most urgent is the highest score')
		.option('--audit <percent>', 'this share of the records below the cut too, drawn at random', parsePercent)
		.option('--lease <time>', 'how long a claim lasts: 15m, 1h', parseDuration)
		.option('--due <time>', 'when a decision is due after it came: 24h', parseDuration)
		.option('--no-due', 'never due')
		.option('--two-people-from <amount>', 'a second person must confirm from this amount on', parseAmount)
		.option('--no-two-people-from', 'one person decides');
	addWriterOptions(command);
	addExamples(command, [
		['queue set --budget 100/day --audit 0.5%', 'a hundred a day, and a few below the cut to see what is missed'],
		['queue set --value amount --two-people-from 5000 --due 24h', 'what could lose most first'],
		['queue set cards --dataset payments --entity card --fdr 10%', 'a second queue, with one item for each card'],
	]);
	command.action(async (queueName: string) => {
		const flags = command.optsWithGlobals<SetFlags>();
		const { entity, value, audit, lease, due, twoPeopleFrom, alertsOfRun = false } = flags;
		await withWorkspace(flags, async ({ store }) => {
			const { setQueue } = await import('../../review/set-queue.ts');
			const { describeRule } = await import('../../review/preview-queue.ts');
			const { findQueues } = await import('../../review/find-queues.ts');
			const names = new Set((await findQueues(store)).map(({ dataset_name }) => dataset_name));
			const [only] = names;
			const datasetName = flags.dataset ?? (names.size === 1 ? only : undefined);
			if (datasetName === undefined) {
				throw new CounterfoilError('USAGE', 'It is not said which data sets feed the queue.', {
					hint: 'name them with --dataset NAME',
				});
			}
			const queue = await setQueue(store, {
				actor: actorOf(flags),
				datasetName,
				queueName,
				...ruleFrom(flags),
				noRule: alertsOfRun,
				...(entity === undefined ? {} : { entityColumn: entity || null }),
				...(value === undefined ? {} : { valueColumn: value || null }),
				...(audit === undefined ? {} : { auditShare: audit }),
				...(lease === undefined ? {} : { leaseMinutes: Math.max(1, Math.round(lease / 60)) }),
				...(due === undefined ? {} : { dueHours: due === false ? null : due / 3600 }),
				...(twoPeopleFrom === undefined ? {} : { secondReviewAbove: twoPeopleFrom === false ? null : twoPeopleFrom }),
			});
			if (terminal.json) return terminal.outJson(queue);
			terminal.out(`queue ${queue.dataset_name}/${queue.name} takes ${describeRule(queue)}`);
			terminal.note('it holds from the next run on; for a run that is done: counterfoil queue fill RUN');
		});
	});
}

type RunRuleFlags = ActorFlags & RuleFlags & { readonly queue?: string };

function definePreview(group: Command, terminal: Terminal): void {
	const command = group
		.command('preview')
		.summary('what a budget or a threshold would bring, before it does')
		.description('How many alerts a rule takes from a run, and what is known or to be expected of them.')
		.argument('<run>', 'id of a run that scored, or the beginning of it')
		.option('--queue <name>', 'the queue whose rule is shown first (default: default)');
	addRuleOptions(command);
	addExamples(command, [
		['queue preview 20261122-0114', 'the rule of now beside budgets from 10 to 1,000'],
		['queue preview 20261122-0114 --fdr 10%', 'one rule'],
	]);
	command.action(async (runId: string) => {
		const flags = command.optsWithGlobals<RunRuleFlags>();
		await withWorkspace(flags, async ({ store }) => {
			const { previewQueue } = await import('../../review/preview-queue.ts');
			const named = flags.queue === undefined ? {} : { queueName: flags.queue };
			const previews = await previewQueue(store, { runId, ...named, ...ruleFrom(flags) });
			if (terminal.json) return terminal.outJson(previews);
			if (flags.fdr !== undefined && previews[0]?.alerts === 0) {
				terminal.note(
					'no alert is sure enough; a p-value cannot be below 1 in as many rows as the model was held against',
				);
			}
			terminal.out(
				formatTable(
					[
						{ header: 'rule' },
						{ header: 'alerts', align: 'right' },
						{ header: 'from score' },
						{ header: 'known', align: 'right' },
						{ header: 'fraud', align: 'right' },
						{ header: 'precision to expect' },
					],
					previews.map((preview) => [
						preview.rule,
						formatCount(preview.alerts),
						preview.lowestScore === null ? '' : formatScore(preview.lowestScore),
						formatCount(preview.labelled),
						preview.labelled === 0 ? '' : formatCount(preview.fraud),
						preview.expectedPrecision === null
							? 'unknown: too few labels'
							: `${formatShare(preview.expectedPrecision)}${preview.covered < 0.995 ? ` (of ${formatShare(preview.covered)} of them)` : ''}`,
					]),
				),
			);
		});
	});
}

function defineFill(group: Command, terminal: Terminal): void {
	const command = group
		.command('fill')
		.summary('bring records of a run into a queue')
		.description('Brings records of a run into a queue, by a rule or by that of the queue; never twice.')
		.argument('<run>', 'id of a run that scored, or the beginning of it')
		.option('--queue <name>', 'name of the queue; made where it is missing', 'default');
	addRuleOptions(command);
	addWriterOptions(command);
	addExamples(command, [
		['queue fill 20261122-0114 --budget 200', 'the 200 highest scores'],
		['queue fill 20261122-0114 --queue cards', 'by the rule of the queue'],
	]);
	command.action(async (runId: string) => {
		const flags = command.optsWithGlobals<RunRuleFlags & { readonly queue: string }>();
		await withWorkspace(flags, async ({ store }) => {
			const { publishQueue } = await import('../../review/publish-queue.ts');
			const actor = actorOf(flags);
			const filled = await publishQueue(store, { runId, queueName: flags.queue, actor, ...ruleFrom(flags) });
			if (terminal.json) return terminal.outJson(filled);
			const { opened, appended, known, leftOut, audited } = filled;
			terminal.out(`${formatQuantity(opened, 'item')} opened, ${formatQuantity(appended, 'hit')} added to open ones`);
			if (audited > 0) terminal.out(`${formatQuantity(audited, 'record')} below the cut drawn at random beside them`);
			if (known > 0) terminal.note(`${formatQuantity(known, 'record')} of this run had been in the queue`);
			if (leftOut > 0) terminal.note(`${formatQuantity(leftOut, 'record')} left out: suppressed, or decided before`);
		});
	});
}
