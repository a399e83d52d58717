import type { Command } from 'commander';
import type { Workspace } from '../../runtime/open-workspace.ts';
import { addExamples } from '../add-examples.ts';
import { type AskedRun, withWorkspace } from '../carry-out-run.ts';
import type { RunResult } from '../collect-result.ts';
import { nextCommands, printNext } from '../print-result.ts';
import {
	addAlertsOption,
	addBackendOption,
	addRunnerOptions,
	addTableOptions,
	type RunFlags,
	TABLE_FILE,
} from '../run-options.ts';
import { tellRun } from '../tell-run.ts';
import type { Terminal } from '../terminal.ts';
import { withTable } from '../with-table.ts';

type ScoreFlags = RunFlags & { readonly model: string; readonly dataset?: string; readonly name?: string };

/** Which rows count as the past of an entity; said, because scores depend on it. */
const HISTORY_WORDS = {
	continued: 'all records are later than those of training: the past of each entity goes on from there',
	begun: 'not all records are later than those of training: the past of each entity begins with this table',
} as const;

export function defineScore(command: Command, terminal: Terminal): void {
	command
		.argument('[file]', TABLE_FILE)
		.requiredOption('--model <model>', 'id or name of the model; name@3 for its third version')
		.option('--dataset <id>', 'a data set that is already ingested, instead of a file')
		.option('--name <name>', 'name of the data set (default: that of the file)');
	addRunnerOptions(command);
	addAlertsOption(command);
	addBackendOption(command);
	addTableOptions(command);
	addExamples(command, [
		['score today.csv --model payments', 'new records by the current model of that name'],
		['score today.csv --model payments@2 --alerts 20', 'by its second version'],
		['models list', 'the models there are'],
	]);
	command.action(async (file: string | undefined) => {
		const flags = command.optsWithGlobals<ScoreFlags>();
		await withTable(file, flags, 'score FILE --model MODEL', (table) =>
			withWorkspace(flags, async (workspace) => {
				const { getModel } = await import('../../store/models.ts');
				const model = await getModel(workspace.store, flags.model);
				const { readAsTrained } = await import('../../runtime/read-as-trained.ts');
				const readAs = await readAsTrained(workspace, model);
				const asked: AskedRun = { kind: 'score', modelId: model.model_id, readAs, ...table };
				const result = await tellRun(workspace, asked, flags, terminal, async (all) => {
					await noteUsual(workspace, all, terminal);
					if (all.history !== null) terminal.note(HISTORY_WORDS[all.history]);
					// Columns and metrics are those of the model; the new table has nothing to say about them.
					return { ...all, columns: [], tableAlerts: [], metrics: [] };
				});
				if (result === null) return;
				const next = nextCommands(result, flags).filter(([line]) => !/^(score|generate) /.test(line));
				printNext(result, next, terminal);
			}),
		);
	});
}

/** Says which columns are what they were in the table of the model, where the command did not name them. */
async function noteUsual({ store }: Workspace, result: RunResult, terminal: Terminal): Promise<void> {
	const { getDataset } = await import('../../store/datasets.ts');
	const { getRun } = await import('../../store/list-runs.ts');
	const { requestOfRun } = await import('../../runtime/make-request.ts');
	const { describeUsual } = await import('../describe-usual.ts');
	if (result.datasetId === null) return;
	const { columns_json } = await getDataset(store, result.datasetId);
	const names = (JSON.parse(columns_json) as readonly { readonly name: string }[]).map(({ name }) => name);
	const words = describeUsual(requestOfRun(await getRun(store, result.runId)), names);
	if (words !== null) terminal.note(words);
}
