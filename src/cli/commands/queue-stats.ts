import type { Command } from 'commander';
import type { QueueStats } from '../../review/queue-stats.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspaceOrEmpty } from '../carry-out-run.ts';
import { formatTable, type TableColumn } from '../format-table.ts';
import { formatCount, formatDuration, formatNumber, formatQuantity, formatShare } from '../format-values.ts';
import { parseWhole } from '../parse-arguments.ts';
import { addQueueOptions, type QueueFlags, queuesOf } from '../review-options.ts';
import type { Terminal } from '../terminal.ts';

/** Precision is told for these of the k that are stored. */
const SHOWN_K = [10, 50, 100];

export function defineQueueStats(group: Command, terminal: Terminal): void {
	const command = group
		.command('stats')
		.summary('backlog, alerts a day, precision, time to decision, agreement')
		.description('How the work goes: backlog and age, alerts a day, precision, time to decision, agreement.')
		.option('--days <n>', 'days back', parseWhole(1), 14);
	addQueueOptions(command);
	addExamples(command, [
		['queue stats', 'the last two weeks'],
		['queue stats --days 90 --queue cards --json', 'for a program'],
	]);
	command.action(async () => {
		const flags = command.optsWithGlobals<QueueFlags & { readonly days: number }>();
		await withWorkspaceOrEmpty(flags, async ({ store }) => {
			const { readQueueStats } = await import('../../review/queue-stats.ts');
			const stats = await readQueueStats(store, { days: flags.days, ...queuesOf(flags) });
			if (terminal.json) return terminal.outJson(stats);
			if (stats.backlog.length + stats.alertsPerDay.length === 0 && stats.decisions.decided === 0) {
				return terminal.note('nothing has come into a queue yet; a run fills it: counterfoil run FILE');
			}
			printStats(stats, flags.days, terminal);
		});
	});
}

function printStats(stats: QueueStats, days: number, terminal: Terminal): void {
	const now = Date.now();
	const section = (title: string, columns: readonly TableColumn[], rows: readonly (readonly string[])[]) => {
		if (rows.length === 0) return;
		terminal.out(terminal.paint('bold', title));
		terminal.out(`${formatTable(columns, rows)}\n`);
	};
	const right = (header: string): TableColumn => ({ header, align: 'right' });
	section(
		'Backlog',
		[{ header: '  queue' }, { header: 'state' }, right('items'), right('oldest'), right('overdue')],
		stats.backlog.map((row) => [
			`  ${row.dataset_name}/${row.queue_name}`,
			row.state.replace('_', ' '),
			formatCount(row.items),
			formatDuration(Math.max(0, now - Date.parse(row.oldest_opened_at))),
			formatCount(row.overdue),
		]),
	);
	section(
		`Alerts a day, the last ${formatQuantity(days, 'day')}`,
		[
			{ header: '  day' },
			{ header: 'queue' },
			right('alerts'),
			right('audit'),
			right('fraud'),
			right('legitimate'),
			right('unsure'),
			right('open'),
			right('false alarms for each fraud'),
		],
		stats.alertsPerDay.map((row) => [
			`  ${row.day}`,
			`${row.dataset_name}/${row.queue_name}`,
			...[row.alerts, row.audits, row.fraud, row.legitimate, row.unsure, row.undecided].map(formatCount),
			row.false_positive_ratio === null ? '' : formatNumber(row.false_positive_ratio, 3),
		]),
	);
	section(
		'Precision at k, by day of scoring and model',
		[
			{ header: '  day' },
			{ header: 'model', maxWidth: 40 },
			right('k'),
			right('known'),
			right('fraud'),
			right('precision'),
		],
		stats.precision
			.filter((row) => SHOWN_K.includes(row.k) && row.labelled > 0)
			.map((row) => [
				`  ${row.day}`,
				row.model_id,
				formatCount(row.k),
				formatCount(row.labelled),
				formatCount(row.fraud),
				row.precision === null ? '' : formatShare(row.precision),
			]),
	);
	printDecisions(stats, terminal);
}

function printDecisions({ decisions, agreement, recall }: QueueStats, terminal: Terminal): void {
	const { decided, fraud, legitimate, unsure, falsePositiveRatio, medianHoursOpen, medianSecondsSpent } = decisions;
	if (decided > 0) {
		terminal.out(terminal.paint('bold', 'Decisions'));
		terminal.out(`  ${formatCount(decided)}: ${fraud} fraud, ${legitimate} legitimate, ${unsure} unsure`);
		if (falsePositiveRatio !== null)
			terminal.out(`  ${formatNumber(falsePositiveRatio, 3)} false alarms for each fraud`);
		if (medianHoursOpen !== null) {
			const spent = medianSecondsSpent === null ? '' : `; ${formatDuration(medianSecondsSpent * 1000)} spent on each`;
			terminal.out(`  ${formatDuration(medianHoursOpen * 3_600_000)} from alert to decision (median)${spent}`);
		}
	}
	for (const { reviewers, records, agreed, kappa } of agreement) {
		const beyond = kappa === null ? '' : `, kappa ${kappa.toFixed(2)}`;
		terminal.out(
			`  ${reviewers.join(' and ')} agree on ${formatShare(agreed)} of ${formatQuantity(records, 'record')}${beyond}`,
		);
	}
	for (const row of recall) {
		if (row.audits === 0) continue;
		const name = `${row.dataset_name}/${row.queue_name}`;
		const known = `${formatCount(row.audits_known)} of ${formatQuantity(row.audits, 'record')} drawn below the cut known`;
		const estimate =
			row.recall_estimate === null
				? 'nothing can be said of what is missed'
				: `about ${formatCount(row.missed_estimate ?? 0)} frauds missed, ${formatShare(row.recall_estimate)} found`;
		terminal.out(`  ${name}: ${estimate} (${known})`);
	}
}
