import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { LabelWord } from '../../store/review-database.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspace } from '../carry-out-run.ts';
import { commandName } from '../command-name.ts';
import { formatTable } from '../format-table.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { parseWhole } from '../parse-arguments.ts';
import { type ActorFlags, actorOf, addWriterOptions, nameItems, parseItems } from '../review-options.ts';
import type { Terminal } from '../terminal.ts';

const DECISIONS: readonly LabelWord[] = ['fraud', 'legitimate', 'unsure'];

type DecideFlags = ActorFlags & {
	readonly reason?: string;
	readonly note?: string;
	readonly seconds?: number;
	readonly mine?: boolean;
	readonly allHits?: boolean;
};

/** Decisions and what undoes them: decide, undo, reopen, reasons. */
export function defineQueueDecide(group: Command, terminal: Terminal): void {
	defineDecide(group, terminal);
	defineUndo(group, terminal);
	defineReopen(group, terminal);
	defineReasons(group, terminal);
}

function defineDecide(group: Command, terminal: Terminal): void {
	const command = group
		.command('decide')
		.summary('decide items: fraud, legitimate or unsure')
		.description('Decides items. The decision becomes the label of the record, and the log says who decided and why.')
		.addArgument(new Argument('<decision>', 'what it is').choices(DECISIONS))
		.argument('[items...]', 'numbers: 17, 17,18 or 17-25', parseItems)
		.option('--reason <code>', 'why; counterfoil queue reasons tells the words (default: other_DECISION)')
		.option('--note <text>', 'what else there is to say')
		.option('--seconds <n>', 'time spent on each (default: since you claimed it)', parseWhole(0))
		.option('--mine', 'all items that you hold')
		.option('--all-hits', 'label every record that hit the item, not only the one it shows');
	addWriterOptions(command);
	addExamples(command, [
		['queue decide fraud 17 --reason stolen_card', 'one item'],
		['queue decide legitimate 18-25,31 --reason known_exception --note "summer sale"', 'many at once'],
		['queue decide legitimate --mine --reason usual_for_customer', 'all that you hold'],
	]);
	command.action(async (decision: LabelWord, itemIds: readonly number[]) => {
		const flags = command.optsWithGlobals<DecideFlags>();
		const { note, seconds, allHits = false, reason = `other_${decision}` } = flags;
		await withWorkspace(flags, async ({ store }) => {
			const { decideItems } = await import('../../review/decide-items.ts');
			const { listHeld } = await import('../../review/claim-items.ts');
			const actor = actorOf(flags);
			const held = flags.mine === true ? (await listHeld(store, { actor })).map(({ item_id }) => item_id) : [];
			const named = [...itemIds, ...held];
			if (named.length === 0) throw nothingNamed(flags.mine === true);
			const { items, waiting, events } = await decideItems(store, named, {
				actor,
				decision,
				reasonCode: reason,
				allHits,
				...(note === undefined ? {} : { note }),
				...(seconds === undefined ? {} : { secondsSpent: seconds }),
			});
			if (terminal.json) return terminal.outJson({ items, waiting, events });
			const decided = items.filter(({ item_id }) => !waiting.includes(item_id)).map(({ item_id }) => item_id);
			if (decided.length > 0) terminal.out(`${nameItems(decided)} decided: ${decision} (${reason})`);
			if (waiting.length > 0) terminal.out(`${nameItems(waiting)} waiting for a second person to confirm ${decision}`);
			if (flags.reason === undefined)
				terminal.note(`to say why: --reason; ${commandName()} queue reasons has the words`);
			terminal.note(`the next one: ${commandName()} queue next; to take this back: ${commandName()} queue undo`);
		});
	});
}

function nothingNamed(isMine: boolean): CounterfoilError {
	return new CounterfoilError('USAGE', isMine ? 'You hold no items.' : 'No item is named.', {
		hint: 'name items by their numbers, or claim some with counterfoil queue next and use --mine',
	});
}

/** `42` or `42-61` as the events of decisions that were made together. */
function parseEvents(text: string): { first: number; last: number } {
	const match = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(text.trim());
	if (match === null) throw new InvalidArgumentError('It must be an event such as 42, or a range of them: 42-61.');
	return { first: Number(match[1]), last: Number(match[2] ?? match[1]) };
}

function defineUndo(group: Command, terminal: Terminal): void {
	const command = group
		.command('undo')
		.summary('take back what you decided last')
		.description('Takes back decisions that you made together, the last ones by default; the items are free again.')
		.option('--events <range>', 'events of the decisions, as decide --json tells them', parseEvents)
		.option('--note <text>', 'why');
	addWriterOptions(command);
	addExamples(command, [
		['queue undo', 'the last decision, of however many items'],
		['queue undo --events 42-61 --note "wrong filter"', 'an earlier one'],
	]);
	command.action(async () => {
		const flags = command.optsWithGlobals<
			ActorFlags & { readonly events?: { first: number; last: number }; readonly note?: string }
		>();
		const { events, note } = flags;
		await withWorkspace(flags, async ({ store }) => {
			const { undoDecisions } = await import('../../review/undo-decisions.ts');
			const { items, undone } = await undoDecisions(store, {
				actor: actorOf(flags),
				...(events === undefined ? {} : { events }),
				...(note === undefined ? {} : { note }),
			});
			if (terminal.json) return terminal.outJson(items);
			for (const { decision, reason, at, itemIds } of undone) {
				const why = reason === null ? '' : ` (${reason})`;
				terminal.out(
					`${nameItems(itemIds)} undecided again, and free: ${itemIds.length === 1 ? 'was' : 'were'} ${decision}${why} since ${at}`,
				);
			}
		});
	});
}

function defineReopen(group: Command, terminal: Terminal): void {
	const command = group
		.command('reopen')
		.summary('bring back what was decided')
		.description('Brings decided items back, because something speaks against the decision.')
		.argument('<items...>', 'numbers: 17, 17,18 or 17-25', parseItems)
		.requiredOption('--reason <text>', 'what speaks against the decision');
	addWriterOptions(command);
	addExamples(command, [['queue reopen 17 --reason "the customer denies it"', 'it is in the queue again']]);
	command.action(async (itemIds: readonly number[]) => {
		const flags = command.optsWithGlobals<ActorFlags & { readonly reason: string }>();
		await withWorkspace(flags, async ({ store }) => {
			const { reopenItems } = await import('../../review/move-items.ts');
			const { items } = await reopenItems(store, itemIds, { actor: actorOf(flags), reason: flags.reason });
			if (terminal.json) return terminal.outJson(items);
			terminal.out(`${nameItems(items.map(({ item_id }) => item_id))} open again`);
		});
	});
}

type ReasonFlags = GlobalFlags & {
	readonly add?: string;
	readonly retire?: string;
	readonly decision?: LabelWord;
	readonly text?: string;
};

function defineReasons(group: Command, terminal: Terminal): void {
	const command = group
		.command('reasons')
		.summary('the words for reasons; add or retire one')
		.description('The reasons that a decision can be given, by decision.')
		.option('--add <code>', 'adds a reason, one lower-case word')
		.addOption(new Option('--decision <decision>', 'what the new reason is for').choices(DECISIONS))
		.option('--text <text>', 'what the new reason means')
		.option('--retire <code>', 'no longer offers a reason');
	addExamples(command, [
		['queue reasons', 'the words'],
		['queue reasons --add mule_account --decision fraud --text "Money only passes through."', 'one more'],
	]);
	command.action(async () => {
		const flags = command.optsWithGlobals<ReasonFlags>();
		await withWorkspace(flags, async ({ store }) => {
			const { listReasonCodes, putReasonCode } = await import('../../review/decide-items.ts');
			if (flags.add !== undefined) {
				const { add: code, decision, text = '' } = flags;
				if (decision === undefined)
					throw new CounterfoilError('USAGE', 'It is not said what the reason is for.', {
						hint: 'name it with --decision fraud, legitimate or unsure',
					});
				await putReasonCode(store, { code, decision, description: text });
			}
			if (flags.retire !== undefined) {
				const known = (await listReasonCodes(store)).find(({ code }) => code === flags.retire);
				if (known === undefined) {
					throw new CounterfoilError('NOT_FOUND', 'There is no such reason code.', {
						where: `reason ${flags.retire}`,
						hint: '"counterfoil queue reasons" shows those there are',
					});
				}
				await putReasonCode(store, { ...known, isRetired: true });
			}
			const codes = (await listReasonCodes(store)).filter(({ is_retired }) => is_retired === 0);
			if (terminal.json) return terminal.outJson(codes);
			terminal.out(
				formatTable(
					[{ header: 'decision' }, { header: 'reason' }, { header: 'meaning' }],
					codes.map(({ decision, code, description }) => [decision, code, description]),
				),
			);
		});
	});
}
