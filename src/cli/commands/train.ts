import type { Command } from 'commander';
import { CounterfoilError } from '../../contracts/errors.ts';
import { addExamples } from '../add-examples.ts';
import { type AskedRun, carryOutRun, withWorkspace } from '../carry-out-run.ts';
import { checkInput } from '../check-input.ts';
import { collectResult } from '../collect-result.ts';
import { nextCommands, printNext, printResult } from '../print-result.ts';
import { requireLoaded } from '../print-schema.ts';
import {
	addAgainstOption,
	addRunnerOptions,
	addTableOptions,
	addTrainingOptions,
	type RunFlags,
	TABLE_FILE,
} from '../run-options.ts';
import type { Terminal } from '../terminal.ts';

export function defineTrain(command: Command, terminal: Terminal): void {
	command
		.argument('[file]', TABLE_FILE)
		.option('--dataset <id>', 'a data set that is already ingested, instead of a file')
		.option('--name <name>', 'name of the data set (default: that of the file)');
	addRunnerOptions(command);
	addTrainingOptions(command);
	addTableOptions(command);
	addAgainstOption(command);
	addExamples(command, [
		['train payments.csv --label is_fraud', 'the label is not learnt from'],
		['train --dataset ID --seed 7', 'another model of the same data'],
		['train normal.csv --normal-only', 'all rows are known to be normal'],
	]);
	command.action(async (file: string | undefined) => {
		const flags = command.optsWithGlobals<RunFlags & { readonly name?: string; readonly dataset?: string }>();
		const asked = await toAskedRun(file, flags);
		await withWorkspace(
			flags,
			async (workspace) => {
				const done = await carryOutRun(workspace, asked, flags, terminal);
				const result = await collectResult(workspace, done.summary);
				if (terminal.json) terminal.outJson(result);
				else printResult(result, done.tookMs, terminal);
				requireLoaded(result);
				if (terminal.json) return;
				terminal.out(`\n${terminal.paint('bold', 'Model')}  ${result.modelId}`);
				printNext(result, nextCommands(result, flags), terminal);
			},
			{ missing: file === undefined ? 'refused' : 'made' },
		);
	});
}

async function toAskedRun(
	file: string | undefined,
	flags: RunFlags & { readonly name?: string; readonly dataset?: string },
): Promise<AskedRun> {
	if ((file === undefined) === (flags.dataset === undefined)) {
		throw new CounterfoilError('USAGE', 'name a file or a data set, one of the two', {
			hint: 'counterfoil train FILE, or counterfoil train --dataset ID',
		});
	}
	if (file === undefined) return { kind: 'train', datasetId: flags.dataset as string };
	const name = flags.name === undefined ? {} : { datasetName: flags.name };
	return { kind: 'train', source: await checkInput(file, flags), ...name };
}
