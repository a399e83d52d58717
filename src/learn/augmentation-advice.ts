import { type ArmPlan, countAdded, isSynthetic } from './arm-plan.ts';
import { type AugmentationTarget, describeTarget, nameTarget } from './augmentation-target.ts';
import { formatSigned, type PairedInterval, pairedInterval } from './paired-interval.ts';

export interface AdvisedArm extends ArmPlan {
	/** Rows added in a fold, on average. */
	readonly addedRows: number;
	/** [folds x repeats] */
	readonly scores: readonly number[];
}

export interface JudgedArm extends AdvisedArm {
	readonly mean: number;
	/** Null for the one that it would be compared with. */
	readonly againstNothing: PairedInterval | null;
	readonly againstWeights: PairedInterval | null;
}

export interface ChosenMethod {
	/** `synthetic` with or without rows of the other class, which is chosen like the amount. */
	readonly method: ArmPlan['method'];
	/** Amount that is best in all folds. */
	readonly amount: number | 'balance';
	readonly mean: number;
	readonly againstNothing: PairedInterval;
	readonly againstWeights: PairedInterval;
	/** Synthetic rows less this method; null for themselves. */
	readonly againstIt: PairedInterval | null;
}

/** What augmentation does for a supervised model; plain JSON. */
export interface AugmentationAdvice {
	/** As on the command line: `f1`, `ap`, `recall@0.9`. */
	readonly target: string;
	readonly rows: number;
	readonly rareRows: number;
	readonly folds: number;
	readonly repeats: number;
	/** Rows that were learnt from at a time, as if the table had no more; null: all but the fold's. */
	readonly trainingRows: number | null;
	readonly interval: { readonly method: 'corrected resampled t' | 't of separate parts'; readonly confidence: number };
	/** All that was tried. The best of several amounts is so by luck, too: `chosen` is what counts. */
	readonly arms: readonly JudgedArm[];
	/** Methods that add rows, in each fold with the amount that is best in the other folds of the same repeat. */
	readonly chosen: readonly ChosenMethod[];
	/**
	 * Synthetic rows to add to the whole table; null where they are advised against: unless they are better than
	 * nothing and better than class weights, both beyond the interval. To a table of `trainingRows`, if it is not null.
	 */
	readonly recommended: {
		readonly classes: 'rare' | 'both';
		readonly amount: number | 'balance';
		/** Of both classes together. */
		readonly rows: number;
	} | null;
	/** In plain words. */
	readonly verdict: string;
}

const CONFIDENCE = 0.95;

export function concludeAdvice(measured: {
	readonly target: AugmentationTarget;
	readonly rows: number;
	readonly rareRows: number;
	readonly folds: number;
	readonly repeats: number;
	readonly trainingRows: number | null;
	/** Test rows of a fold for one that trains; 0 where no row is in two folds. */
	readonly testShare: number;
	readonly arms: readonly AdvisedArm[];
}): AugmentationAdvice {
	const { target, rows, rareRows, folds, repeats, trainingRows, testShare } = measured;
	const compare = (first: readonly number[], second: readonly number[]) =>
		pairedInterval(first, second, testShare, CONFIDENCE);
	const find = (method: ArmPlan['method']) => measured.arms.find((arm) => arm.method === method) as AdvisedArm;
	const [nothing, weights] = [find('nothing'), find('class weights')];
	const arms = measured.arms.map(
		(arm): JudgedArm => ({
			...arm,
			mean: meanOf(arm.scores),
			againstNothing: arm === nothing ? null : compare(arm.scores, nothing.scores),
			againstWeights: arm === weights ? null : compare(arm.scores, weights.scores),
		}),
	);
	const armsOf = (method: string) => arms.filter((arm) => arm.method === method);
	const families = [arms.filter(isSynthetic), ...['smote', 'over-sampling'].map(armsOf)];
	const synthetic = chooseByOtherFolds(families[0] ?? [], folds);
	const chosen = families.flatMap((family): ChosenMethod[] => {
		const scores = chooseByOtherFolds(family, folds);
		const best = bestOf(family);
		if (best?.amount == null) return [];
		return [
			{
				method: best.method,
				amount: best.amount,
				mean: meanOf(scores),
				againstNothing: compare(scores, nothing.scores),
				againstWeights: compare(scores, weights.scores),
				againstIt: isSynthetic(best) ? null : compare(synthetic, scores),
			},
		];
	});
	const ours = chosen.find(isSynthetic);
	const isRecommended = ours !== undefined && ours.againstNothing.low > 0 && ours.againstWeights.low > 0;
	return {
		target: nameTarget(target),
		rows,
		rareRows,
		folds,
		repeats,
		trainingRows,
		interval: {
			method: trainingRows === null ? 'corrected resampled t' : 't of separate parts',
			confidence: CONFIDENCE,
		},
		arms,
		chosen,
		recommended: isRecommended ? recommend(ours, rows, rareRows, trainingRows) : null,
		verdict: sayVerdict(describeTarget(target), arms, chosen, isRecommended),
	};
}

function recommend(
	{ method, amount }: ChosenMethod,
	rows: number,
	rareRows: number,
	trainingRows: number | null,
): AugmentationAdvice['recommended'] {
	const share = (trainingRows ?? rows) / rows;
	const { rare, others } = countAdded({ method, amount }, { rows: rows * share, rareRows: rareRows * share });
	return { classes: others > 0 ? 'both' : 'rare', amount, rows: rare + others };
}

/**
 * [folds x repeats]; of each fold the score of the arm that is best in the other folds of its repeat: the choice of
 * the amount has not seen the rows that it is judged by.
 */
function chooseByOtherFolds(arms: readonly JudgedArm[], folds: number): number[] {
	return (arms[0]?.scores ?? []).map((_, at) => {
		const start = at - (at % folds);
		const others = (arm: JudgedArm) => meanOf(arm.scores.slice(start, start + folds).toSpliced(at - start, 1));
		const best = arms.reduce((most, arm) => (others(arm) > others(most) ? arm : most));
		return best.scores[at] as number;
	});
}

function meanOf(values: readonly number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function bestOf(arms: readonly JudgedArm[]): JudgedArm | null {
	return arms.reduce<JudgedArm | null>((best, arm) => (best === null || arm.mean > best.mean ? arm : best), null);
}

function sayVerdict(
	what: string,
	arms: readonly JudgedArm[],
	chosen: readonly ChosenMethod[],
	isRecommended: boolean,
): string {
	const meanBy = (method: ArmPlan['method']) => arms.find((arm) => arm.method === method)?.mean ?? Number.NaN;
	const ours = chosen.find(isSynthetic);
	if (ours === undefined) return 'No amount of synthetic rows was tried.';
	const figures =
		`${what} on real rows never seen is ${figure(ours.mean)} with synthetic rows, ` +
		`${figure(meanBy('nothing'))} without (${sayInterval(ours.againstNothing)}) ` +
		`and ${figure(meanBy('class weights'))} with class weights (${sayInterval(ours.againstWeights)})`;
	const cheaper = chosen.filter((one) => !isSynthetic(one));
	if (isRecommended) {
		return `Recommended, ${sayAmount(ours)}: ${figures}.${sayCheaper(cheaper)}`;
	}
	const weights = arms.find(({ method }) => method === 'class weights');
	const helping = [
		...(weights?.againstNothing != null && weights.againstNothing.low > 0 ? ['class weights'] : []),
		...cheaper.filter(({ againstNothing }) => againstNothing.low > 0).map(nameMethod),
	];
	const instead =
		helping.length === 0
			? 'Nothing else that was tried is shown to help either.'
			: `What is shown to help: ${helping.join(', ')}.`;
	return `Advised against, as they are not shown to help: ${figures}. ${instead}`;
}

/** Whether something cheaper does as well. */
function sayCheaper(cheaper: readonly ChosenMethod[]): string {
	const best = cheaper.reduce<ChosenMethod | null>(
		(most, one) => (most === null || one.mean > most.mean ? one : most),
		null,
	);
	const difference = best?.againstIt ?? null;
	if (best === null || difference === null) return '';
	const reached = `${nameMethod(best)} reaches ${figure(best.mean)}`;
	if (difference.low > 0)
		return ` They are better than copies and SMOTE, too: ${reached} (${sayInterval(difference)}).`;
	if (difference.high < 0) return ` But ${reached}, which is better and costs less (${sayInterval(difference)}).`;
	return ` But ${reached}, which may do as well and costs less (${sayInterval(difference)}).`;
}

function nameMethod({ method }: ChosenMethod): string {
	return method === 'smote' ? 'SMOTE' : 'random over-sampling';
}

function sayAmount({ method, amount }: ChosenMethod): string {
	if (method === 'synthetic, both classes') return `${amount} new rows per row, half of them rare`;
	return amount === 'balance' ? 'as many rows as balance the classes' : `${amount} new rows per rare row`;
}

function figure(value: number): string {
	return value.toFixed(3);
}

function sayInterval({ difference, low, high }: PairedInterval): string {
	return `difference ${formatSigned(difference)}, interval ${formatSigned(low)} to ${formatSigned(high)}`;
}
