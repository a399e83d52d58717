import type { VectorGanOptions } from '../gan/vector/options.ts';
import type { TrainedVectorGan } from '../gan/vector/train-vector-gan.ts';
import {
	countHeights,
	drawHeights,
	findLeastReal,
	type LeastReal,
	MENDED_HEIGHTS,
	measureHeights,
	PLAIN_HEIGHTS,
	TEXTBOOK_HEIGHTS,
} from './heights.ts';
import { countPoints, drawRing, MENDED_RING, measureRing, PLAIN_RING } from './ring.ts';

export type ExampleName = 'heights' | 'ring';

/** One figure of a run, under the name that JSON has for it. */
export interface FigureColumn {
	readonly name: string;
	readonly header: string;
	readonly digits: number;
}

/** A data set to learn a GAN by, with its set-ups. */
export interface Example {
	readonly name: ExampleName;
	/** Numbers per row. */
	readonly width: number;
	/** @returns [rows, width] */
	draw(seed: number): Float32Array;
	/** What is run as it stands in the books, what fixes it, and what single changes are made to. */
	readonly textbook: VectorGanOptions;
	readonly mended: VectorGanOptions;
	readonly plain: VectorGanOptions;
	readonly told: Readonly<Record<'textbook' | 'mended', { readonly title: string; readonly words: string }>>;
	/** Figures by the names of `columns`. */
	measure(gan: TrainedVectorGan, real: Float32Array): Readonly<Record<string, number>>;
	readonly columns: readonly FigureColumn[];
	/** Real rows that the discriminator holds least likely to be real, the least likely first; for single numbers only. */
	leastReal(gan: TrainedVectorGan, real: Float32Array, count: number): LeastReal[];
	/** How rows are spread, for a picture in text. */
	countRows(rows: Float32Array): { readonly label: string; readonly count: number }[];
	/** Whether the figures are good enough, and the words for what that takes. */
	isGood(figures: Readonly<Record<string, number>>): boolean;
	readonly bar: string;
}

const heights: Example = {
	name: 'heights',
	width: 1,
	draw: drawHeights,
	textbook: TEXTBOOK_HEIGHTS,
	mended: MENDED_HEIGHTS,
	plain: PLAIN_HEIGHTS,
	told: {
		textbook: {
			title: 'The textbook',
			words:
				'Generator of 5 hidden layers of 10, tanh, batch normalisation, dropout .1; discriminator of 3 layers of 2, tanh; gradient descent at .005, times .97 every 100 steps; heights in inches, made from real ones.',
		},
		mended: {
			title: 'Mended',
			words:
				'Standardised heights made from normal numbers, 2 hidden layers of 10 (leaky ReLU) and of 16 (tanh), no batch normalisation or dropout, Adam with a falling rate, two steps of the discriminator for each of the generator, a weak gradient penalty, the averaged generator; a last lesson teaches the discriminator to rank.',
		},
	},
	measure: (gan, real) => ({ ...measureHeights(gan, real) }),
	columns: [
		{ name: 'mean', header: 'mean', digits: 2 },
		{ name: 'std', header: 'std', digits: 2 },
		{ name: 'orderAfterGame', header: 'order after the game', digits: 3 },
		{ name: 'order', header: 'order', digits: 3 },
	],
	leastReal: findLeastReal,
	countRows: countHeights,
	isGood: ({ mean = 0, std = 0, order = 0 }) => Math.abs(mean - 69) <= 0.3 && Math.abs(std - 3) <= 0.3 && order >= 0.9,
	bar: 'mean within .3 of 69, standard deviation within 10 % of 3, order by distance from 69 at least .9',
};

const ring: Example = {
	name: 'ring',
	width: 2,
	draw: drawRing,
	textbook: PLAIN_RING,
	mended: MENDED_RING,
	plain: PLAIN_RING,
	told: {
		textbook: {
			title: 'Plain',
			words: 'Two small nets, Adam, nothing that keeps the generator from making the same points again and again.',
		},
		mended: {
			title: 'Mended',
			words: 'Wider nets of tanh, a weak gradient penalty, a falling learning rate, the averaged generator.',
		},
	},
	measure: (gan) => ({ ...measureRing(gan) }),
	columns: [
		{ name: 'modes', header: 'Gaussians of 8', digits: 0 },
		{ name: 'goodShare', header: 'share within 3 std', digits: 2 },
	],
	leastReal: () => [],
	countRows: countPoints,
	isGood: ({ modes = 0, goodShare = 0 }) => modes === 8 && goodShare >= 0.8,
	bar: 'all 8 Gaussians, and 80 % of the points within 3 standard deviations of one',
};

export const EXAMPLES: Readonly<Record<ExampleName, Example>> = { heights, ring };
