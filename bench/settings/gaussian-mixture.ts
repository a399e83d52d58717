import type { Random } from '../../src/contracts/random.ts';

/** A mixture of Gaussians. */
export interface GaussianMixture {
	/** [components]; sums to 1. */
	readonly weights: Float64Array;
	/** [components][width] */
	readonly means: readonly Float64Array[];
	/** Lower triangles L of the covariances L L', [components][width * width], row-major. */
	readonly factors: readonly Float64Array[];
}

export interface MixtureSample {
	readonly count: number;
	/** What the means are multiplied by. @default 1 */
	readonly meanScale?: number;
	/** What the covariances are multiplied by. @default 1 */
	readonly covarianceScale?: number;
}

const MOST_STEPS = 60;
/** Rise of the mean log-likelihood that ends the fit, in nats a row. */
const LEAST_RISE = 1e-3;
/** Added to the variances, which are about 1: columns of few values have components of one value. */
const RIDGE = 1e-3;

/**
 * Fits mixtures of several sizes by expectation and maximisation (Dempster, Laird and Rubin 1977), full covariances,
 * and takes the one with the lowest Bayesian information criterion.
 *
 * @param values standardised, [rows, width], row-major.
 * @param sizes numbers of components to try.
 */
export function fitMixture(
	values: Float64Array,
	width: number,
	sizes: readonly number[],
	random: Random,
): GaussianMixture {
	const rows = values.length / width;
	const fits = sizes.map((size) => {
		const { mixture, logLikelihood } = fitOne(values, width, Math.min(size, rows), random.fork(String(size)));
		const parameters = size - 1 + size * width + (size * width * (width + 1)) / 2;
		return { mixture, criterion: parameters * Math.log(rows) - 2 * rows * logLikelihood };
	});
	return fits.reduce((best, one) => (one.criterion < best.criterion ? one : best)).mixture;
}

/** Draws rows, [count, width]. */
export function drawFromMixture(
	{ weights, means, factors }: GaussianMixture,
	{ count, meanScale = 1, covarianceScale = 1 }: MixtureSample,
	random: Random,
): Float64Array {
	const width = (means[0] as Float64Array).length;
	const drawn = new Float64Array(count * width);
	const normals = new Float64Array(width);
	const deviation = Math.sqrt(covarianceScale);
	for (let row = 0; row < count; row++) {
		let component = 0;
		for (let left = random.uniform(); component < weights.length - 1; component++) {
			left -= weights[component] as number;
			if (left < 0) break;
		}
		const mean = means[component] as Float64Array;
		const factor = factors[component] as Float64Array;
		random.fillNormal(normals);
		for (let j = 0; j < width; j++) {
			let sum = 0;
			for (let k = 0; k <= j; k++) sum += (factor[j * width + k] as number) * (normals[k] as number);
			drawn[row * width + j] = meanScale * (mean[j] as number) + deviation * sum;
		}
	}
	return drawn;
}

function fitOne(
	values: Float64Array,
	width: number,
	size: number,
	random: Random,
): { readonly mixture: GaussianMixture; readonly logLikelihood: number } {
	const rows = values.length / width;
	let shares = nearestCentre(values, width, [...random.sample(rows, size)]);
	let mixture = maximise(values, width, shares);
	let logLikelihood = Number.NEGATIVE_INFINITY;
	for (let step = 0; step < MOST_STEPS; step++) {
		const expected = expect(values, width, mixture);
		const rise = expected.logLikelihood - logLikelihood;
		logLikelihood = expected.logLikelihood;
		if (rise < LEAST_RISE) break;
		shares = expected.shares;
		mixture = maximise(values, width, shares);
	}
	return { mixture, logLikelihood };
}

/** To which component each row belongs, [components][rows]: at first wholly to the nearest of some rows. */
function nearestCentre(values: Float64Array, width: number, centres: readonly number[]): Float64Array[] {
	const rows = values.length / width;
	const shares = centres.map(() => new Float64Array(rows));
	for (let row = 0; row < rows; row++) {
		let nearest = 0;
		let least = Number.POSITIVE_INFINITY;
		for (const [component, centre] of centres.entries()) {
			let distance = 0;
			for (let j = 0; j < width; j++) {
				distance += ((values[row * width + j] as number) - (values[centre * width + j] as number)) ** 2;
			}
			if (distance < least) [least, nearest] = [distance, component];
		}
		(shares[nearest] as Float64Array)[row] = 1;
	}
	return shares;
}

function maximise(values: Float64Array, width: number, shares: readonly Float64Array[]): GaussianMixture {
	const rows = values.length / width;
	const masses = shares.map((own) => own.reduce((sum, share) => sum + share, 1e-9));
	const means = shares.map((own, component) => {
		const mean = new Float64Array(width);
		for (let row = 0; row < rows; row++) {
			const share = (own[row] as number) / (masses[component] as number);
			for (let j = 0; j < width; j++) mean[j] = (mean[j] as number) + share * (values[row * width + j] as number);
		}
		return mean;
	});
	const centred = new Float64Array(width);
	const factors = shares.map((own, component) => {
		const mean = means[component] as Float64Array;
		const covariance = new Float64Array(width * width);
		for (let row = 0; row < rows; row++) {
			const share = (own[row] as number) / (masses[component] as number);
			if (share < 1e-9) continue;
			for (let j = 0; j < width; j++) centred[j] = (values[row * width + j] as number) - (mean[j] as number);
			for (let j = 0; j < width; j++) {
				const weighted = share * (centred[j] as number);
				const at = j * width;
				for (let k = 0; k <= j; k++)
					covariance[at + k] = (covariance[at + k] as number) + weighted * (centred[k] as number);
			}
		}
		for (let j = 0; j < width; j++) covariance[j * width + j] = (covariance[j * width + j] as number) + RIDGE;
		return factorise(covariance, width);
	});
	const total = masses.reduce((sum, mass) => sum + mass, 0);
	return { weights: Float64Array.from(masses, (mass) => mass / total), means, factors };
}

/** Cholesky: the lower triangle L of L L' = matrix, of which only the lower triangle is read. */
function factorise(matrix: Float64Array, width: number): Float64Array {
	const factor = new Float64Array(width * width);
	for (let j = 0; j < width; j++) {
		for (let k = 0; k <= j; k++) {
			let sum = matrix[j * width + k] as number;
			for (let i = 0; i < k; i++) sum -= (factor[j * width + i] as number) * (factor[k * width + i] as number);
			factor[j * width + k] = j === k ? Math.sqrt(Math.max(sum, RIDGE / 10)) : sum / (factor[k * width + k] as number);
		}
	}
	return factor;
}

function expect(
	values: Float64Array,
	width: number,
	{ weights, means, factors }: GaussianMixture,
): { readonly shares: Float64Array[]; readonly logLikelihood: number } {
	const rows = values.length / width;
	const solved = new Float64Array(width);
	const shares = means.map((mean, component) => {
		const factor = factors[component] as Float64Array;
		let constant = Math.log(weights[component] as number) - (width / 2) * Math.log(2 * Math.PI);
		for (let j = 0; j < width; j++) constant -= Math.log(factor[j * width + j] as number);
		const own = new Float64Array(rows);
		for (let row = 0; row < rows; row++) {
			let squares = 0;
			for (let j = 0; j < width; j++) {
				let sum = (values[row * width + j] as number) - (mean[j] as number);
				for (let k = 0; k < j; k++) sum -= (factor[j * width + k] as number) * (solved[k] as number);
				const value = sum / (factor[j * width + j] as number);
				solved[j] = value;
				squares += value * value;
			}
			own[row] = constant - squares / 2;
		}
		return own;
	});
	let logLikelihood = 0;
	for (let row = 0; row < rows; row++) {
		const most = shares.reduce((largest, own) => Math.max(largest, own[row] as number), Number.NEGATIVE_INFINITY);
		const total = shares.reduce((sum, own) => sum + Math.exp((own[row] as number) - most), 0);
		logLikelihood += (most + Math.log(total)) / rows;
		for (const own of shares) own[row] = Math.exp((own[row] as number) - most) / total;
	}
	return { shares, logLikelihood };
}
