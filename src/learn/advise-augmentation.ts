import { CounterfoilError } from '../contracts/errors.ts';
import type { FeatureSpec, FeatureTable } from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import { pickRows } from '../features/pick-rows.ts';
import { type ArmPlan, countAdded } from './arm-plan.ts';
import { type AdvisedArm, type AugmentationAdvice, concludeAdvice } from './augmentation-advice.ts';
import { type AugmentationTarget, type ScoredLabels, scoreTarget } from './augmentation-target.ts';
import { assignFolds, rowsWhere, splitRows } from './split-rows.ts';
import { type ClassSampler, createTreatment } from './treat-rare-class.ts';
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
	readonly fitGenerator: (rows: Int32Array, random: Random, report: (share: number) => void) => Promise<ClassSampler>;
}

export interface AdviseOptions {
	readonly random: Random;
	/** From 2. @default 5 */
	readonly folds?: number;
	/** Times that the rows are dealt into folds anew. @default 2 */
	readonly repeats?: number;
	/** Rows added per rare row of training; `balance` makes both classes equal. @default 0.5, 1, 2 and balance */
	readonly amounts?: readonly (number | 'balance')[];
	/** Synthetic rows of both classes added per row of training, half of them rare. @default 4 and 16 */
	readonly bothAmounts?: readonly number[];
	/**
	 * Rows to learn from at a time, as if the table had no more: each fold is a part of its own that learns from so many
	 * of its rows and is tested on its others. @default all rows but the fold's
	 */
	readonly trainingRows?: number | null;
	/** Settings of the learner, the same for all. @default for each way the number of rounds that is best for it */
	readonly learner?: TreeOptions;
	readonly signal?: AbortSignal;
	/** @param done share of all work, 0 to 1. */
	readonly onProgress?: (done: number) => void;
}

/** Rare rows that each fold must have. */
const LEAST_RARE = 3;
/** Rare rows that a part learns from at least: each of three inner folds, and a threshold, needs some. */
const LEAST_LEARNT = 12;
const BOTH = 'synthetic, both classes';
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
	const { random, folds = 5, amounts = [0.5, 1, 2, 'balance'], bothAmounts = [4, 16], onProgress } = options;
	const { trainingRows = null } = options;
	// Parts that are dealt anew would share rows, which their interval counts as none.
	const repeats = trainingRows === null ? (options.repeats ?? 2) : 1;
	const rareRows = labels.reduce((sum, label) => sum + label, 0);
	if (trainingRows !== null) requireParts(table.rows, rareRows, folds, trainingRows);
	if (rareRows < LEAST_RARE * folds || table.rows - rareRows < LEAST_RARE * folds) {
		throw new CounterfoilError('TABLE_UNTRAINABLE', 'There are too few rows of one class to judge augmentation by.', {
			where: `${rareRows} of ${table.rows} rows, ${folds} folds`,
			hint: `each fold needs ${LEAST_RARE} rows of either class`,
		});
	}
	const plans = planArms(amounts, bothAmounts, rareRows, table.rows, trainingRows ?? table.rows);
	const scores = plans.map((): number[] => []);
	const added = plans.map(() => 0);
	for (let repeat = 0; repeat < repeats; repeat++) {
		const dealt = assignFolds({ type: 'binary', labels }, folds, random.fork(`folds ${repeat}`));
		for (let k = 0; k < folds; k++) {
			const own = random.fork(`fold ${repeat} ${k}`);
			const report = (share: number) => onProgress?.((repeat * folds + k + share) / (repeats * folds));
			const results = await runFold(input, takeFold(dealt, k, input, own, trainingRows), plans, own, report, options);
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
	const testShare = trainingRows === null ? 1 / (trainingShare * (folds - 1)) : 0;
	return concludeAdvice({ target, rows: table.rows, rareRows, folds, repeats, trainingRows, testShare, arms });
}

/** All that is compared; amounts that are more than balance are left out. */
function planArms(
	amounts: readonly (number | 'balance')[],
	bothAmounts: readonly number[],
	rareRows: number,
	rows: number,
	trainingRows: number,
): ArmPlan[] {
	const balance = rows / rareRows - 2;
	const kept = amounts.filter((amount) => amount === 'balance' || amount < balance);
	const methods = ['over-sampling', 'smote', 'synthetic'] as const;
	return [
		{ method: 'nothing', amount: null },
		{ method: 'class weights', amount: null },
		...methods.flatMap((method) => kept.map((amount): ArmPlan => ({ method, amount }))),
		...dropRepeated(bothAmounts, trainingRows).map((amount): ArmPlan => ({ method: BOTH, amount })),
	];
}

/** Amounts that come to the same number of rows, as a table has grown long, are tried once. */
function dropRepeated(amounts: readonly number[], trainingRows: number): number[] {
	const countOf = (amount: number) =>
		countAdded({ method: BOTH, amount }, { rows: trainingRows, rareRows: trainingRows }).rare;
	return amounts.filter((amount, i) => amounts.findIndex((other) => countOf(other) === countOf(amount)) === i);
}

/** @throws CounterfoilError TABLE_UNTRAINABLE when parts of the table are too small to learn from so many rows. */
function requireParts(rows: number, rareRows: number, folds: number, trainingRows: number): void {
	const [part, rare] = [rows / folds, rareRows / folds];
	const learnt = (rare * trainingRows) / part;
	if (trainingRows < part && learnt >= LEAST_LEARNT && rare - learnt >= LEAST_RARE) return;
	throw new CounterfoilError('TABLE_UNTRAINABLE', 'The parts of the table cannot be learnt from in so many rows.', {
		where: `${rows} rows, ${rareRows} of them rare, in ${folds} parts; ${trainingRows} rows to learn from`,
		hint: `each part needs ${LEAST_LEARNT} rare rows to learn from and ${LEAST_RARE} to be tested on; take fewer parts`,
	});
}

function takeFold(
	dealt: Uint8Array,
	k: number,
	{ labels, target }: AdviseInput,
	random: Random,
	trainingRows: number | null,
): Fold {
	const own = rowsWhere(dealt, (fold) => fold === k);
	if (trainingRows === null) {
		return setTuningAside(
			labels,
			target,
			own,
			rowsWhere(dealt, (fold) => fold !== k),
			random,
		);
	}
	const tested = 1 - trainingRows / own.length;
	const sides = splitRows({ type: 'binary', labels: pickLabels(labels, own) }, tested, random.fork('training'));
	const rows = (picked: Int32Array) => picked.map((i) => own[i] as number);
	return setTuningAside(labels, target, rows(sides.validation), rows(sides.training), random);
}

function setTuningAside(
	labels: Uint8Array,
	target: AugmentationTarget,
	test: Int32Array,
	rest: Int32Array,
	random: Random,
): Fold {
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
