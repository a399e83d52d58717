import type { Command } from 'commander';
import { addExamples } from '../add-examples.ts';
import { withWorkspace } from '../carry-out-run.ts';
import { describeBriefly, readGroups, readReasons } from '../describe-reasons.ts';
import { formatTable } from '../format-table.ts';
import { formatQuantity } from '../format-values.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { parseWhole } from '../parse-arguments.ts';
import { formatScore } from '../print-result.ts';
import type { Terminal } from '../terminal.ts';

type QueueFlags = GlobalFlags & { readonly limit: number; readonly dataset?: string };

export function defineQueue(group: Command, terminal: Terminal): void {
	addExamples(group, [['queue list', 'the records to look at first']]);
	const command = group
		.command('list')
		.summary('the records to look at first')
		.description('The open items of the review queue, most urgent first.')
		.option('--limit <n>', 'items', parseWhole(1), 20)
		.option('--dataset <name>', 'only items of the data set of this name');
	addExamples(command, [
		['queue list', 'the twenty most urgent'],
		['queue list --dataset payments --limit 100 --json', 'for a program'],
	]);
	command.action(async () => {
		const flags = command.optsWithGlobals<QueueFlags>();
		await withWorkspace(flags, async ({ store }) => {
			const { listQueue } = await import('../../review/list-queue.ts');
			const name = flags.dataset === undefined ? {} : { datasetName: flags.dataset };
			const items = await listQueue(store, { limit: flags.limit, ...name });
			if (terminal.json) {
				return terminal.outJson(
					items.map((item) => ({ ...item, reasons: readReasons(item.reasons), together: readGroups(item.reasons) })),
				);
			}
			if (items.length === 0) {
				terminal.note('the review queue is empty; a run fills it: counterfoil run FILE');
				return;
			}
			const rows = items.map((item) => [
				String(item.item_id),
				item.dataset_name,
				String(item.row_number),
				item.record_key,
				formatScore(item.score),
				item.severity,
				item.state.replace('_', ' '),
				describeBriefly(readReasons(item.reasons), readGroups(item.reasons), 2),
			]);
			terminal.out(
				formatTable(
					[
						{ header: 'item', align: 'right' },
						{ header: 'data set', maxWidth: 20 },
						{ header: 'row', align: 'right' },
						{ header: 'record', maxWidth: 20 },
						{ header: 'score' },
						{ header: 'severity', style: (cell) => terminal.paint(cell.startsWith('crit') ? 'red' : 'yellow', cell) },
						{ header: 'state' },
						{ header: 'why' },
					],
					rows,
				),
			);
			if (items.length === flags.limit)
				terminal.note(`the first ${formatQuantity(flags.limit, 'item')}; more with --limit`);
		});
	});
}
