import type { Command } from 'commander';
import type { Condition } from '../../contracts/pipeline.ts';
import { addExamples } from '../add-examples.ts';
import { carryOutRun, withWorkspace } from '../carry-out-run.ts';
import { formatDuration, formatQuantity } from '../format-values.ts';
import { parseCondition, parseWhole } from '../parse-arguments.ts';
import { addBackendOption, addTemporalOption, type RunFlags } from '../run-options.ts';
import type { Terminal } from '../terminal.ts';

type AugmentFlags = RunFlags & { readonly rows: number; readonly where?: readonly Condition[] };

/** What `augment` and `generate` have in common. */
export function addGenerationOptions(command: Command): void {
	command
		.argument('<model>', 'id or name of the model; name@3 for its third version')
		.requiredOption('-n, --rows <n>', 'rows to generate', parseWhole(1))
		.option('-w, --where <column=value>', 'only rows with this value; may be repeated', parseCondition);
	addBackendOption(command);
	addTemporalOption(command);
}

export function defineAugment(command: Command, terminal: Terminal): void {
	addGenerationOptions(command);
	addExamples(command, [
		['augment payments --rows 10000', 'into the tables synthetic_tables and synthetic_rows'],
		['augment payments --rows 500 --where channel=online --where country=DE', 'of one kind only'],
	]);
	command.action(async (reference: string) => {
		const flags = command.optsWithGlobals<AugmentFlags>();
		await withWorkspace(flags, async (workspace) => {
			const { getModel } = await import('../../store/models.ts');
			const model = await getModel(workspace.store, reference);
			const { summary, tookMs } = await carryOutRun(
				workspace,
				{
					kind: 'augment',
					modelId: model.model_id,
					augment: { rows: flags.rows, conditions: flags.where ?? [] },
					rows: flags.rows,
				},
				flags,
				terminal,
			);
			const { runId, modelId, syntheticTableId, syntheticRows } = summary;
			if (terminal.json) return terminal.outJson({ runId, modelId, syntheticTableId, syntheticRows });
			terminal.out(`${formatQuantity(syntheticRows, 'row')} in ${formatDuration(tookMs)}: table ${syntheticTableId}`);
			terminal.note(`in SQL: select data_json from synthetic_rows where synthetic_table_id = '${syntheticTableId}'`);
		});
	});
}
