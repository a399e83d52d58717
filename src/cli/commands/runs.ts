import type { Command } from 'commander';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { Workspace } from '../../runtime/open-workspace.ts';
import type { Run, RunStep } from '../../store/database.ts';
import type { Store } from '../../store/store.ts';
import { addExamples } from '../add-examples.ts';
import { follow, withWorkspace, withWorkspaceOrEmpty } from '../carry-out-run.ts';
import { collectResult } from '../collect-result.ts';
import { addDryRunOption } from '../dry-run.ts';
import { escapeControls } from '../escape-controls.ts';
import { formatTable } from '../format-table.ts';
import { formatDuration } from '../format-values.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { isWrittenByCommand } from '../is-written-by-command.ts';
import { parseWhole } from '../parse-arguments.ts';
import { nextCommands, printNext, printResult } from '../print-result.ts';
import type { Terminal } from '../terminal.ts';
import { defineCompare } from './compare.ts';

export function defineRuns(group: Command, terminal: Terminal): void {
	addExamples(group, [
		['runs list', 'what has been run'],
		['runs resume ID', 'go on where it was'],
	]);
	defineList(group, terminal);
	defineShow(group, terminal);
	defineResume(group, terminal);
	definePause(group, terminal);
	defineCancel(group, terminal);
	defineCompare(
		group
			.command('diff')
			.description('Two runs side by side: settings, measures, the records they find. As `compare`.'),
		terminal,
	);
}

function defineList(group: Command, terminal: Terminal): void {
	const command = group
		.command('list')
		.description('Runs, latest first.')
		.option('--limit <n>', 'runs', parseWhole(1), 20);
	addExamples(command, [['runs list --limit 100 --json', 'for a program']]);
	command.action(async () => {
		const flags = command.optsWithGlobals<GlobalFlags & { readonly limit: number }>();
		await withWorkspaceOrEmpty(flags, async ({ store }) => {
			const { listRuns, nameRuns } = await import('../../store/list-runs.ts');
			await closeTerminated(store);
			const runs = await listRuns(store, { limit: flags.limit });
			const names = await nameRuns(store, runs);
			const nameOf = ({ run_id }: Run) => names.get(run_id) ?? { dataset: null, model: null };
			if (terminal.json) {
				return terminal.outJson(
					runs.map((run) => ({ ...toPlain(run), dataset_name: nameOf(run).dataset, model: nameOf(run).model })),
				);
			}
			if (runs.length === 0) {
				terminal.note('nothing has been run yet; begin with: counterfoil demo');
				return;
			}
			terminal.out(
				formatTable(
					[
						{ header: 'run' },
						{ header: 'kind' },
						{ header: 'status', style: (cell) => paintStatus(cell, terminal) },
						{ header: 'data set', maxWidth: 20 },
						{ header: 'model', maxWidth: 24 },
						{ header: 'started' },
						{ header: 'took', align: 'right' },
					],
					runs.map((run) => [
						run.run_id,
						run.kind,
						run.status,
						nameOf(run).dataset ?? '',
						nameOf(run).model ?? '',
						formatTime(run.started_at),
						formatTook(run),
					]),
				),
			);
		});
	});
}

/** Runs of workflows that were terminated are closed, where the server can be asked. */
async function closeTerminated(store: Store): Promise<void> {
	const { listRunsOfWorkflows } = await import('../../store/runs.ts');
	if ((await listRunsOfWorkflows(store)).length === 0) return;
	const { closeEndedRuns } = await import('../../runtime/close-ended-runs.ts');
	await closeEndedRuns(store);
}

function defineShow(group: Command, terminal: Terminal): void {
	const command = group
		.command('show')
		.description('One run with its steps.')
		.argument('<run>', 'id of the run, or the beginning of it')
		.option('--watch', 'look at it until it has come to its end');
	addExamples(command, [
		['runs show 20261122-0114', 'the beginning of the id is enough'],
		['runs show 20261122-0114 --watch', 'one that goes on in another process'],
	]);
	command.action(async (runId: string) => {
		const flags = command.optsWithGlobals<GlobalFlags & { readonly watch?: boolean }>();
		await withWorkspace(flags, async ({ store }) => {
			const { getRun } = await import('../../store/list-runs.ts');
			const { listSteps } = await import('../../store/run-steps.ts');
			const { watchRun } = await import('./runs-watch.ts');
			await closeTerminated(store);
			const { run_id: id } = await getRun(store, runId);
			const { run, steps } =
				flags.watch === true
					? await watchRun(store, id, terminal)
					: { run: await getRun(store, id), steps: await listSteps(store, id) };
			if (terminal.json) return terminal.outJson({ ...toPlain(run), steps: steps.map(toPlain) });
			printRun(run, steps, terminal);
		});
	});
}

function printRun(run: Run, steps: readonly RunStep[], terminal: Terminal): void {
	const facts: [string, string | null][] = [
		['status', run.status],
		['kind', run.kind],
		['runner', run.runner],
		['workflow', run.workflow_id],
		['data set', run.dataset_id],
		['model', run.model_id],
		['seed', String(run.seed)],
		['backend', run.backend],
		['started', formatTime(run.started_at)],
		['took', formatTook(run)],
		['version', run.counterfoil_version],
	];
	terminal.out(terminal.paint('bold', `Run ${run.run_id}`));
	for (const [name, value] of facts) {
		if (value !== null && value !== '') terminal.out(`  ${name.padEnd(9)} ${escapeControls(value)}`);
	}
	if (run.error_json !== null) {
		const error = JSON.parse(run.error_json) as { code: string; message: string };
		terminal.out(`  ${'error'.padEnd(9)} ${error.code}: ${escapeControls(error.message)}`);
	}
	if (steps.length === 0) return;
	terminal.out('');
	terminal.out(
		formatTable(
			[
				{ header: 'step' },
				{ header: 'status', style: (cell) => paintStatus(cell, terminal) },
				{ header: 'attempt', align: 'right' },
				{ header: 'took', align: 'right' },
			],
			steps.map((step) => [step.step, step.status, String(step.attempt), formatTook(step)]),
		),
	);
}

function defineResume(group: Command, terminal: Terminal): void {
	const command = group
		.command('resume')
		.description('Goes on with a run that was interrupted, paused, cancelled or has failed, from its last checkpoint.')
		.argument('<run>', 'id of the run, or the beginning of it');
	addDryRunOption(command, 'plan');
	addExamples(command, [['runs resume 20261122-0114', 'go on where it was']]);
	command.action(async (runId: string) => {
		const flags = command.optsWithGlobals<GlobalFlags>();
		const resume = async (workspace: Workspace): Promise<void> => {
			const { getRun } = await import('../../store/list-runs.ts');
			const { requestOfRun } = await import('../../runtime/make-request.ts');
			const run = await getRun(workspace.store, runId);
			const request = requestOfRun(run);
			if (isWrittenByCommand(request)) {
				throw new CounterfoilError('USAGE', 'the rows of this run go to a file, which the run does not know', {
					where: `run ${run.run_id}`,
					hint: 'give the command that began it again: it goes on where the run was, and writes the file',
				});
			}
			const rows = request.augment?.rows ?? null;
			if (flags.dryRun === true) {
				const { printPlan } = await import('../print-plan.ts');
				return printPlan({ request, resumed: true, rows, database: workspace.paths.database }, workspace, terminal);
			}
			if (await letGoOn(run)) terminal.note(`run ${run.run_id} was paused and goes on`);
			const done = await follow(
				{ request, rows, resumed: true, place: flags, spool: workspace.spool },
				terminal,
				async (options) => {
					if (run.runner === 'temporal') {
						const { runOnTemporal } = await import('../../runtime/run-on-temporal.ts');
						return runOnTemporal(request, options);
					}
					const { runInProcess } = await import('../../runtime/run-in-process.ts');
					return runInProcess(workspace, request, options);
				},
			);
			const result = await collectResult(workspace, done.summary);
			if (terminal.json) return terminal.outJson(result);
			printResult(result, done.tookMs, terminal);
			printNext(result, nextCommands(result, flags), terminal);
		};
		await withWorkspace(flags, resume, { trial: 'read only' });
	});
}

/** Resumes a run that is paused on Temporal. @returns whether it was */
async function letGoOn(run: Run): Promise<boolean> {
	if (run.runner !== 'temporal' || run.status !== 'running' || run.workflow_id === null) return false;
	const { progressOnTemporal, resumeOnTemporal } = await import('../../runtime/run-on-temporal.ts');
	const onTemporal = { runId: run.run_id, workflowId: run.workflow_id };
	if ((await progressOnTemporal(onTemporal))?.state !== 'paused') return false;
	await resumeOnTemporal(onTemporal);
	return true;
}

function definePause(group: Command, terminal: Terminal): void {
	const command = group
		.command('pause')
		.description('Has a run on Temporal begin no further step; those under way come to their end.')
		.argument('<run>', 'id of the run, or the beginning of it');
	addDryRunOption(command, 'say');
	addExamples(command, [['runs pause 20261122-0114', '`runs resume` has it go on']]);
	command.action(async (runId: string) => {
		const flags = command.optsWithGlobals<GlobalFlags>();
		const pause = async ({ store }: Workspace): Promise<void> => {
			const { getRun } = await import('../../store/list-runs.ts');
			const run = await getRun(store, runId);
			if (run.runner !== 'temporal' || run.workflow_id === null || run.status !== 'running') {
				throw new CounterfoilError('RUN_STATE', 'only a run that goes on on Temporal can be paused', {
					where: `run ${run.run_id} (${run.runner}, ${run.status})`,
					hint: 'one that goes on in a process is stopped with `runs cancel`, and goes on with `runs resume`',
				});
			}
			const { pauseOnTemporal, progressOnTemporal } = await import('../../runtime/run-on-temporal.ts');
			const onTemporal = { runId: run.run_id, workflowId: run.workflow_id };
			if (flags.dryRun === true) {
				const state = (await progressOnTemporal(onTemporal))?.state ?? null;
				if (terminal.json) return terminal.outJson({ runId: run.run_id, state });
				return terminal.out(`run ${run.run_id}, which is ${state ?? 'not answering'}, would be paused`);
			}
			const state = await pauseOnTemporal(onTemporal);
			if (terminal.json) terminal.outJson({ runId: run.run_id, state });
			else terminal.out(`run ${run.run_id} is ${state}`);
		};
		await withWorkspace(flags, pause, { trial: 'read only' });
	});
}

function defineCancel(group: Command, terminal: Terminal): void {
	const command = group
		.command('cancel')
		.description('Stops a run that goes on in another process or on Temporal.')
		.argument('<run>', 'id of the run, or the beginning of it');
	addDryRunOption(command, 'copy');
	addExamples(command, [['runs cancel 20261122-0114', 'it can be resumed later']]);
	command.action(async (runId: string) => {
		const flags = command.optsWithGlobals<GlobalFlags>();
		await withWorkspace(flags, async ({ store }) => {
			const { getRun } = await import('../../store/list-runs.ts');
			const { requestCancel } = await import('../../store/runs.ts');
			const run = await getRun(store, runId);
			const isOnTemporal = run.runner === 'temporal' && run.status === 'running';
			if (isOnTemporal && run.workflow_id !== null && flags.dryRun !== true) {
				const { cancelOnTemporal } = await import('../../runtime/run-on-temporal.ts');
				await cancelOnTemporal({ runId: run.run_id, workflowId: run.workflow_id });
			}
			const status = await requestCancel(store, run.run_id);
			if (terminal.json) return terminal.outJson({ runId: run.run_id, status });
			terminal.out(status === 'running' ? `run ${run.run_id} was asked to stop` : `run ${run.run_id} is ${status}`);
		});
	});
}

/** A row with its JSON columns as what they hold and without what only the program needs. */
function toPlain(row: Run | RunStep): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(row).map(([name, value]) =>
			name.endsWith('_json')
				? [name.slice(0, -'_json'.length), typeof value === 'string' ? (JSON.parse(value) as unknown) : null]
				: [name, value],
		),
	);
}

function paintStatus(cell: string, terminal: Terminal): string {
	const status = cell.trim();
	if (status === 'succeeded' || status === 'finished') return terminal.paint('green', cell);
	return terminal.paint(status === 'failed' ? 'red' : 'yellow', cell);
}

/** `2026-11-22 01:14 UTC`. */
function formatTime(iso: string): string {
	return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

function formatTook(row: { readonly started_at: string; readonly finished_at: string | null }): string {
	return row.finished_at === null ? '' : formatDuration(Date.parse(row.finished_at) - Date.parse(row.started_at));
}
