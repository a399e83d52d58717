import { createRandom } from '../contracts/random.ts';
import type { VectorGanOptions } from '../gan/vector/options.ts';
import type { VectorGan } from '../gan/vector/train-vector-gan.ts';

/** Eight Gaussians on a circle: the usual data set on which mode collapse is counted (Metz et al. 2017). */
export const RING = { modes: 8, radius: 2, std: 0.05, rows: 10_000 } as const;

/** A plain GAN, which tends to collapse here: nothing holds the discriminator back, and nothing looks at the batch. */
export const PLAIN_RING = {
	steps: 1000,
	batchRows: 128,
	loss: 'non-saturating',
	penaltyWeight: 0,
	optimiser: 'adam',
	learningRate: 0.005,
	schedule: 'constant',
	latent: 'normal',
	latentWidth: 4,
	averageDecay: 0,
	generator: { hiddenWidths: [32, 32], activation: 'leaky-relu' },
	discriminator: { hiddenWidths: [16, 16], activation: 'leaky-relu' },
} as const satisfies VectorGanOptions;

/** What fixes it. */
export const MENDED_RING = {
	...PLAIN_RING,
	steps: 1500,
	// Of several weights the one with which the fewest of many runs lost a Gaussian, see docs/gan.md.
	penaltyWeight: 0.02,
	learningRate: 0.008,
	schedule: 'half-then-linear',
	averageDecay: 0.99,
	generator: { hiddenWidths: [32, 32], activation: 'tanh' },
	discriminator: { hiddenWidths: [64, 32], activation: 'tanh' },
} as const satisfies VectorGanOptions;

export interface RingFigures {
	/** Gaussians that are made: at least a quarter of their fair share of the points lies within 3 standard deviations. */
	readonly modes: number;
	/** Share of points within 3 standard deviations of a Gaussian; 98.9 % of real ones. */
	readonly goodShare: number;
}

const MEASURED_ROWS = 4000;

/** Two numbers per point. */
export function drawRing(seed: number): Float32Array {
	const random = createRandom(seed, 'textbook/ring');
	const points = new Float32Array(2 * RING.rows);
	random.fillNormal(points);
	for (let row = 0; row < RING.rows; row++) {
		const angle = (2 * Math.PI * random.integer(RING.modes)) / RING.modes;
		points[2 * row] = RING.radius * Math.cos(angle) + RING.std * (points[2 * row] as number);
		points[2 * row + 1] = RING.radius * Math.sin(angle) + RING.std * (points[2 * row + 1] as number);
	}
	return points;
}

export function measureRing(gan: VectorGan): RingFigures {
	const counts = countByMode(gan.generate(MEASURED_ROWS, createRandom(0, 'textbook/measured')));
	const fairShare = MEASURED_ROWS / RING.modes;
	return {
		modes: counts.filter((count) => count >= fairShare / 4).length,
		goodShare: counts.reduce((sum, count) => sum + count, 0) / MEASURED_ROWS,
	};
}

/** By Gaussian, those near none of them last. */
export function countPoints(points: Float32Array): { readonly label: string; readonly count: number }[] {
	const counts = countByMode(points);
	const near = counts.reduce((sum, count) => sum + count, 0);
	const bars = Array.from(counts, (count, mode) => ({ label: `at ${(360 * mode) / RING.modes} deg`, count }));
	return [...bars, { label: 'near none', count: points.length / 2 - near }];
}

function countByMode(points: Float32Array): Int32Array {
	const counts = new Int32Array(RING.modes);
	for (let i = 0; i < points.length; i += 2) {
		const mode = findMode(points[i] as number, points[i + 1] as number);
		if (mode !== null) counts[mode] = (counts[mode] as number) + 1;
	}
	return counts;
}

/** The Gaussian that a point lies within 3 standard deviations of. */
function findMode(x: number, y: number): number | null {
	const turn = Math.round((Math.atan2(y, x) / (2 * Math.PI)) * RING.modes);
	const mode = (turn + RING.modes) % RING.modes;
	const angle = (2 * Math.PI * mode) / RING.modes;
	const distance = Math.hypot(x - RING.radius * Math.cos(angle), y - RING.radius * Math.sin(angle));
	return distance <= 3 * RING.std ? mode : null;
}
