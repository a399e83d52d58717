import { CounterfoilError } from '../contracts/errors.ts';
import type { FeatureSpec, FeatureTable } from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import { pickRows } from '../features/pick-rows.ts';
import { type AdvisedArm, type ArmPlan, type AugmentationAdvice, concludeAdvice } from './augmentation-advice.ts';
import { type AugmentationTarget, type ScoredLabels, scoreTarget } from './augmentation-target.ts';
import { assignFolds, rowsWhere, splitRows } from './split-rows.ts';
import { createTreatment, type RareRowSampler } from './treat-rare-class.ts';
import type { TreeOptions } from './tree-options.ts';

export interface AdviseInput {
	/** The features that the learner sees, without the label. */
	readonly table: FeatureTable;
	readonly specs: readonly FeatureSpec[];
	/** [rows]; 1 for the rare class, else 0. */
	readonly labels: Uint8Array;
	readonly target: AugmentationTarget;
	/**
	 * Trains a generator on these rows of the table and no others; called once a fold.
	 *
	 * @param report share done, 0 to 1.
	 */
	readonly fitGenerator: (rows: Int32Array, random: Random, report: (share: number) => void) => Promise<RareRowSampler>;
}

export interface AdviseOptions {
	readonly random: Random;
	/** From 2. @default 5 */
	readonly folds?: number;
	/** Times that the rows are dealt into folds anew. @default 2 */
	readonly repeats?: number;
	/** Rows added per rare row of training; `balance` makes both classes equal. @default 0.5, 1, 2 and balance */
	readonly amounts?: readonly (number | 'balance')[];
	/** Settings of the learner, the same for all. @default for each way the number of rounds that is best for it */
	readonly learner?: TreeOptions;
	readonly signal?: AbortSignal;
	/** @param done share of all work, 0 to 1. */
	readonly onProgress?: (done: number) => void;
}

/** Rare rows that each fold must have. */
const LEAST_RARE = 3;
/** Of the training rows of a fold, where a threshold is to be chosen. */
const TUNING_SHARE = 0.25;
/** Part of the work of a fold that is the generator. */
const GENERATOR_SHARE = 0.8;

/** One fold: nobody sees the test rows, and only the choice of the threshold the tuning rows. */
interface Fold {
	readonly training: Int32Array;
	readonly tuning: Int32Array | null;
	readonly test: Int32Array;
}

/**
 * Finds whether synthetic rows of the rare class help a supervised model on real rows that neither it nor the
 * generator has seen, beside doing nothing, class weights, random over-sampling and SMOTE: the same learner on the
 * same folds. In every fold the generator is trained anew, on the training rows alone: a generator that has seen the
 * test rows would pass them on, and the few rows that one model held out have too few rare ones among them to tell.
 *
 * @throws CounterfoilError TABLE_UNTRAINABLE with fewer than three rare rows a fold; CANCELLED; what `fitGenerator`
 * fails with.
 */
export async function adviseAugmentation(input: AdviseInput, options: AdviseOptions): Promise<AugmentationAdvice> {
	const { labels, target, table } = input;
	const { random, folds = 5, repeats = 2, amounts = [0.5, 1, 2, 'balance'], onProgress } = options;
	const rareRows = labels.reduce((sum, label) => sum + label, 0);
	if (rareRows < LEAST_RARE * folds || table.rows - rareRows < LEAST_RARE * folds) {
		throw new CounterfoilError('TABLE_UNTRAINABLE', 'There are too few rows of one class to judge augmentation by.', {
			where: `${rareRows} of ${table.rows} rows, ${folds} folds`,
			hint: `each fold needs ${LEAST_RARE} rows of either class`,
		});
	}
	const plans = planArms(amounts, rareRows, table.rows - rareRows);
	const scores = plans.map((): number[] => []);
	const added = plans.map(() => 0);
	for (let repeat = 0; repeat < repeats; repeat++) {
		const dealt = assignFolds({ type: 'binary', labels }, folds, random.fork(`folds ${repeat}`));
		for (let k = 0; k < folds; k++) {
			const own = random.fork(`fold ${repeat} ${k}`);
			const report = (share: number) => onProgress?.((repeat * folds + k + share) / (repeats * folds));
			const results = await runFold(input, takeFold(dealt, k, input, own), plans, own, report, options);
			results.forEach(({ score, addedRows }, i) => {
				scores[i]?.push(score);
				added[i] = (added[i] as number) + addedRows / (repeats * folds);
			});
		}
	}
	const arms = plans.map(
		(plan, i): AdvisedArm => ({ ...plan, addedRows: Math.round(added[i] as number), scores: scores[i] as number[] }),
	);
	const trainingShare = target.measure === 'ap' ? 1 : 1 - TUNING_SHARE;
	const testShare = 1 / (trainingShare * (folds - 1));
	return concludeAdvice({ target, rows: table.rows, rareRows, folds, repeats, testShare, arms });
}

/** All that is compared; amounts that are more than balance are left out. */
function planArms(amounts: readonly (number | 'balance')[], rareRows: number, others: number): ArmPlan[] {
	const balance = others / rareRows - 1;
	const kept = amounts.filter((amount) => amount === 'balance' || amount < balance);
	const methods = ['over-sampling', 'smote', 'synthetic'] as const;
	return [
		{ method: 'nothing', amount: null },
		{ method: 'class weights', amount: null },
		...methods.flatMap((method) => kept.map((amount): ArmPlan => ({ method, amount }))),
	];
}

function takeFold(dealt: Uint8Array, k: number, { labels, target }: AdviseInput, random: Random): Fold {
	const test = rowsWhere(dealt, (fold) => fold === k);
	const rest = rowsWhere(dealt, (fold) => fold !== k);
	if (target.measure === 'ap') return { training: rest, tuning: null, test };
	const own = pickLabels(labels, rest);
	const { training, validation } = splitRows({ type: 'binary', labels: own }, TUNING_SHARE, random.fork('tuning'));
	const rows = (picked: Int32Array) => picked.map((i) => rest[i] as number);
	return { training: rows(training), tuning: rows(validation), test };
}

async function runFold(
	input: AdviseInput,
	fold: Fold,
	plans: readonly ArmPlan[],
	random: Random,
	report: (share: number) => void,
	options: AdviseOptions,
): Promise<readonly { readonly score: number; readonly addedRows: number }[]> {
	const { table, specs, labels, target } = input;
	const sampler = await input.fitGenerator(fold.training, random.fork('generator'), (share) =>
		report(GENERATOR_SHARE * share),
	);
	const treat = createTreatment({
		training: pickRows(table, fold.training),
		labels: pickLabels(labels, fold.training),
		specs,
		sampler,
		plans,
		random,
		learner: options.learner ?? {},
		...(options.signal === undefined ? {} : { signal: options.signal }),
	});
	const sides = [fold.tuning, fold.test].map((rows) =>
		rows === null ? null : { table: pickRows(table, rows), labels: pickLabels(labels, rows) },
	);
	const results: { score: number; addedRows: number }[] = [];
	try {
		for (const plan of plans) {
			const { model, addedRows } = await treat(plan);
			const [tuning, test] = sides.map((side): ScoredLabels | null =>
				side === null ? null : { scores: model.predict(side.table), labels: side.labels },
			);
			results.push({ score: scoreTarget(target, tuning ?? null, test as ScoredLabels), addedRows });
			report(GENERATOR_SHARE + (1 - GENERATOR_SHARE) * (results.length / plans.length));
		}
	} finally {
		sampler.dispose?.();
	}
	return results;
}

function pickLabels(labels: Uint8Array, rows: Int32Array): Uint8Array {
	return Uint8Array.from(rows, (row) => labels[row] as number);
}
