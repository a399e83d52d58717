import { CounterfoilError } from '../../contracts/errors.ts';
import type { FeatureTable } from '../../contracts/features.ts';
import type { JudgeReleaseInput, JudgeReleaseOutput } from '../../contracts/generation-steps.ts';
import { createRandom, type Random } from '../../contracts/random.ts';
import { judgeCopies, measureTable } from '../../evaluate/measure-table.ts';
import type { ReleaseCheck, ReleaseJudgement } from '../../evaluate/release-gate.ts';
import { joinFeatures } from '../../features/join-features.ts';
import { toFeatures } from '../../features/to-features.ts';
import { drawRows } from '../../synthesis/draw-rows.ts';
import { asMeasured, type ComparedTables, loadCompared } from '../load-compared.ts';
import { loadRowRules, loadRowSource, type RowRules } from '../row-source.ts';
import { reportProgress, type TaskEnvironment } from '../task-environment.ts';

/** Rows of each table that are looked at. */
const MAX_ROWS = 10_000;
const SHOWN_REASONS = 3;

/** What may let rows pass that are refused now. */
const REMEDIES: Readonly<Record<ReleaseCheck, string>> = {
	'held-out rows': 'no rows of this model can be judged: train one on 100 rows or more',
	quality: 'train on more rows, or for longer',
	'closest record': 'train on more rows, or for less long',
	'unique copies': 'train on more rows, or for less long',
};

/**
 * Judges a generated table before it is handed out. What it repeats of the training rows is looked at in the table
 * itself, beside real rows that meet the same conditions if enough were held out; whether the generator is any better
 * than independent columns in the table too, if nothing special was asked for, else in rows drawn for it.
 *
 * @throws CounterfoilError RELEASE_REFUSED, unless the request overrides it
 */
export async function judgeReleaseTask(
	input: JudgeReleaseInput,
	environment: TaskEnvironment,
): Promise<JudgeReleaseOutput> {
	const { model, plan } = input;
	reportProgress(environment, 'comparing with real rows', 0, 2);
	const rules = await loadRowRules(environment.artifacts, model.generator.uri);
	const findings = await judgeFindings(input, rules, environment);
	const failed = findings.flatMap((finding) => finding.reasons);
	const reasons = [...new Set(failed.map(({ text }) => text))];
	const [first] = failed;
	const verdict = first === undefined ? 'release' : 'refuse';
	if (first !== undefined && plan.override === null) {
		throw new CounterfoilError('RELEASE_REFUSED', reasons.slice(0, SHOWN_REASONS).join(' '), {
			where: `model ${model.modelId}`,
			hint: `${REMEDIES[first.check]}; to hand the rows out all the same say why: --override "REASON"`,
		});
	}
	const told = rules.private?.privacy ?? null;
	const privacy = told === null ? null : { epsilon: told.epsilon, delta: told.delta, unit: told.unit };
	return { verdict, reasons, override: plan.override, privacy };
}

async function judgeFindings(
	input: JudgeReleaseInput,
	rules: RowRules,
	environment: TaskEnvironment,
): Promise<ReleaseJudgement[]> {
	const { artifacts } = environment;
	const { model, plan, table: synthetic } = input;
	const { specs } = rules;
	const gateFloor = rules.private === null ? 'training' : 'synthetic';
	const compared = { ...model.training, model, synthetic };
	const tables = await loadCompared(artifacts, { ...compared, conditions: plan.conditions }, specs, MAX_ROWS);
	const random = createRandom(model.training.seed, 'release');
	const isSpecial = plan.conditions.length > 0 || plan.balance !== null || plan.temperature !== 1;
	// A table of few rows is too small to be compared, one of special rows has nothing to be compared with.
	const isComparable = !isSpecial && tables.synthetic.rows >= Math.min(tables.training.rows, MAX_ROWS) / 2;
	const judgeAll = (of: ComparedTables) => measureTable(asMeasured(of), random.fork('table'), { gateFloor }).release;
	if (isComparable) return [judgeAll(tables)];
	const copies = judgeCopies(asMeasured(tables), random.fork('copies'));
	if (model.isReleased) return [copies];
	reportProgress(environment, 'comparing with real rows', 1, 2);
	const all = plan.conditions.length === 0 ? tables : await loadCompared(artifacts, compared, specs, MAX_ROWS);
	return [copies, judgeAll({ ...all, synthetic: await drawProbe(input, environment, random.fork('probe')) })];
}

/** Rows of the generator for which nothing special is asked, about as many as it was trained on. */
async function drawProbe(
	{ model }: JudgeReleaseInput,
	{ artifacts, backend }: TaskEnvironment,
	random: Random,
): Promise<FeatureTable> {
	const source = await loadRowSource(artifacts, model, backend);
	const rows = Math.min(MAX_ROWS, source.profile.rows);
	const batches = [...drawRows(source, { rows }, random)];
	return joinFeatures(
		batches.map((batch) => toFeatures(batch, source.specs)),
		source.specs,
	);
}
