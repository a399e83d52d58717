import { CounterfoilError } from '../contracts/errors.ts';

/** What a mechanism may give away of one row: (epsilon, delta)-differential privacy (Dwork et al. 2006). */
export interface PrivacyLoss {
	readonly epsilon: number;
	readonly delta: number;
}

/** Steps that each look at every row with probability `rate`, and add Gaussian noise to a sum of clipped gradients. */
export interface NoisySteps {
	/** Probability that a row takes part in a step, 0 to 1. */
	readonly rate: number;
	/** Standard deviation of the noise, in units of the longest contribution of a row. */
	readonly noise: number;
	readonly steps: number;
}

/** Everything that is done with the rows, one after the other, each choice free to depend on what came before. */
export interface NoisyWork {
	/** Of Gaussian mechanisms on all rows, added up: sensitivity^2 / (2 sigma^2) each (zero-concentrated; Bun and Steinke 2016). */
	readonly zcdp: number;
	readonly training: NoisySteps;
}

/** Relative addition to each divergence, far above what rounding takes away. */
const ROUNDING = 1e-9;
/** Whole orders of the Rényi divergence; the largest matter for the smallest epsilons. */
const ORDERS: readonly number[] = [...Array.from({ length: 255 }, (_, i) => i + 2), 320, 400, 512, 724, 1024];
const MOST_NOISE = 1e6;

/**
 * Log of the moment E[(M(D) / M(D'))^order] of one step, for a whole order: Mironov, Talwar and Zhang 2019, "Rényi
 * differential privacy of the sampled Gaussian mechanism", section 3.3; it bounds both directions of neighbours.
 */
function logMoment(order: number, { rate, noise }: NoisySteps): number {
	if (rate === 0) return 0;
	if (rate === 1) return (order * (order - 1)) / (2 * noise ** 2);
	const [kept, left] = [Math.log(rate), Math.log1p(-rate)];
	let logChoose = 0;
	const terms = new Float64Array(order + 1);
	for (let k = 0; k <= order; k++) {
		if (k > 0) logChoose += Math.log((order - k + 1) / k);
		terms[k] = logChoose + (order - k) * left + k * kept + (k * k - k) / (2 * noise ** 2);
	}
	const largest = terms.reduce((most, term) => Math.max(most, term), Number.NEGATIVE_INFINITY);
	return largest + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - largest), 0));
}

/**
 * The smallest epsilon that is guaranteed with `delta`: Rényi divergences of the parts added up (Mironov 2017), turned
 * into (epsilon, delta) by Canonne, Kamath and Steinke 2020, proposition 12, the best of the orders.
 */
export function epsilonOf({ zcdp, training }: NoisyWork, delta: number): number {
	let least = Number.POSITIVE_INFINITY;
	for (const order of ORDERS) {
		const ofSteps = (training.steps * Math.max(0, logMoment(order, training))) / (order - 1);
		const divergence = (order * zcdp + ofSteps) * (1 + ROUNDING);
		const epsilon = divergence + Math.log1p(-1 / order) - (Math.log(delta) + Math.log(order)) / (order - 1);
		least = Math.min(least, epsilon);
	}
	return Math.max(0, least);
}

/** The most of zero-concentrated privacy that (epsilon, delta) leaves to Gaussian mechanisms on all rows alone. */
export function zcdpWithin({ epsilon, delta }: PrivacyLoss): number {
	const none: NoisySteps = { rate: 0, noise: 1, steps: 0 };
	return bisect((zcdp) => epsilonOf({ zcdp, training: none }, delta) <= epsilon, 0, epsilon + 1);
}

/**
 * The least noise with which the steps stay within `loss`.
 *
 * @throws CounterfoilError CONFIG_INVALID when no noise does
 */
export function findNoise(
	loss: PrivacyLoss,
	{ zcdp, training }: { readonly zcdp: number; readonly training: Omit<NoisySteps, 'noise'> },
): number {
	const isWithin = (noise: number) => epsilonOf({ zcdp, training: { ...training, noise } }, loss.delta) <= loss.epsilon;
	if (!isWithin(MOST_NOISE)) {
		throw new CounterfoilError('CONFIG_INVALID', `No noise keeps the training within epsilon ${loss.epsilon}.`, {
			hint: 'Allow a larger epsilon or delta.',
		});
	}
	// More noise is less loss: the inverse of the noise is what is bounded from above.
	return 1 / bisect((inverse) => isWithin(1 / inverse), 1 / MOST_NOISE, 1e3);
}

/** The largest number that still holds, by halving on a logarithmic scale; never one that does not. */
function bisect(holds: (value: number) => boolean, low: number, high: number): number {
	let [good, bad] = [low, high];
	for (let halving = 0; halving < 100 && bad - good > 1e-10 * bad; halving++) {
		const middle = good > 0 && bad / good > 2 ? Math.sqrt(good * bad) : (good + bad) / 2;
		if (holds(middle)) good = middle;
		else bad = middle;
	}
	return good;
}
