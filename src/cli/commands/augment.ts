import type { Command } from 'commander';
import type { Condition, GenerationPlan, GenerationTarget } from '../../contracts/conditions.ts';
import { CounterfoilError } from '../../contracts/errors.ts';
import { makeGenerationPlan } from '../../runtime/make-generation-plan.ts';
import { addExamples } from '../add-examples.ts';
import { type AdviseFlags, addAdviseOptions, advise } from '../advise.ts';
import { carryOutRun, withWorkspace } from '../carry-out-run.ts';
import { escapeControls } from '../escape-controls.ts';
import { formatDuration, formatQuantity } from '../format-values.ts';
import { parseCondition, parseTemperature, parseWhole } from '../parse-arguments.ts';
import { addBackendOption, addRunnerOptions, type RunFlags } from '../run-options.ts';
import type { Terminal } from '../terminal.ts';

/** The flags that say which rows are to be generated. */
export interface PlanFlags {
	readonly rows?: number;
	readonly where?: readonly Condition[];
	readonly balance?: string;
	readonly temperature?: number;
	readonly complete?: string;
	readonly withoutConstraint?: readonly string[];
	readonly keys?: boolean;
	readonly override?: string;
}

type AugmentFlags = RunFlags & PlanFlags & AdviseFlags & { readonly table?: string; readonly replace?: boolean };

/** What `augment` and `generate` have in common. */
export function addGenerationOptions(command: Command): void {
	command.argument('<model>', 'id or name of the model; name@3 for its third version');
	addPlanOptions(command);
	addBackendOption(command);
	addRunnerOptions(command);
}

/** Which rows are to be generated. */
export function addPlanOptions(command: Command): void {
	command
		.optionsGroup('The rows:')
		.option('-n, --rows <n>', 'rows to generate', parseWhole(1))
		.option(
			'-w, --where <condition>',
			'only rows that meet it: country=DE, amount>=100, "country in DE, FR", "amount is missing"; may be repeated',
			parseCondition,
		)
		.option('--balance <column>', 'as many rows with each value of the column')
		.option(
			'--temperature <number>',
			'below 1 more usual rows, above 1 more unusual ones (default: 1)',
			parseTemperature,
		)
		.option('--complete <file>', 'fill the empty cells and lacking columns of the rows of a table instead')
		.option('--override <reason>', 'hand the rows out even if they are judged unfit; the reason is recorded')
		.option('--keys', 'give each row a fresh key, made as those of the table are')
		.option(
			'--without-constraint <id>',
			'do not hold this constraint (models show lists them); may be repeated',
			(id: string, before: readonly string[] = []) => [...before, id],
		);
}

/** @throws CounterfoilError USAGE when it is not said how many rows, or said twice. */
export function toPlan(flags: PlanFlags, into: GenerationTarget): GenerationPlan {
	return makeGenerationPlan({ ...flags, withoutConstraints: flags.withoutConstraint }, into, {
		lacksRows: 'say it with --rows N, or name rows to complete with --complete FILE',
		completes: 'leave out --rows, --where, --balance and --keys, or --complete',
	});
}

/** @throws CounterfoilError USAGE when rows are asked for with advice. */
function requireNoPlan(flags: AugmentFlags): AugmentFlags {
	const { rows, where, balance, temperature, complete } = flags;
	if ([rows, where, balance, temperature, complete].every((flag) => flag === undefined)) return flags;
	throw new CounterfoilError('USAGE', 'advice writes no rows', {
		hint: 'leave out --advise, or --rows, --where, --balance, --temperature and --complete',
	});
}

/** @throws CounterfoilError USAGE for something to replace without its name. */
export function toTarget({ table, replace = false }: Pick<AugmentFlags, 'table' | 'replace'>): GenerationTarget {
	if (table !== undefined) return { kind: 'table', name: table, replace };
	if (!replace) return { kind: 'rows' };
	throw new CounterfoilError('USAGE', 'it is not said which table to replace', { hint: 'name it with --table NAME' });
}

export function defineAugment(command: Command, terminal: Terminal): void {
	addGenerationOptions(command);
	command
		.optionsGroup('The table:')
		.option('--table <name>', 'make a table of the database with a column for each of theirs')
		.option('--replace', 'in place of the generated table of this name');
	addAdviseOptions(command);
	addExamples(command, [
		['augment payments --rows 10000', 'into the tables synthetic_tables and synthetic_rows'],
		['augment payments --rows 10000 --table payments_synthetic', 'into a table of their own'],
		['augment payments --rows 500 --where channel=online --where country=DE', 'of one kind only'],
		['augment payments --advise --label is_fraud --target ap', 'whether more frauds would help a supervised model'],
	]);
	command.action(async (reference: string) => {
		const flags = command.optsWithGlobals<AugmentFlags>();
		if (flags.advise === true) return advise(reference, requireNoPlan(flags), terminal);
		const plan = toPlan(flags, toTarget(flags));
		const { into } = plan;
		await withWorkspace(flags, async (workspace) => {
			if (into.kind === 'table') {
				const { requireFreeName } = await import('../../store/generated-tables.ts');
				await requireFreeName(workspace.store, into.name, into.replace);
			}
			const { getModel } = await import('../../store/models.ts');
			const model = await getModel(workspace.store, reference);
			const { summary, tookMs } = await carryOutRun(
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
			const { runId, modelId, syntheticTableId, syntheticRows } = summary;
			const table = into.kind === 'table' ? into.name : null;
			if (terminal.json) return terminal.outJson({ runId, modelId, syntheticTableId, syntheticRows, table });
			const name = escapeControls(table ?? `${syntheticTableId}`);
			terminal.out(`${formatQuantity(syntheticRows, 'row')} in ${formatDuration(tookMs)}: table ${name}`);
			const select =
				table === null
					? `select data_json from synthetic_rows where synthetic_table_id = '${syntheticTableId}'`
					: `select * from "${name.replaceAll('"', '""')}"`;
			terminal.note(`in SQL: ${select}`);
		});
	});
}
