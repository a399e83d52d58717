import { type Command, Option } from 'commander';
import type { QueueEntry } from '../../review/list-queue.ts';
import { readGroups, readReasons } from '../../review/read-reasons.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspaceOrEmpty } from '../carry-out-run.ts';
import { describeBriefly } from '../describe-reasons.ts';
import { formatTable } from '../format-table.ts';
import { formatQuantity } from '../format-values.ts';
import { parseWhole } from '../parse-arguments.ts';
import { formatScore } from '../print-result.ts';
import { actorOf, addActorOption, addQueueOptions, type QueueFlags, queuesOf } from '../review-options.ts';
import type { Terminal } from '../terminal.ts';

type OpenState = 'new' | 'in_review' | 'snoozed' | 'escalated';
type ListFlags = QueueFlags & {
	readonly limit: number;
	readonly state?: OpenState;
	readonly mine?: boolean;
	readonly overdue?: boolean;
};

const STATES: readonly OpenState[] = ['new', 'in_review', 'snoozed', 'escalated'];

export function defineQueueList(group: Command, terminal: Terminal): void {
	const command = group
		.command('list')
		.summary('the records to look at first')
		.description('The open items of the review queue, most urgent first.')
		.option('--limit <n>', 'items', parseWhole(1), 20)
		.addOption(new Option('--state <state>', 'only items in this state').choices(STATES))
		.option('--mine', 'only items that you hold')
		.option('--overdue', 'only items whose decision is overdue');
	addQueueOptions(command);
	addActorOption(command);
	addExamples(command, [
		['queue list', 'the twenty most urgent'],
		['queue list --mine', 'what you hold'],
		['queue list --dataset payments --limit 100 --json', 'for a program'],
	]);
	command.action(async () => {
		const flags = command.optsWithGlobals<ListFlags>();
		await withWorkspaceOrEmpty(flags, async ({ store }) => {
			const { listQueue } = await import('../../review/list-queue.ts');
			const { findQueues } = await import('../../review/find-queues.ts');
			const which = queuesOf(flags);
			await findQueues(store, which);
			// One more tells whether there are more.
			const listed = await listQueue(store, {
				limit: flags.limit + 1,
				...which,
				...(flags.state === undefined ? {} : { state: flags.state }),
				...(flags.mine === true ? { assignee: actorOf(flags) } : {}),
				...(flags.overdue === true ? { dueBefore: new Date() } : {}),
			});
			const items = listed.slice(0, flags.limit);
			if (terminal.json) {
				return terminal.outJson(
					items.map((item) => ({ ...item, reasons: readReasons(item.reasons), together: readGroups(item.reasons) })),
				);
			}
			if (items.length === 0) {
				terminal.note(describeEmpty(flags));
				return;
			}
			const rows = items.map((item) => [
				String(item.item_id),
				item.dataset_name,
				String(item.row_number),
				item.record_key,
				formatScore(item.score),
				item.severity,
				describeState(item),
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
			if (listed.length > items.length)
				terminal.note(`the first ${formatQuantity(flags.limit, 'item')}; more with --limit`);
		});
	});
}

function describeEmpty({ state, mine, overdue }: ListFlags): string {
	if (mine === true) return 'you hold nothing; the next one: counterfoil queue next';
	if (overdue === true) return 'nothing is overdue';
	if (state !== undefined) return `nothing is ${state.replace('_', ' ')}`;
	return 'the review queue is empty; a run fills it: counterfoil run FILE';
}

/** `new`, `held by ann`, `snoozed until 2026-11-30`, `escalated`. */
function describeState({ state, assignee, lease_expires_at: lease, snoozed_until: until }: QueueEntry): string {
	if (state === 'in_review') {
		const isOver = lease !== null && Date.parse(lease) <= Date.now();
		return isOver ? `left by ${assignee}` : `held by ${assignee}`;
	}
	return state === 'snoozed' ? `snoozed until ${(until ?? '').slice(0, 10)}` : state;
}
