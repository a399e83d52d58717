import type { Command } from 'commander';
import { addExamples } from '../add-examples.ts';
import { withWorkspace } from '../carry-out-run.ts';
import { nextCommands, printNext } from '../print-result.ts';
import {
	addAgainstOption,
	addRunnerOptions,
	addTableOptions,
	addTrainingOptions,
	type RunFlags,
	TABLE_FILE,
} from '../run-options.ts';
import { tellRun } from '../tell-run.ts';
import type { Terminal } from '../terminal.ts';
import { withTable } from '../with-table.ts';

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
		await withTable(file, flags, 'train FILE, or train --dataset ID', (table) =>
			withWorkspace(
				flags,
				async (workspace) => {
					const result = await tellRun(workspace, { kind: 'train', ...table }, flags, terminal);
					if (result === null) return;
					terminal.out(`\n${terminal.paint('bold', 'Model')}  ${result.modelId}`);
					printNext(result, nextCommands(result, flags), terminal);
				},
				{ missing: file === undefined ? 'refused' : 'made' },
			),
		);
	});
}
