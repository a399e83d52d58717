import type { Command } from 'commander';
import { addExamples } from '../add-examples.ts';
import { withWorkspace } from '../carry-out-run.ts';
import { formatTime } from '../print-item.ts';
import { type ActorFlags, actorOf, addWriterOptions, nameItems, parseItems, parseUntil } from '../review-options.ts';
import type { Terminal } from '../terminal.ts';

/** Putting items aside: snooze, escalate, note. */
export function defineQueueMove(group: Command, terminal: Terminal): void {
	defineSnooze(group, terminal);
	defineEscalate(group, terminal);
	defineNote(group, terminal);
}

function defineSnooze(group: Command, terminal: Terminal): void {
	const command = group
		.command('snooze')
		.summary('put items aside until later')
		.description('Puts items aside; they come back by themselves.')
		.argument('<items...>', 'numbers: 17, 17,18 or 17-25', parseItems)
		.requiredOption('--until <time>', '2h, 3d, 2026-12-24 or 2026-12-24T09:00 (UTC)', parseUntil)
		.option('--note <text>', 'why');
	addWriterOptions(command);
	addExamples(command, [['queue snooze 17 --until 2d --note "asked the merchant"', 'back in two days']]);
	command.action(async (itemIds: readonly number[]) => {
		const flags = command.optsWithGlobals<ActorFlags & { readonly until: Date; readonly note?: string }>();
		const { until, note } = flags;
		await withWorkspace(flags, async ({ store }) => {
			const { snoozeItems } = await import('../../review/move-items.ts');
			const words = note === undefined ? {} : { note };
			const { items } = await snoozeItems(store, itemIds, { actor: actorOf(flags), until, ...words });
			if (terminal.json) return terminal.outJson(items);
			terminal.out(
				`${nameItems(items.map(({ item_id }) => item_id))} put aside until ${formatTime(until.toISOString())}`,
			);
		});
	});
}

function defineEscalate(group: Command, terminal: Terminal): void {
	const command = group
		.command('escalate')
		.summary('hand items to someone who may decide more')
		.description('Escalates items: someone else gets them with "queue next --escalated".')
		.argument('<items...>', 'numbers: 17, 17,18 or 17-25', parseItems)
		.requiredOption('--reason <text>', 'what they should know');
	addWriterOptions(command);
	addExamples(command, [['queue escalate 17 --reason "looks like a ring"', 'for a lead to decide']]);
	command.action(async (itemIds: readonly number[]) => {
		const flags = command.optsWithGlobals<ActorFlags & { readonly reason: string }>();
		await withWorkspace(flags, async ({ store }) => {
			const { escalateItems } = await import('../../review/move-items.ts');
			const { items } = await escalateItems(store, itemIds, { actor: actorOf(flags), reason: flags.reason });
			if (terminal.json) return terminal.outJson(items);
			terminal.out(`${nameItems(items.map(({ item_id }) => item_id))} escalated`);
		});
	});
}

function defineNote(group: Command, terminal: Terminal): void {
	const command = group
		.command('note')
		.summary('add a note to items')
		.description('Adds a note to items; those that you hold are held for longer.')
		.argument('<items...>', 'numbers: 17, 17,18 or 17-25', parseItems)
		.requiredOption('--text <text>', 'the note');
	addWriterOptions(command);
	addExamples(command, [['queue note 17 --text "called, no answer"', 'for whoever looks next']]);
	command.action(async (itemIds: readonly number[]) => {
		const flags = command.optsWithGlobals<ActorFlags & { readonly text: string }>();
		await withWorkspace(flags, async ({ store }) => {
			const { noteItems } = await import('../../review/move-items.ts');
			const { items } = await noteItems(store, itemIds, { actor: actorOf(flags), note: flags.text });
			if (terminal.json) return terminal.outJson(items);
			terminal.out(`noted on ${nameItems(items.map(({ item_id }) => item_id))}`);
		});
	});
}
