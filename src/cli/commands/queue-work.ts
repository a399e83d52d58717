import type { Command } from 'commander';
import type { ReviewItem } from '../../store/review-database.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspace } from '../carry-out-run.ts';
import { commandName } from '../command-name.ts';
import { parseWhole } from '../parse-arguments.ts';
import { formatTime, itemToJson, printEvents, printItem } from '../print-item.ts';
import {
	type ActorFlags,
	actorOf,
	addQueueOptions,
	addWriterOptions,
	nameItems,
	parseItems,
	type QueueFlags,
	queuesOf,
} from '../review-options.ts';
import type { Terminal } from '../terminal.ts';

/** Getting hold of items: next, claim, release, assign, show. */
export function defineQueueWork(group: Command, terminal: Terminal): void {
	defineNext(group, terminal);
	defineShow(group, terminal);
	defineClaim(group, terminal);
	defineRelease(group, terminal);
	defineAssign(group, terminal);
}

function defineNext(group: Command, terminal: Terminal): void {
	const command = group
		.command('next')
		.summary('claim the most urgent free item and look at it')
		.description('Claims the most urgent item that is free; nobody else gets it for as long as the lease lasts.')
		.option('--count <n>', 'items to claim', parseWhole(1), 1)
		.option('--escalated', 'what was escalated, or waits for a second person, instead of what is new');
	addQueueOptions(command);
	addWriterOptions(command);
	addExamples(command, [
		['queue next', 'one item, with what speaks against it'],
		['queue next --count 20 --json', 'for a program'],
		['queue next --escalated --as bea', 'what waits for a second person'],
	]);
	command.action(async () => {
		const flags = command.optsWithGlobals<QueueFlags & { readonly count: number; readonly escalated?: boolean }>();
		await withWorkspace(flags, async ({ store }) => {
			const { claimNext } = await import('../../review/claim-items.ts');
			const { readItem } = await import('../../review/read-item.ts');
			const { countStates } = await import('../../review/count-states.ts');
			const actor = actorOf(flags);
			const escalated = flags.escalated === true;
			const items = await claimNext(store, { actor, count: flags.count, escalated, ...queuesOf(flags) });
			const details = await Promise.all(items.map(({ item_id }) => readItem(store, item_id)));
			if (terminal.json) return terminal.outJson(details.map(itemToJson));
			if (items.length === 0) return terminal.note(describeNothing(await countStates(store), escalated));
			for (const [index, detail] of details.entries()) {
				if (index > 0) terminal.out('');
				printItem(detail, terminal);
			}
			const numbers = items.map(({ item_id }) => item_id).join(',');
			terminal.note(`\nyours until ${formatTime(items[0]?.lease_expires_at ?? '')}; then one of`);
			const line = (words: string) => terminal.note(`  ${commandName()} queue ${words}`);
			line(`decide fraud ${numbers} --reason stolen_card`);
			line(`decide legitimate ${numbers} --reason usual_for_customer`);
			line('reasons  # the words for reasons');
		});
	});
}

function describeNothing(counts: Readonly<Record<ReviewItem['state'], number>>, escalated: boolean): string {
	if (escalated) return 'nothing waits that someone else escalated';
	const { in_review: held, snoozed, escalated: waiting } = counts;
	const rest = [
		...(held > 0 ? [`${held} held by someone`] : []),
		...(snoozed > 0 ? [`${snoozed} snoozed`] : []),
		...(waiting > 0 ? [`${waiting} escalated (queue next --escalated)`] : []),
	];
	if (rest.length > 0) return `nothing is free: ${rest.join(', ')}`;
	return 'the review queue is empty; a run fills it: counterfoil run FILE';
}

function defineShow(group: Command, terminal: Terminal): void {
	const command = group
		.command('show')
		.summary('everything about one item')
		.description('An item with the record, what speaks against it, and everything that happened to it.')
		.argument('<item>', 'number of the item', parseWhole(1));
	addExamples(command, [['queue show 17', 'the item and its history']]);
	command.action(async (itemId: number) => {
		const flags = command.optsWithGlobals<ActorFlags>();
		await withWorkspace(flags, async ({ store }) => {
			const { readItem } = await import('../../review/read-item.ts');
			const detail = await readItem(store, itemId);
			if (terminal.json) return terminal.outJson(itemToJson(detail));
			printItem(detail, terminal);
			printEvents(detail.events, terminal);
		});
	});
}

function defineClaim(group: Command, terminal: Terminal): void {
	const command = group
		.command('claim')
		.summary('claim certain items, or hold them for longer')
		.description('Claims items by their numbers; those that you hold already are held for longer.')
		.argument('<items...>', 'numbers: 17, 17,18 or 17-25', parseItems);
	addWriterOptions(command);
	addExamples(command, [
		['queue claim 17', 'to look at it'],
		['queue claim 17-25', 'nine at once'],
	]);
	command.action(async (itemIds: readonly number[]) => {
		const flags = command.optsWithGlobals<ActorFlags>();
		await withWorkspace(flags, async ({ store }) => {
			const { claimItems } = await import('../../review/claim-items.ts');
			const { items } = await claimItems(store, itemIds, { actor: actorOf(flags) });
			if (terminal.json) return terminal.outJson(items);
			const until = formatTime(items[0]?.lease_expires_at ?? '');
			terminal.out(`${nameItems(items.map(({ item_id }) => item_id))} held until ${until}`);
		});
	});
}

function defineRelease(group: Command, terminal: Terminal): void {
	const command = group
		.command('release')
		.summary('give items back')
		.description('Gives items back to the queue; without numbers, all that you hold.')
		.argument('[items...]', 'numbers: 17, 17,18 or 17-25', parseItems);
	addWriterOptions(command);
	addExamples(command, [
		['queue release 17', 'someone else may take it'],
		['queue release', 'all that you hold'],
	]);
	command.action(async (itemIds: readonly number[]) => {
		const flags = command.optsWithGlobals<ActorFlags>();
		await withWorkspace(flags, async ({ store }) => {
			const { listHeld, releaseItems } = await import('../../review/claim-items.ts');
			const actor = actorOf(flags);
			const named = itemIds.length > 0 ? itemIds : (await listHeld(store, { actor })).map(({ item_id }) => item_id);
			const { items } = await releaseItems(store, named, { actor });
			if (terminal.json) return terminal.outJson(items);
			if (items.length === 0) return terminal.note('you hold nothing');
			terminal.out(`${nameItems(items.map(({ item_id }) => item_id))} given back`);
		});
	});
}

function defineAssign(group: Command, terminal: Terminal): void {
	const command = group
		.command('assign')
		.summary('hand items to someone')
		.description('Hands items to someone, who then holds them for as long as a lease lasts.')
		.argument('<items...>', 'numbers: 17, 17,18 or 17-25', parseItems)
		.requiredOption('--to <name>', 'who gets them');
	addWriterOptions(command);
	addExamples(command, [['queue assign 17 --to bea', 'she knows the customer']]);
	command.action(async (itemIds: readonly number[]) => {
		const flags = command.optsWithGlobals<ActorFlags & { readonly to: string }>();
		await withWorkspace(flags, async ({ store }) => {
			const { assignItems } = await import('../../review/claim-items.ts');
			const { items } = await assignItems(store, itemIds, { actor: actorOf(flags), to: flags.to });
			if (terminal.json) return terminal.outJson(items);
			terminal.out(`${nameItems(items.map(({ item_id }) => item_id))} handed to ${flags.to}`);
		});
	});
}
