import { Argument, type Command, Option } from 'commander';
import type { TableFormat } from '../../ingest/write-table.ts';
import type { ExportKind } from '../../runtime/export-table.ts';
import type { Workspace } from '../../runtime/open-workspace.ts';
import { outputFormatOf, TABLE_FORMATS } from '../../runtime/output-format.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspace } from '../carry-out-run.ts';
import { checkOutput, nowhere, openStandardOutput } from '../check-output.ts';
import { addDryRunOption } from '../dry-run.ts';
import { formatQuantity } from '../format-values.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { resolveRunOrDataset } from '../resolve-run-or-dataset.ts';
import type { Terminal } from '../terminal.ts';

type ExportFlags = GlobalFlags & { readonly out: string; readonly format?: TableFormat; readonly raw?: boolean };

const KINDS: readonly ExportKind[] = ['records', 'scores', 'queue', 'labels', 'rejects'];

function addExportOptions(command: Command): void {
	command
		.option('-o, --out <file>', 'file to write; - for standard output', '-')
		.addOption(
			new Option('--format <format>', 'format (default: by the name of the file, else csv)').choices(TABLE_FORMATS),
		)
		.option('--raw', 'write cells that a spreadsheet would take for a formula as they are');
	addDryRunOption(command, 'say');
}

export function defineExport(command: Command, terminal: Terminal): void {
	command
		.addArgument(new Argument('<what>', 'what to write').choices(KINDS))
		.argument('<run-or-dataset>', 'id of a run or of a data set, the beginning of it, or the name of a data set');
	addExportOptions(command);
	addExamples(command, [
		[
			'export records payments --out payments.parquet',
			'the rows as they came in; also .csv, .tsv, .jsonl, .arrow, .gz',
		],
		['export scores 20261122-0114 --out scores.csv', 'the scores of one run'],
		['export rejects payments --out rejects.jsonl', 'the rows that could not be read'],
	]);
	command.action((what: ExportKind, reference: string) =>
		writeExport(what, reference, command.optsWithGlobals<ExportFlags>(), terminal),
	);
}

/** `queue export DATASET` is `export queue DATASET`. */
export function defineQueueExport(group: Command, terminal: Terminal): void {
	const command = group
		.command('export')
		.summary('write a queue to a file')
		.description('Writes the items of the queues of a data set with their states to a file, as `export queue`.')
		.argument('<dataset>', 'id of the data set, the beginning of it, or its name');
	addExportOptions(command);
	addExamples(command, [['queue export payments --out queue.csv', 'also .parquet, .jsonl, .arrow, .gz']]);
	command.action((reference: string) =>
		writeExport('queue', reference, command.optsWithGlobals<ExportFlags>(), terminal),
	);
}

async function writeExport(what: ExportKind, reference: string, flags: ExportFlags, terminal: Terminal): Promise<void> {
	const { format, gzip } = outputFormatOf(flags.out, flags.format);
	await checkOutput(flags.out, format, terminal);
	const write = async (workspace: Workspace): Promise<void> => {
		const { exportTable } = await import('../../runtime/export-table.ts');
		const { dataset, runId } = await resolveRunOrDataset(workspace.store, reference);
		const { rows, bytes, sha256, escapedCells } = await exportTable(workspace.store, {
			what,
			dataset,
			runId,
			to: flags.dryRun === true ? nowhere() : flags.out === '-' ? openStandardOutput(terminal) : flags.out,
			format,
			gzip,
			escapeFormulas: flags.raw !== true,
		});
		if (terminal.json) {
			return terminal.outJson({
				what,
				datasetId: dataset.dataset_id,
				out: flags.out,
				format,
				rows,
				bytes,
				sha256,
				escapedCells,
			});
		}
		if (flags.out !== '-') terminal.note(`${formatQuantity(rows, 'row')} in ${flags.out}`);
		else if (flags.dryRun === true) terminal.note(`${formatQuantity(rows, 'row')} for standard output`);
		if (escapedCells > 0) {
			const cells = formatQuantity(escapedCells, 'cell');
			terminal.note(`${cells} that a spreadsheet would take for a formula got a ' in front; --raw leaves them`);
		}
	};
	await withWorkspace(flags, write, { trial: 'read only' });
}
