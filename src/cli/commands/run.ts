import type { Command } from 'commander';
import { addExamples } from '../add-examples.ts';
import { withWorkspaceOrNew } from '../carry-out-run.ts';
import { nextCommands, printNext } from '../print-result.ts';
import { addRunnerOptions, addSettingOptions, type RunFlags, TABLE_FILE } from '../run-options.ts';
import { tellRun } from '../tell-run.ts';
import type { Terminal } from '../terminal.ts';
import { withTable } from '../with-table.ts';

export function defineRun(command: Command, terminal: Terminal): void {
	command.argument('<file>', TABLE_FILE).option('--name <name>', 'name of the data set (default: that of the file)');
	addRunnerOptions(command);
	addSettingOptions(command);
	addExamples(command, [
		['run payments.csv', 'column kinds are found by themselves'],
		['run payments.csv.gz --key payment_id --label is_fraud', 'records by their key, labels kept apart'],
		['run export.tsv --ignore id,comment --alerts 50 --json', 'for a program'],
	]);
	command.action(async (file: string) => {
		const flags = command.optsWithGlobals<RunFlags & { readonly name?: string }>();
		await withTable(file, flags, 'run FILE', (table) =>
			withWorkspaceOrNew(flags, async (workspace) => {
				const result = await tellRun(workspace, { kind: 'pipeline', ...table }, flags, terminal);
				if (result !== null) printNext(result, nextCommands(result, flags), terminal);
			}),
		);
	});
}
