import type { FeatureSpec, FeatureTable } from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import { averagePrecision } from '../evaluate/detection.ts';
import { joinFeatures } from '../features/join-features.ts';
import { pickRows } from '../features/pick-rows.ts';
import { type ArmPlan, countAdded, isSynthetic } from './arm-plan.ts';
import type { BoostedTrees } from './boosted-trees.ts';
import { drawSmote } from './draw-smote.ts';
import { type FitTreesOptions, fitBoostedTrees } from './fit-boosted-trees.ts';
import { assignFolds, rowsWhere } from './split-rows.ts';
import type { TreeOptions } from './tree-options.ts';

/** Draws rows of one class, without their label. */
export interface ClassSampler {
	/** @param label 1 for the rare class, 0 for all others */
	sample(rows: number, random: Random, label: 0 | 1): FeatureTable | Promise<FeatureTable>;
	/** Called once when no more rows are needed. */
	dispose?(): void;
}

export interface TreatmentInput {
	/** Real rows. */
	readonly training: FeatureTable;
	/** [rows]; 1 for the rare class. */
	readonly labels: Uint8Array;
	readonly specs: readonly FeatureSpec[];
	readonly sampler: ClassSampler;
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

/** Rows of the rare class first, those of the others after them. */
interface AddedRows {
	readonly table: FeatureTable;
	readonly rare: number;
}

/** Parts of the real rows, each of which is once ranked by what was learnt from the others. */
const INNER_FOLDS = 3;
/** Numbers of trees that are tried. */
const ROUNDS = [5, 10, 15, 25, 40, 65, 100] as const;

/**
 * Trains models on real rows with the rare class treated in one way or another. Each gets the number of trees that is
 * best for it: where all had the same, many trees would learn noise by heart and anything that blurs the rows would
 * seem to help, which fewer trees do for nothing. The number is the one with the best average precision in a
 * cross-validation of the real rows; a loss would not do, for it changes with the odds of the classes. No copy nor SMOTE
 * is made of the rows that are ranked; a generator has seen them, which can only make it take too many trees. Then the
 * model is trained on all rows.
 */
export function createTreatment(input: TreatmentInput): (plan: ArmPlan) => Promise<TreatedModel> {
	const { training, labels, specs, sampler, random } = input;
	const inner = assignFolds({ type: 'binary', labels }, INNER_FOLDS, random.fork('validation'));
	const rareRows = rowsWhere(labels, (label) => label === 1);
	const weights = balanceWeights(labels, rareRows.length);
	const settings = {
		...input.learner,
		...(input.signal === undefined ? {} : { signal: input.signal }),
	};

	const countsOf = (plan: ArmPlan) => countAdded(plan, { rows: labels.length, rareRows: rareRows.length });
	const wanted = input.plans.filter(isSynthetic).map(countsOf);
	const mostOf = (label: 0 | 1) => Math.max(0, ...wanted.map(({ rare, others }) => (label === 1 ? rare : others)));
	const drawn: (FeatureTable | undefined)[] = [];

	/** The first of the most that are needed: drawn once, so that amounts differ in nothing but number. */
	async function takeSynthetic(count: number, label: 0 | 1): Promise<FeatureTable> {
		drawn[label] ??= await sampler.sample(mostOf(label), random.fork(`synthetic ${label}`), label);
		return pickRows(
			drawn[label],
			Int32Array.from({ length: count }, (_, row) => row),
		);
	}

	async function draw(plan: ArmPlan, from: Int32Array): Promise<AddedRows | null> {
		const { rare, others } = countsOf(plan);
		if (rare === 0) return null;
		const ofRare = await drawRare(plan, from, rare);
		if (others === 0) return { table: ofRare, rare };
		return { table: joinFeatures([ofRare, await takeSynthetic(others, 0)], specs), rare };
	}

	async function drawRare(plan: ArmPlan, from: Int32Array, count: number): Promise<FeatureTable> {
		if (isSynthetic(plan)) return takeSynthetic(count, 1);
		const draws = random.fork(`${plan.method} ${count}`);
		const rare = pickRows(training, from);
		if (plan.method === 'smote') return drawSmote(rare, specs, count, draws);
		return pickRows(
			rare,
			Int32Array.from({ length: count }, () => draws.integer(rare.rows)),
		);
	}

	function fit(
		method: ArmPlan['method'],
		added: AddedRows | null,
		options: Pick<FitTreesOptions, 'rounds' | 'patience' | 'validationRows' | 'onRound'>,
	): BoostedTrees {
		const table = added === null ? training : joinFeatures([training, added.table], specs);
		const all = new Uint8Array(table.rows);
		all.set(labels);
		if (added !== null) all.fill(1, training.rows, training.rows + added.rare);
		return fitBoostedTrees(
			table,
			specs,
			{ type: 'binary', labels: all },
			{
				...settings,
				...options,
				random: random.fork('learner'),
				...(method === 'class weights' ? { weights } : {}),
			},
		);
	}

	/** The number of trees with the best average precision, summed over the folds. */
	async function findRounds(plan: ArmPlan): Promise<number> {
		const rounds = ROUNDS.at(-1) as number;
		const sums = new Map<number, number>(ROUNDS.map((round) => [round, 0]));
		for (let k = 0; k < INNER_FOLDS; k++) {
			const shown = rareRows.filter((row) => inner[row] !== k);
			const added = await draw(plan, shown);
			const validationRows = rowsWhere(inner, (fold) => fold === k);
			const ranked = Uint8Array.from(validationRows, (row) => labels[row] as number);
			fit(plan.method, added, {
				rounds,
				patience: rounds,
				validationRows,
				onRound(round, logOdds) {
					const sum = sums.get(round);
					if (sum === undefined) return;
					const scores = Float64Array.from(validationRows, (row) => logOdds[row] as number);
					sums.set(round, sum + averagePrecision(scores, ranked));
				},
			});
		}
		return ROUNDS.reduce<number>(
			(best, round) => ((sums.get(round) ?? 0) > (sums.get(best) ?? 0) ? round : best),
			ROUNDS[0],
		);
	}

	return async (plan) => {
		const rounds = input.learner.rounds ?? (await findRounds(plan));
		const added = await draw(plan, rareRows);
		return { model: fit(plan.method, added, { rounds }), addedRows: added?.table.rows ?? 0 };
	};
}

/** [rows]; both classes weigh the same together, and all rows as much as without weights. */
function balanceWeights(labels: Uint8Array, rare: number): Float64Array {
	return Float64Array.from(labels, (label) => labels.length / (2 * (label === 1 ? rare : labels.length - rare)));
}
