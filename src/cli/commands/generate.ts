import { type Command, Option } from 'commander';
import type { TableFormat } from '../../ingest/write-table.ts';
import { outputFormatOf, TABLE_FORMATS } from '../../runtime/output-format.ts';
import { writeGenerated } from '../../runtime/write-generated.ts';
import { addExamples } from '../add-examples.ts';
import { carryOutRun, withWorkspace } from '../carry-out-run.ts';
import { checkOutput, openStandardOutput } from '../check-output.ts';
import { formatQuantity } from '../format-values.ts';
import type { RunFlags } from '../run-options.ts';
import type { Terminal } from '../terminal.ts';
import { addGenerationOptions, type PlanFlags, toPlan } from './augment.ts';

type GenerateFlags = RunFlags &
	PlanFlags & {
		readonly out: string;
		readonly format?: TableFormat;
		readonly raw?: boolean;
		readonly provenance: boolean;
	};

export function defineGenerate(command: Command, terminal: Terminal): void {
	addGenerationOptions(command);
	command
		.option('-o, --out <file>', 'file to write; - for standard output', '-')
		.addOption(
			new Option('--format <format>', 'format (default: by the name of the file, else csv)').choices(TABLE_FORMATS),
		)
		.option('--no-provenance', 'do not tell in and beside the file where its rows come from')
		.option('--raw', 'write cells that a spreadsheet would take for a formula as they are');
	addExamples(command, [
		['generate payments --rows 1000 --out rows.csv', 'a CSV file'],
		['generate payments --rows 1000000 --out rows.parquet', 'Parquet; also .jsonl, .arrow, .arrows, .csv.gz'],
		['generate payments --rows 20 --where channel=online', 'to standard output'],
	]);
	command.action(async (reference: string) => {
		const flags = command.optsWithGlobals<GenerateFlags>();
		const { format, gzip } = outputFormatOf(flags.out, flags.format);
		const plan = toPlan(flags, { kind: 'file' });
		await checkOutput(flags.out, format, terminal);
		await withWorkspace(flags, async (workspace) => {
			const { getModel } = await import('../../store/models.ts');
			const model = await getModel(workspace.store, reference);
			const { summary } = await carryOutRun(
				workspace,
				{
					kind: 'augment',
					modelId: model.model_id,
					augment: plan,
					...(plan.complete === null ? { rows: plan.rows } : {}),
				},
				flags,
				terminal,
			);
			const provenance = await writeGenerated(workspace, summary.syntheticTableId as string, {
				to: flags.out === '-' ? openStandardOutput(terminal) : flags.out,
				format,
				gzip,
				escapeFormulas: flags.raw !== true,
				provenance: flags.provenance,
			});
			if (terminal.json) {
				terminal.outJson({ ...summary, out: flags.out, format, provenance });
			} else if (flags.out !== '-') {
				const beside = provenance === null ? '' : `, where they come from in ${provenance}`;
				terminal.note(`${formatQuantity(summary.syntheticRows, 'row')} in ${flags.out}${beside}`);
			}
		});
	});
}
