import type { FeatureSpec, FeatureTable } from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import { joinFeatures } from '../features/join-features.ts';
import { pickRows } from '../features/pick-rows.ts';
import type { ArmPlan } from './augmentation-advice.ts';
import type { BoostedTrees } from './boosted-trees.ts';
import { drawSmote } from './draw-smote.ts';
import { type FitTreesOptions, fitBoostedTrees } from './fit-boosted-trees.ts';
import { assignFolds, rowsWhere } from './split-rows.ts';
import type { TreeOptions } from './tree-options.ts';

/** Draws rows of the rare class, without its label. */
export interface RareRowSampler {
	sample(rows: number, random: Random): FeatureTable | Promise<FeatureTable>;
	/** Called once when no more rows are needed. */
	dispose?(): void;
}

export interface TreatmentInput {
	/** Real rows. */
	readonly training: FeatureTable;
	/** [rows]; 1 for the rare class. */
	readonly labels: Uint8Array;
	readonly specs: readonly FeatureSpec[];
	readonly sampler: RareRowSampler;
	/** All that will be asked for. */
	readonly plans: readonly ArmPlan[];
	readonly random: Random;
	readonly learner: TreeOptions;
	readonly signal?: AbortSignal;
}

export interface TreatedModel {
	readonly model: BoostedTrees;
	readonly addedRows: number;
}

const MOST_ROUNDS = 300;
/** Parts of the real rows, each of which tells once when to stop. */
const INNER_FOLDS = 3;
/** With few rare rows the loss goes up and down before it is at its least. */
const PATIENCE = 20;

/**
 * Trains models on real rows with the rare class treated in one way or another. Each gets the number of trees that is
 * best for it: where all had the same, many trees would learn noise by heart and anything that blurs the rows would
 * seem to help, which stopping early does for nothing. The number is the one with the least loss in a
 * cross-validation of the real rows. No copy nor SMOTE is made of the rows that validate (a generator has seen them,
 * which can only make it stop too late), and the classes weigh there as in training. Then the model is trained on all
 * rows.
 */
export function createTreatment(input: TreatmentInput): (plan: ArmPlan) => Promise<TreatedModel> {
	const { training, labels, specs, sampler, random } = input;
	const inner = assignFolds({ type: 'binary', labels }, INNER_FOLDS, random.fork('validation'));
	const rareRows = rowsWhere(labels, (label) => label === 1);
	const otherRows = labels.length - rareRows.length;
	const weights = balanceWeights(labels, rareRows.length);
	const settings = {
		rounds: MOST_ROUNDS,
		patience: PATIENCE,
		...input.learner,
		...(input.signal === undefined ? {} : { signal: input.signal }),
	};

	const countOf = ({ amount }: ArmPlan) => {
		const multiple = amount === 'balance' ? otherRows / rareRows.length - 1 : (amount ?? 0);
		return Math.max(0, Math.round(multiple * rareRows.length));
	};
	const mostSynthetic = Math.max(0, ...input.plans.filter(({ method }) => method === 'synthetic').map(countOf));
	let synthetic: FeatureTable | null = null;

	/** The first of the most that are needed: drawn once, so that amounts differ in nothing but number. */
	async function takeSynthetic(count: number): Promise<FeatureTable> {
		synthetic ??= await sampler.sample(mostSynthetic, random.fork('synthetic'));
		return pickRows(
			synthetic,
			Int32Array.from({ length: count }, (_, row) => row),
		);
	}

	async function draw(method: ArmPlan['method'], from: Int32Array, count: number): Promise<FeatureTable> {
		if (method === 'synthetic') return takeSynthetic(count);
		const draws = random.fork(`${method} ${count}`);
		const rare = pickRows(training, from);
		if (method === 'smote') return drawSmote(rare, specs, count, draws);
		return pickRows(
			rare,
			Int32Array.from({ length: count }, () => draws.integer(rare.rows)),
		);
	}

	/** @param validating null: all rows are trained on. */
	function fit(
		method: ArmPlan['method'],
		added: FeatureTable | null,
		rounds: number,
		validating: Pick<FitTreesOptions, 'validationRows' | 'onValidation'> | null,
	): BoostedTrees {
		const table = added === null ? training : joinFeatures([training, added], specs);
		const all = new Uint8Array(table.rows).fill(1);
		all.set(labels);
		const own = new Float64Array(table.rows).fill(1);
		if (method === 'class weights') own.set(weights);
		else {
			// The odds of the classes are those of training, or more rounds would only teach the new odds.
			const more = 1 + (added?.rows ?? 0) / rareRows.length;
			for (const row of validating?.validationRows ?? []) if (labels[row] === 1) own[row] = more;
		}
		return fitBoostedTrees(
			table,
			specs,
			{ type: 'binary', labels: all },
			{
				...settings,
				...validating,
				rounds,
				random: random.fork('learner'),
				weights: own,
			},
		);
	}

	/** The number of rounds with the least loss, summed over the folds. */
	async function findRounds(plan: ArmPlan, addedRows: number): Promise<number> {
		const sums: number[] = [];
		let known = settings.rounds;
		for (let k = 0; k < INNER_FOLDS; k++) {
			const shown = rareRows.filter((row) => inner[row] !== k);
			const added = addedRows === 0 ? null : await draw(plan.method, shown, addedRows);
			const losses: number[] = [];
			fit(plan.method, added, settings.rounds, {
				validationRows: rowsWhere(inner, (fold) => fold === k),
				onValidation: (loss) => losses.push(loss),
			});
			known = Math.min(known, losses.length);
			losses.forEach((loss, round) => {
				sums[round] = (sums[round] ?? 0) + loss;
			});
		}
		const compared = sums.slice(0, known);
		return compared.indexOf(Math.min(...compared)) + 1;
	}

	return async (plan) => {
		const addedRows = countOf(plan);
		const rounds = await findRounds(plan, addedRows);
		const added = addedRows === 0 ? null : await draw(plan.method, rareRows, addedRows);
		return { model: fit(plan.method, added, rounds, null), addedRows };
	};
}

/** [rows]; both classes weigh the same together, and all rows as much as without weights. */
function balanceWeights(labels: Uint8Array, rare: number): Float64Array {
	return Float64Array.from(labels, (label) => labels.length / (2 * (label === 1 ? rare : labels.length - rare)));
}
