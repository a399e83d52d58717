import type { Command } from 'commander';
import type { DriftMetric, DriftReport } from '../../contracts/drift.ts';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { MonitorSummary } from '../../contracts/learning-plan.ts';
import { addExamples } from '../add-examples.ts';
import { type AskedRun, carryOutRun, withWorkspace } from '../carry-out-run.ts';
import { escapeControls } from '../escape-controls.ts';
import { ExitWith } from '../exit-with.ts';
import { formatTable } from '../format-table.ts';
import { formatCount } from '../format-values.ts';
import { addMonitorOptions, addRetrainOptions, type MonitorFlags, toMonitorPlan } from '../learning-options.ts';
import { addActorOption } from '../review-options.ts';
import { addBackendOption, addRunnerOptions, addTableOptions, type RunFlags, TABLE_FILE } from '../run-options.ts';
import type { Terminal } from '../terminal.ts';
import { withTable } from '../with-table.ts';
import { printRetraining, readComparison } from './retrain.ts';

type WatchFlags = RunFlags &
	MonitorFlags & { readonly dataset?: string; readonly name?: string; readonly check?: boolean };

/** Told where `--check` was asked for and the table has drifted: a gate failed. */
const DRIFTED = 3;

export function defineMonitor(command: Command, terminal: Terminal): void {
	command
		.argument('<model>', 'id or name of the model; name@3 for its third version')
		.argument('[file]', TABLE_FILE)
		.option('--dataset <id>', 'a data set that is already ingested, instead of a file')
		.option('--name <name>', 'name of the data set (default: that of the file)')
		.option('--check', 'end with exit code 3 where the table has drifted');
	addMonitorOptions(command);
	addRetrainOptions(command);
	addActorOption(command);
	addRunnerOptions(command);
	addBackendOption(command);
	addTableOptions(command);
	addExamples(command, [
		['monitor payments today.csv', 'which columns are not as they were'],
		['monitor payments --dataset ID --retrain', 'and learn from the labels anew where it has drifted'],
		['monitor payments today.csv --webhook https://example.org/hook', 'tell a program of yours'],
	]);
	command.action(async (reference: string, file: string | undefined) => {
		const flags = command.optsWithGlobals<WatchFlags>();
		await withTable(file, flags, 'monitor MODEL FILE', (table) =>
			withWorkspace(flags, async (workspace) => {
				const { getModel } = await import('../../store/models.ts');
				const { readAsTrained } = await import('../../runtime/read-as-trained.ts');
				const { getJson } = await import('../../artifacts/stored-json.ts');
				const model = await getModel(workspace.store, reference);
				const monitor = await toMonitorPlan(flags);
				const readAs = await readAsTrained(workspace, model);
				const asked: AskedRun = { kind: 'monitor', modelId: model.model_id, readAs, monitor, ...table };
				const { summary } = await carryOutRun(workspace, asked, flags, terminal);
				const watched = summary.monitor;
				if (watched === undefined) {
					throw new CounterfoilError('SCHEMA_QUARANTINED', 'the table differs from what the model was trained on', {
						where: `data set ${summary.datasetId}`,
					});
				}
				const report = await getJson<DriftReport>(workspace.artifacts, { uri: watched.drift });
				const { retrain } = summary;
				const comparison = await readComparison(workspace, retrain?.comparison ?? null);
				if (terminal.json) {
					const { runId, datasetId } = summary;
					terminal.outJson({ runId, datasetId, ...watched, report, retrain: retrain ?? null, comparison });
				} else {
					printDrift(report, watched, terminal);
					if (retrain !== undefined) printRetraining(retrain, comparison, model.name, terminal);
				}
				if (flags.check === true && watched.isDrifted) throw new ExitWith(DRIFTED, null, { runId: summary.runId });
			}),
		);
	});
}

const MOST_SHOWN = 12;

function printDrift(report: DriftReport, { alertStatus }: MonitorSummary, terminal: Terminal): void {
	const { columns, whole } = report;
	const value = (metrics: readonly DriftMetric[], name: DriftMetric['name']) => {
		const metric = metrics.find((one) => one.name === name);
		return metric === undefined ? '' : `${metric.value.toFixed(3)}${metric.isDrifted ? ' !' : ''}`;
	};
	terminal.out(
		`${formatCount(report.rows)} rows against ${formatCount(report.referenceRows)} that the model was trained on\n`,
	);
	terminal.out(
		formatTable(
			[
				{ header: 'column', maxWidth: 40 },
				{ header: 'psi', align: 'right' },
				{ header: 'ks', align: 'right' },
				{ header: 'new levels', align: 'right' },
				{ header: 'missing', align: 'right' },
			],
			columns
				.slice(0, MOST_SHOWN)
				.map(({ feature, metrics }) => [
					escapeControls(feature),
					value(metrics, 'psi'),
					value(metrics, 'ks'),
					value(metrics, 'new_levels'),
					value(metrics, 'missing'),
				]),
		),
	);
	const telling = whole.features.slice(0, 3).map(({ feature }) => escapeControls(feature));
	const by = telling.length === 0 ? '' : `, by ${telling.join(', ')}`;
	terminal.out(
		`\na discriminator tells the two apart with an area of ${whole.area.toFixed(3)} (0.5: not at all; p ${whole.pValue.toPrecision(2)})${by}`,
	);
	terminal.out(report.isDrifted ? 'the table has drifted' : 'the table has not drifted');
	if (alertStatus !== null) terminal.note(`the alert was answered with status ${alertStatus}`);
}
