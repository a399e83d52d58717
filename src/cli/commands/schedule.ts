import { type Command, InvalidArgumentError } from 'commander';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { ScheduleSource } from '../../contracts/schedule.ts';
import type { Workspace } from '../../runtime/open-workspace.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspace, withWorkspaceOrEmpty } from '../carry-out-run.ts';
import { addDryRunOption } from '../dry-run.ts';
import { formatTable } from '../format-table.ts';
import type { GlobalFlags } from '../global-flags.ts';
import type { Terminal } from '../terminal.ts';
import { defineCreate } from './schedule-create.ts';

export function defineSchedule(group: Command, terminal: Terminal): void {
	addExamples(group, [
		['schedule create hourly --model payments --files incoming --every 1h', 'score what comes into a folder'],
		['schedule list', 'when they were due, and are next'],
	]);
	defineCreate(group, terminal);
	defineList(group, terminal);
	defineAction(group, terminal, {
		name: 'pause',
		summary: 'not due until it is resumed',
		done: 'is paused',
		act: async (name) => (await onTemporal()).pauseSchedule(name, 'counterfoil schedule pause'),
	});
	defineAction(group, terminal, {
		name: 'resume',
		summary: 'due again',
		done: 'goes on',
		act: async (name) => (await onTemporal()).resumeSchedule(name, 'counterfoil schedule resume'),
	});
	defineAction(group, terminal, {
		name: 'trigger',
		summary: 'do it now',
		done: 'was started',
		act: async (name) => (await onTemporal()).triggerSchedule(name),
	});
	defineBackfill(group, terminal);
	defineDelete(group, terminal);
}

type OnTemporal = typeof import('../../runtime/schedules-on-temporal.ts');

async function onTemporal(): Promise<OnTemporal> {
	return import('../../runtime/schedules-on-temporal.ts');
}

function defineList(group: Command, terminal: Terminal): void {
	const command = group.command('list').description('The schedules, what they do, and when they are next.');
	addExamples(command, [['schedule list --json', 'for a program']]);
	command.action(async () => {
		const flags = command.optsWithGlobals<GlobalFlags>();
		await withWorkspaceOrEmpty(flags, async ({ store }) => {
			const { listSchedules } = await import('../../store/schedules.ts');
			const schedules = await listSchedules(store);
			if (schedules.length === 0) {
				if (terminal.json) terminal.outJson([]);
				else terminal.note('there are no schedules; make one with: counterfoil schedule create');
				return;
			}
			const { describeSchedules } = await onTemporal();
			const states = await describeSchedules(schedules.map(({ scheduleId }) => scheduleId));
			if (terminal.json) {
				terminal.outJson(schedules.map((schedule, i) => ({ ...schedule, state: states[i] ?? null })));
				return;
			}
			terminal.out(
				formatTable(
					[
						{ header: 'schedule' },
						{ header: 'does' },
						{ header: 'with' },
						{ header: 'state' },
						{ header: 'last' },
						{ header: 'next' },
					],
					schedules.map(({ scheduleId, task, source }, i) => {
						const state = states[i] ?? null;
						return [
							scheduleId,
							task.modelId === null ? task.kind : `${task.kind} by ${task.modelId}`,
							describeSource(source),
							state === null ? 'unknown to Temporal' : state.isPaused ? 'paused' : 'on',
							formatTime(state?.recent[0]?.startedAt),
							state?.isPaused === true ? '' : formatTime(state?.next[0]),
						];
					}),
				),
			);
		});
	});
}

function describeSource(source: ScheduleSource): string {
	if (source === null) return '';
	return source.type === 'files' ? source.pattern : `query by ${source.column}`;
}

/** `2026-11-22 01:14 UTC`. */
function formatTime(iso: string | undefined): string {
	return iso === undefined ? '' : `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

interface Action {
	readonly name: string;
	readonly summary: string;
	readonly done: string;
	readonly act: (schedule: string) => Promise<void>;
}

function defineAction(group: Command, terminal: Terminal, { name, summary, done, act }: Action): void {
	const command = group
		.command(name)
		.description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
		.argument('<schedule>', 'its name');
	addDryRunOption(command, 'say');
	addExamples(command, [[`schedule ${name} hourly`, summary]]);
	command.action(async (schedule: string) => {
		await requireKnown(command, schedule);
		if (!terminal.trial.isOn) await act(schedule);
		tell(terminal, schedule, done);
	});
}

function defineBackfill(group: Command, terminal: Terminal): void {
	const command = group
		.command('backfill')
		.description('Does it for every time that it was due between two others, one after the other.')
		.argument('<schedule>', 'its name')
		.requiredOption('--from <time>', 'in ISO 8601, such as 2026-11-01 or 2026-11-01T06:00Z', parseInstant)
		.requiredOption('--to <time>', 'the same', parseInstant);
	addDryRunOption(command, 'say');
	addExamples(command, [['schedule backfill daily --from 2026-11-01 --to 2026-11-08', 'for a week that was missed']]);
	command.action(async (schedule: string) => {
		const { from, to } = command.optsWithGlobals<GlobalFlags & { readonly from: Date; readonly to: Date }>();
		if (from >= to)
			throw new CounterfoilError('USAGE', '--from must be before --to', {
				hint: 'times are UTC: --from 2026-11-01 --to 2026-11-08',
			});
		await requireKnown(command, schedule);
		if (!terminal.trial.isOn) await (await onTemporal()).backfillSchedule(schedule, from, to);
		tell(terminal, schedule, `is done for the time from ${from.toISOString()} to ${to.toISOString()}`);
	});
}

function defineDelete(group: Command, terminal: Terminal): void {
	const command = group
		.command('delete')
		.description('Forgets a schedule and what it has taken; its runs and what they made stay.')
		.argument('<schedule>', 'its name');
	addDryRunOption(command, 'say');
	addExamples(command, [['schedule delete hourly', 'the same files would be taken again by a new one']]);
	command.action(async (schedule: string) => {
		await requireKnown(command, schedule);
		if (!terminal.trial.isOn) {
			await withWorkspace(command.optsWithGlobals<GlobalFlags>(), async ({ store }) => {
				const { deleteSchedule } = await import('../../store/schedules.ts');
				await (await onTemporal()).removeSchedule(schedule);
				await deleteSchedule(store, schedule);
			});
		}
		tell(terminal, schedule, 'is deleted');
	});
}

/** Of another database in the same namespace nothing is started. */
async function requireKnown(command: Command, schedule: string): Promise<void> {
	const look = async ({ store }: Workspace): Promise<void> => {
		const { getSchedule } = await import('../../store/schedules.ts');
		await getSchedule(store, schedule);
	};
	await withWorkspace(command.optsWithGlobals<GlobalFlags>(), look, { trial: 'read only' });
}

function tell(terminal: Terminal, schedule: string, done: string): void {
	if (terminal.json) terminal.outJson({ schedule, done });
	else terminal.out(`schedule ${schedule} ${terminal.trial.isOn ? 'is there; if it were done, it ' : ''}${done}`);
}

function parseInstant(text: string): Date {
	const date = new Date(text);
	if (Number.isNaN(date.getTime())) throw new InvalidArgumentError('It must be a time such as 2026-11-01T06:00Z.');
	return date;
}
