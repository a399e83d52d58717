import { CounterfoilError } from '../contracts/errors.ts';
import type { FeatureColumn, FeatureSpec, FeatureTable } from '../contracts/features.ts';
import { MISSING_LEVEL } from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import { pickRows } from '../features/pick-rows.ts';
import type { Scorer } from './scorer.ts';

export interface SignCheck {
	/** Mean surprise of real rows and of injected noise. */
	readonly realMean: number;
	readonly noiseMean: number;
	/** Standard error of the difference of the two means. */
	readonly standardError: number;
	/** Chance that a row of noise is more surprising than a real row. */
	readonly auroc: number;
	/** Rows of each kind. */
	readonly rows: number;
	/**
	 * Noise is more surprising on average, or at least not less so by more than chance: a table whose columns are
	 * uniform and independent is noise itself, and there both means are equal.
	 */
	readonly passed: boolean;
}

const MOST_ROWS = 2000;
/** Standard errors by which noise must be less surprising than real rows before that counts as a reversed sign. */
const CHANCE = 4;

/**
 * Whether the score points the right way: rows whose values are drawn evenly and independently from the range (or the
 * levels) of each feature must be more surprising than real rows.
 *
 * @param table real rows; at most 2,000 are drawn from it.
 */
export function checkSign(scorer: Pick<Scorer, 'specs' | 'score'>, table: FeatureTable, random: Random): SignCheck {
	const rows = Math.min(table.rows, MOST_ROWS);
	const picked = random.fork('real').sample(table.rows, rows);
	const real = scorer.score(pickRows(table, picked)).surprise;
	const noise = scorer.score(drawNoise(scorer.specs, rows, random.fork('noise'))).surprise;
	const [realMean, realVariance] = momentsOf(real);
	const [noiseMean, noiseVariance] = momentsOf(noise);
	const standardError = Math.sqrt((realVariance + noiseVariance) / rows);
	return {
		realMean,
		noiseMean,
		standardError,
		auroc: chanceAbove(noise, real),
		rows,
		passed: noiseMean - realMean > -CHANCE * standardError - 1e-9,
	};
}

/** @throws CounterfoilError SIGN_CHECK_FAILED */
export function requireSign(check: SignCheck): void {
	if (check.passed) return;
	throw new CounterfoilError(
		'SIGN_CHECK_FAILED',
		`Injected noise has a mean surprise of ${check.noiseMean.toFixed(2)}, real rows have ${check.realMean.toFixed(2)}.`,
		{
			where: `sign check on ${check.rows} rows of each kind`,
			hint: 'The columns hold too little to learn from (one column, all values alike frequent), or a few extreme values hold most of the range of one; add columns, or leave that one out with --ignore.',
		},
	);
}

/** Rows whose features are uniform over their range or their levels, each by itself. */
export function drawNoise(specs: readonly FeatureSpec[], rows: number, random: Random): FeatureTable {
	const columns = specs.map((spec): FeatureColumn => {
		if (spec.type === 'categorical') {
			const { length } = spec.levels;
			const codes = new Int32Array(rows).map(() => (length === 0 ? MISSING_LEVEL : random.integer(length)));
			return { type: 'categorical', codes };
		}
		const [from, to] = spec.period === undefined ? [spec.min, spec.max] : [0, spec.period];
		const values = new Float64Array(rows).map(() => {
			const u = random.uniform();
			return Number.isFinite(from) && Number.isFinite(to) ? from * (1 - u) + to * u : Number.NaN;
		});
		return { type: 'numeric', values };
	});
	return { rows, columns };
}

function momentsOf(values: Float64Array): [mean: number, variance: number] {
	const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
	return [mean, values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length];
}

/** Mann-Whitney: share of the pairs in which the value of `upper` is larger, ties half. */
function chanceAbove(upper: Float64Array, lower: Float64Array): number {
	const sorted = lower.slice().sort();
	let sum = 0;
	for (const value of upper) sum += (countUpTo(sorted, value, false) + countUpTo(sorted, value, true)) / 2;
	return sum / (upper.length * lower.length);
}

function countUpTo(sorted: Float64Array, value: number, including: boolean): number {
	let low = 0;
	let high = sorted.length;
	while (low < high) {
		const middle = (low + high) >>> 1;
		const at = sorted[middle] as number;
		if (at < value || (including && at === value)) low = middle + 1;
		else high = middle;
	}
	return low;
}
