import type { Command } from 'commander';
import type { GainInterval, ModelComparison } from '../../contracts/learning.ts';
import type { RetrainSummary } from '../../contracts/learning-plan.ts';
import type { Workspace } from '../../runtime/open-workspace.ts';
import { addExamples } from '../add-examples.ts';
import { carryOutRun, withWorkspace } from '../carry-out-run.ts';
import { escapeControls } from '../escape-controls.ts';
import { formatTable } from '../format-table.ts';
import { formatCount, formatShare } from '../format-values.ts';
import { addRetrainOptions, type RetrainFlags, toRetrainPlan } from '../learning-options.ts';
import { addActorOption } from '../review-options.ts';
import { addBackendOption, addRunnerOptions, type RunFlags } from '../run-options.ts';
import type { Terminal } from '../terminal.ts';

export function defineRetrain(command: Command, terminal: Terminal): void {
	command.argument('<model>', 'id or name of the model; name@3 for its third version');
	addRetrainOptions(command);
	addActorOption(command);
	addRunnerOptions(command);
	addBackendOption(command);
	addExamples(command, [
		['retrain payments', 'learn from all that is known; take over if it is better'],
		['retrain payments --min-new-labels 500', 'for a schedule: only when there is something to learn from'],
		['retrain payments --promote never', 'look at the comparison first; then: models promote payments@2'],
	]);
	command.action(async (reference: string) => {
		const flags = command.optsWithGlobals<RunFlags & RetrainFlags>();
		await withWorkspace(flags, async (workspace) => {
			const { getModel } = await import('../../store/models.ts');
			const model = await getModel(workspace.store, reference);
			const asked = { kind: 'retrain', modelId: model.model_id, retrain: toRetrainPlan(flags) } as const;
			const { summary } = await carryOutRun(workspace, asked, flags, terminal);
			const retrained = summary.retrain as RetrainSummary;
			const comparison = await readComparison(workspace, retrained.comparison);
			if (terminal.json) return terminal.outJson({ runId: summary.runId, ...retrained, comparison });
			printRetraining(retrained, comparison, model.name, terminal);
		});
	});
}

export async function readComparison(workspace: Workspace, uri: string | null): Promise<ModelComparison | null> {
	if (uri === null) return null;
	const { getJson } = await import('../../artifacts/stored-json.ts');
	return getJson<ModelComparison>(workspace.artifacts, { uri });
}

const SKIPPED: Readonly<Record<NonNullable<RetrainSummary['skipped']>, string>> = {
	'too few new labels': 'too few labels are new to the model: nothing was trained',
	'no fraud or nothing else': 'there is no fraud among the labels, or nothing but frauds: nothing was trained',
};

export function printRetraining(
	retrained: RetrainSummary,
	comparison: ModelComparison | null,
	name: string,
	terminal: Terminal,
): void {
	const { labels, frauds, newLabels, skipped, version, isPromoted } = retrained;
	terminal.out(
		`${formatCount(labels)} records are labelled, ${formatCount(frauds)} as fraud; ${formatCount(newLabels)} since the model learnt last`,
	);
	if (skipped !== null) {
		terminal.note(SKIPPED[skipped]);
		return;
	}
	if (comparison === null)
		terminal.note('there are no later records with both kinds of labels to compare the models by');
	else terminal.out(formatComparison(comparison));
	const what = `${escapeControls(name)}@${version}`;
	if (isPromoted) {
		terminal.out(`\n${what} is the active model from now on`);
		terminal.note(`to go back: models rollback ${name}`);
		return;
	}
	terminal.out(`\n${what} is a candidate; the name stands for the model before`);
	terminal.note(`to make it the active one: models promote ${name}@${version}`);
}

function formatComparison(comparison: ModelComparison): string {
	const { old, new: own, ceiling, budget, precisionGain, averagePrecisionGain } = comparison;
	const gain = ({ mean, low, high }: GainInterval) => `${signed(mean)} [${signed(low)}, ${signed(high)}]`;
	const table = formatTable(
		[
			{ header: `${comparison.days} days from ${comparison.testFrom.slice(0, 10)}` },
			{ header: 'before', align: 'right' },
			{ header: 'new', align: 'right' },
			{ header: 'at most', align: 'right' },
			{ header: 'gain, 90 % interval' },
		],
		[
			[
				`precision at ${budget} a day`,
				old.precisionAtBudget.toFixed(3),
				own.precisionAtBudget.toFixed(3),
				ceiling.toFixed(3),
				gain(precisionGain),
			],
			[
				'average precision a day',
				old.averagePrecision.toFixed(3),
				own.averagePrecision.toFixed(3),
				'1.000',
				gain(averagePrecisionGain),
			],
		],
	);
	const features = comparison.features
		.filter(({ share }) => share >= 0.01)
		.slice(0, 5)
		.map(({ feature, share }) => `${escapeControls(feature)} (${formatShare(share)})`);
	return [
		`\ntrained on ${formatCount(comparison.trainedLabels)} labels known before, judged by ${formatCount(comparison.testRecords)} later records with ${formatCount(comparison.testFrauds)} frauds`,
		table,
		`it goes by: ${features.join(', ')}`,
	].join('\n');
}

function signed(value: number): string {
	return `${value < 0 ? '' : '+'}${value.toFixed(3)}`;
}
