import type { Command } from 'commander';
import type { Workspace } from '../../runtime/open-workspace.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspace, withWorkspaceOrEmpty } from '../carry-out-run.ts';
import { escapeControls } from '../escape-controls.ts';
import { formatTable } from '../format-table.ts';
import { formatNumber } from '../format-values.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { parseWhole } from '../parse-arguments.ts';
import type { Terminal } from '../terminal.ts';
import { defineModelExport } from './models-export.ts';
import { defineModelPromotion } from './models-promote.ts';
import { defineModelVerification } from './models-verify.ts';

export function defineModels(group: Command, terminal: Terminal): void {
	addExamples(group, [
		['models list', 'the models there are'],
		['models show payments', 'how good the current one of that name is'],
		['models promote payments@3', 'from now on the name stands for its third version'],
		['models rollback payments', 'back to the version before'],
	]);
	defineList(group, terminal);
	defineShow(group, terminal);
	defineModelVerification(group, terminal);
	defineModelPromotion(group, terminal);
	defineModelExport(group, terminal);
}

function defineList(group: Command, terminal: Terminal): void {
	const command = group
		.command('list')
		.description('Models, latest first.')
		.option('--limit <n>', 'models', parseWhole(1), 20);
	addExamples(command, [['models list --json', 'for a program']]);
	command.action(async () => {
		const flags = command.optsWithGlobals<GlobalFlags & { readonly limit: number }>();
		await withWorkspaceOrEmpty(flags, async ({ store }) => {
			const { listModels } = await import('../../store/models.ts');
			const models = await listModels(store, { limit: flags.limit });
			if (terminal.json) {
				return terminal.outJson(
					models.map(({ config_json, ...model }) => ({ ...model, config: JSON.parse(config_json) as unknown })),
				);
			}
			if (models.length === 0) {
				terminal.note('no model has been trained yet; begin with: counterfoil train FILE');
				return;
			}
			terminal.out(
				formatTable(
					[
						{ header: 'model' },
						{ header: 'name', maxWidth: 32 },
						{ header: 'version', align: 'right' },
						{ header: 'kind' },
						{ header: 'stage' },
						{ header: 'seed', align: 'right' },
						{ header: 'backend' },
						{ header: 'trained' },
					],
					models.map((model) => [
						model.model_id,
						model.name,
						String(model.version),
						model.kind,
						model.stage,
						String(model.seed),
						model.backend,
						`${model.trained_at.slice(0, 10)} ${model.trained_at.slice(11, 16)} UTC`,
					]),
				),
			);
		});
	});
}

function defineShow(group: Command, terminal: Terminal): void {
	const command = group
		.command('show')
		.description('One model with everything that was measured on it.')
		.argument('<model>', 'id or name of the model; name@3 for its third version');
	addExamples(command, [['models show payments@2', 'its second version']]);
	command.action(async (reference: string) => {
		const flags = command.optsWithGlobals<GlobalFlags>();
		await withWorkspace(flags, async ({ store, artifacts }) => {
			const { getModel } = await import('../../store/models.ts');
			const { listMetrics } = await import('../../store/model-metrics.ts');
			const { config_json, ...model } = await getModel(store, reference);
			const metrics = await listMetrics(store, model.model_id);
			const rules = await readRules(artifacts, model.generator_uri);
			if (terminal.json) {
				return terminal.outJson({ ...model, config: JSON.parse(config_json) as unknown, metrics, ...rules });
			}
			terminal.out(terminal.paint('bold', `${escapeControls(model.name)}@${model.version}`));
			for (const name of ['model_id', 'kind', 'stage', 'dataset_id', 'seed', 'backend', 'trained_at'] as const) {
				terminal.out(`  ${name.replace('_', ' ').padEnd(10)} ${escapeControls(String(model[name]))}`);
			}
			if (rules.keys !== null) terminal.out(`  keys       ${escapeControls(rules.keys)}`);
			showConstraints(rules.constraints, terminal);
			if (metrics.length === 0) return;
			terminal.out('');
			const rounded = (value: number | null) => (value === null ? '' : formatNumber(value));
			terminal.out(
				formatTable(
					[
						{ header: 'measured' },
						{ header: 'part', maxWidth: 40 },
						{ header: 'value', align: 'right' },
						{ header: 'floor', align: 'right' },
						{ header: 'ceiling', align: 'right' },
						{ header: 'note' },
					],
					metrics.map(({ metric, part, value, floor, ceiling, note }) => [
						metric.replaceAll('_', ' '),
						part,
						rounded(value),
						rounded(floor),
						rounded(ceiling),
						note ?? '',
					]),
				),
			);
			terminal.note('floor: independent columns; ceiling: real rows that were held out');
		});
	});
}

interface ToldRules {
	/** Null: there are none, or they have no pattern. */
	readonly keys: string | null;
	readonly constraints: readonly { readonly id: string; readonly text: string }[];
}

/** What generated rows hold, in words. */
async function readRules(artifacts: Workspace['artifacts'], uri: string | null): Promise<ToldRules> {
	if (uri === null) return { keys: null, constraints: [] };
	const { loadRowRules } = await import('../../compute/row-source.ts');
	const { describeConstraint } = await import('../../synthesis/constraints/describe-constraint.ts');
	const { describeKeyPattern } = await import('../../synthesis/keys/learn-key-pattern.ts');
	const { keys, constraints, specs } = await loadRowRules(artifacts, uri);
	return {
		keys: keys === null ? null : `${keys.column}: ${describeKeyPattern(keys.pattern)}`,
		constraints: constraints.map((constraint) => ({ id: constraint.id, text: describeConstraint(constraint, specs) })),
	};
}

function showConstraints(constraints: ToldRules['constraints'], terminal: Terminal): void {
	if (constraints.length === 0) return;
	terminal.out('');
	terminal.out(
		formatTable(
			[{ header: 'constraint', maxWidth: 60 }, { header: 'every generated row holds it' }],
			constraints.map(({ id, text }) => [id, text]),
		),
	);
	terminal.note('a row need not hold one: generate MODEL --without-constraint ID');
}
