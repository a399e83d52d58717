import type { Command } from 'commander';
import { MIN_TRAINING_ROWS } from '../../features/require-trainable.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspaceOrNew } from '../carry-out-run.ts';
import { placeOptions } from '../place-options.ts';
import { isLearnt, printNext } from '../print-result.ts';
import { addAgainstOption, addRunnerOptions, addTableOptions, type RunFlags, TABLE_FILE } from '../run-options.ts';
import { tellRun } from '../tell-run.ts';
import type { Terminal } from '../terminal.ts';
import { withTable } from '../with-table.ts';

export function defineIngest(command: Command, terminal: Terminal): void {
	command.argument('<file>', TABLE_FILE).option('--name <name>', 'name of the data set (default: that of the file)');
	addRunnerOptions(command);
	addTableOptions(command);
	addAgainstOption(command);
	addExamples(command, [
		['ingest payments.csv', 'read it, describe its columns, store its records'],
		['ingest legacy.txt --delimiter pipe --encoding windows-1252', 'when the guess would be wrong'],
		['ingest payments.csv --max-rejects 1%', 'stop if more than one row in a hundred cannot be read'],
		['ingest payments.csv --on-error fail', 'stop at the first row that cannot be read'],
	]);
	command.action(async (file: string) => {
		const flags = command.optsWithGlobals<RunFlags & { readonly name?: string }>();
		await withTable(file, flags, 'ingest FILE', (table) =>
			withWorkspaceOrNew(flags, async (workspace) => {
				const result = await tellRun(workspace, { kind: 'ingest', ...table }, flags, terminal);
				if (result === null) return;
				const isTrainable = result.rowsLoaded >= MIN_TRAINING_ROWS && result.columns.some(isLearnt);
				if (!isTrainable) terminal.note('too few rows, or no column, to train a model on');
				const where = placeOptions(flags);
				printNext(
					result,
					isTrainable ? [[`train --dataset ${result.datasetId}${where}`, 'train a model on it']] : [],
					terminal,
				);
			}),
		);
	});
}
