import { delimiter, join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { INPUT_ROOTS } from '../../compute/open-options.ts';
import { SPOOL_FOLDER } from '../../runtime/find-home.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspace } from '../carry-out-run.ts';
import { ExitWith } from '../exit-with.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { handleInterrupt } from '../handle-interrupt.ts';
import { parseWhole } from '../parse-arguments.ts';
import type { Terminal } from '../terminal.ts';

type WorkerFlags = GlobalFlags & {
	readonly queue: 'io' | 'compute' | 'both';
	readonly computeSlots: number;
	readonly inputRoot?: readonly string[];
};

export function defineWorker(command: Command, terminal: Terminal): void {
	command
		.addOption(
			new Option('--queue <queue>', 'what to take: io needs the database, compute a free core')
				.choices(['io', 'compute', 'both'])
				.default('both'),
		)
		.option('--compute-slots <n>', 'calculations at a time', parseWhole(1), 2)
		.option('--input-root <folders...>', 'folders that tables may be read from (default: the current one)');
	command.addHelpText(
		'after',
		'\nThe server is found as by the temporal command: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_PROFILE\n' +
			'and the configuration file of Temporal; without them localhost:7233.',
	);
	addExamples(command, [
		['worker', 'everything on one machine'],
		['worker --queue compute --compute-slots 1', 'on a machine that only calculates'],
		['run payments.csv --temporal', 'in another terminal: work for it'],
	]);
	command.action(async () => {
		const flags = command.optsWithGlobals<WorkerFlags>();
		const interrupt = handleInterrupt(terminal);
		try {
			await withWorkspace(flags, async (workspace) => {
				allowInputs(flags.inputRoot, workspace.paths.home);
				const { startWorker } = await import('../../runtime/start-worker.ts');
				await startWorker(workspace, {
					queues: flags.queue === 'both' ? ['io', 'compute'] : [flags.queue],
					computeSlots: flags.computeSlots,
					signal: interrupt.signal,
					onReady: () => terminal.note('the worker is ready; Ctrl-C ends it'),
				});
			});
		} finally {
			interrupt.release();
		}
		// Being asked to end is how a worker ends; what it had under way is taken up by another.
		const exitCode = interrupt.exitCode();
		if (exitCode !== null) throw new ExitWith(exitCode);
	});
}

/**
 * Whoever can start a workflow names the file, so a worker reads from some folders only. The processes that read
 * find them in the environment, where they may also be set.
 */
function allowInputs(roots: readonly string[] | undefined, home: string): void {
	if (roots === undefined && process.env[INPUT_ROOTS] !== undefined) return;
	const folders = [...(roots ?? ['.']), join(home, SPOOL_FOLDER)];
	process.env[INPUT_ROOTS] = folders.map((folder) => resolve(folder)).join(delimiter);
}
