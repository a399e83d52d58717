import type { Tensor } from '@tensorflow/tfjs';
import type { EncodedLayout, EncodedSpan } from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import type { Tfjs } from './backend.ts';
import type { OffsetModes } from './offset-modes.ts';

/**
 * Second-moment matching: the mean products of all pairs of columns of generated rows shall be those of the real
 * ones. Among one-hots these are the contingency tables of all pairs of columns, which is what makes rows useful
 * long before the discriminator has taught the rest.
 *
 * The cells of a row are a constant 1, its columns, and per numeric feature and mode the offset and its square times
 * the one-hot of the mode (an offset means nothing without its mode). For generated rows the one-hots are
 * probabilities, see layers/span-output.ts. Matched are
 *
 * - the products of cells of different features, and of each with the constant (shares, means, variances);
 * - the products of the row's condition with its cells: what other columns are like, given a choice.
 *
 * Loss: the sum over the products of (A - M) (B - M) / (V + floor), with A and B the means over two independent
 * halves of a generated batch and M that over the real rows. The product of two halves is an unbiased estimate of
 * the squared distance, where the square of one is biased by its sampling noise. V is the mean squared product, the
 * variance that a mean is estimated with, up to its own square: rare cells count more per unit, the floor keeps
 * empty ones in check.
 */
export interface MomentMatcher {
	readonly layout: EncodedLayout;
	/** More than one when the layout is wide: a step looks at one of them. */
	readonly blocks: readonly MomentBlock[];
}

export interface MomentBlock {
	/** Spans of the layout, ascending. */
	readonly spans: readonly number[];
	readonly products: Products | undefined;
	/** [cells, cells], means over the real rows and weights of the loss. */
	readonly pairs: MomentTarget;
	/** [columns, cells], the same for the products of condition and cells. */
	readonly conditional: MomentTarget;
}

/** [columns, products] each: pick (and scale) the offset, and the mode, of each product. */
interface Products {
	readonly offsetTensor: Tensor;
	readonly modeTensor: Tensor;
}

interface MomentTarget {
	readonly meanTensor: Tensor;
	readonly weightTensor: Tensor;
}

export interface MomentMatchingOptions {
	/** Cells that a step looks at, at most (unless one feature alone has more). */
	readonly blockCells: number;
	/** Blocks of random features when the layout is wider than one. */
	readonly blocks: number;
	/** Added to V. */
	readonly floor: number;
	/** Real rows that the moments are taken from, at most; evenly spaced. */
	readonly rows: number;
}

const ROWS_PER_BATCH = 2048;
/** Offsets of narrower modes are not blown up further: a generated one may be anywhere in -1 to 1, and its square counts. */
const SMALLEST_SCALE = 0.1;

/** @param encoded [rows, layout.width] */
export function createMomentMatcher(
	tf: Tfjs,
	layout: EncodedLayout,
	offsets: readonly OffsetModes[],
	encoded: Float32Array,
	options: MomentMatchingOptions,
	random: Random,
): MomentMatcher {
	const groups = groupSpans(layout, offsets, options, random);
	return { layout, blocks: groups.map((spans) => createBlock(tf, layout, offsets, encoded, spans, options)) };
}

export function disposeMomentMatcher({ blocks }: MomentMatcher): void {
	for (const { products, pairs, conditional } of blocks) {
		for (const tensor of [pairs, conditional].flatMap(({ meanTensor, weightTensor }) => [meanTensor, weightTensor])) {
			tensor.dispose();
		}
		products?.offsetTensor.dispose();
		products?.modeTensor.dispose();
	}
}

/**
 * Loss and its gradient.
 *
 * @param expected [batch, width], generated rows with probabilities for one-hots; the upper and the lower half of
 * the batch count as independent
 * @param conditions [batch, width], their conditions: 1 at the choice, 0 elsewhere
 * @returns `gradient`: [batch, width]; `loss`: scalar
 */
export function matchMoments(
	tf: Tfjs,
	{ layout, blocks }: MomentMatcher,
	blockIndex: number,
	expected: Tensor,
	conditions: Tensor,
): { readonly gradient: Tensor; readonly loss: Tensor } {
	const block = blocks[blockIndex] as MomentBlock;
	const cells = expandCells(tf, block.products, pickSpans(tf, layout, block.spans, expected));
	const [first, second] = tf.split(cells.values, 2) as [Tensor, Tensor];
	const given = tf.split(pickSpans(tf, layout, block.spans, conditions), 2) as [Tensor, Tensor];
	const half = first.shape[0] as number;

	const pairErrors = [first, second].map((values) => momentError(tf, values, values, block.pairs));
	const conditionalErrors = [first, second].map((values, i) =>
		momentError(tf, given[i] as Tensor, values, block.conditional),
	);
	const weighted = (errors: readonly Tensor[], target: MomentTarget) =>
		errors.map((error) => tf.mul(error, target.weightTensor));
	const pairWeights = weighted(pairErrors, block.pairs);
	const conditionalWeights = weighted(conditionalErrors, block.conditional);

	// Each half is pushed by the error of the other. A pair of cells stands twice in the symmetric matrix.
	const gradients = [first, second].map((values, i) => {
		const pairGradient = tf.matMul(values, tf.mul(pairWeights[1 - i] as Tensor, 2 / half));
		const conditionalGradient = tf.matMul(given[i] as Tensor, tf.div(conditionalWeights[1 - i] as Tensor, half));
		return tf.add(pairGradient, conditionalGradient);
	});
	const loss = tf.add(
		tf.sum(tf.mul(pairErrors[0] as Tensor, pairWeights[1] as Tensor)),
		tf.sum(tf.mul(conditionalErrors[0] as Tensor, conditionalWeights[1] as Tensor)),
	);
	const columnGradient = cellsBackward(tf, block.products, cells, tf.concat(gradients, 0));
	return { gradient: spreadSpans(tf, layout, block.spans, columnGradient), loss };
}

interface Cells {
	/** [rows, 1 + columns + 2 products] */
	readonly values: Tensor;
	/** [rows, products] each, absent without offsets. */
	readonly offsets?: Tensor;
	readonly modes?: Tensor;
}

function expandCells(tf: Tfjs, products: Products | undefined, columns: Tensor): Cells {
	const ones = tf.ones([columns.shape[0] as number, 1]);
	if (products === undefined) return { values: tf.concat([ones, columns], 1) };
	const offsets = tf.matMul(columns, products.offsetTensor);
	const modes = tf.matMul(columns, products.modeTensor);
	const firstPowers = tf.mul(offsets, modes);
	return { values: tf.concat([ones, columns, firstPowers, tf.mul(firstPowers, offsets)], 1), offsets, modes };
}

/** Gradient with respect to the columns, [rows, columns]. */
function cellsBackward(tf: Tfjs, products: Products | undefined, { values, offsets, modes }: Cells, gradient: Tensor) {
	const cells = values.shape[1] as number;
	if (products === undefined || offsets === undefined || modes === undefined) {
		return tf.slice(gradient, [0, 1], [values.shape[0] as number, cells - 1]);
	}
	const count = offsets.shape[1] as number;
	const [, columns, first, second] = tf.split(gradient, [1, cells - 1 - 2 * count, count, count], 1) as [
		Tensor,
		Tensor,
		Tensor,
		Tensor,
	];
	// Cells o m and o^2 m: d/do = (first + 2 o second) m, d/dm = (first + o second) o.
	const secondTimesOffset = tf.mul(second, offsets);
	const modeGradient = tf.mul(tf.add(first, secondTimesOffset), offsets);
	const offsetGradient = tf.mul(tf.add(tf.add(first, secondTimesOffset), secondTimesOffset), modes);
	const throughOffsets = tf.matMul(offsetGradient, products.offsetTensor, false, true);
	const throughModes = tf.matMul(modeGradient, products.modeTensor, false, true);
	return tf.add(columns, tf.add(throughOffsets, throughModes));
}

/** Mean products of left and right cells minus those of the real rows. */
function momentError(tf: Tfjs, left: Tensor, right: Tensor, { meanTensor }: MomentTarget): Tensor {
	const rows = left.shape[0] as number;
	return tf.sub(tf.div(tf.matMul(left, right, true, false), rows), meanTensor);
}

function pickSpans(tf: Tfjs, layout: EncodedLayout, spans: readonly number[], rows: Tensor): Tensor {
	if (spans.length === layout.spans.length) return rows;
	const widths = layout.spans.map((span) => span.width);
	const parts = tf.split(rows, widths, 1);
	return tf.concat(
		spans.map((index) => parts[index] as Tensor),
		1,
	);
}

/** The reverse of `pickSpans` for gradients: zero in the spans that were left out. */
function spreadSpans(tf: Tfjs, layout: EncodedLayout, spans: readonly number[], gradient: Tensor): Tensor {
	if (spans.length === layout.spans.length) return gradient;
	const rows = gradient.shape[0] as number;
	const parts: Tensor[] = layout.spans.map((span) => tf.zeros([rows, span.width]));
	const widths = spans.map((index) => (layout.spans[index] as EncodedSpan).width);
	for (const [i, part] of tf.split(gradient, widths, 1).entries()) parts[spans[i] as number] = part;
	return tf.concat(parts, 1);
}

/** Spans of each block, those of a feature together. */
function groupSpans(
	layout: EncodedLayout,
	offsets: readonly OffsetModes[],
	options: MomentMatchingOptions,
	random: Random,
): number[][] {
	const byFeature = new Map<number, number[]>();
	for (const [index, { feature }] of layout.spans.entries()) {
		const spans = byFeature.get(feature);
		if (spans === undefined) byFeature.set(feature, [index]);
		else spans.push(index);
	}
	const features = [...byFeature.values()];
	const cellsOf = (spans: readonly number[]) => describeCells(layout, offsets, spans).features.length - 1;
	const total = features.reduce((sum, spans) => sum + cellsOf(spans), 1);
	if (total <= options.blockCells) return [layout.spans.map((_, index) => index)];
	return Array.from({ length: options.blocks }, () => {
		const picked: number[] = [];
		let left = options.blockCells - 1;
		for (const spans of random.shuffle([...features])) {
			const cells = cellsOf(spans);
			if (cells > left && picked.length > 0) continue;
			picked.push(...spans);
			left -= cells;
		}
		return picked.sort((a, b) => a - b);
	});
}

interface CellDescription {
	/** Columns of the layout, in the order of the cells. */
	readonly columns: readonly number[];
	/** Columns of offset and mode, and the scale of the offset, of each product. */
	readonly products: readonly { readonly offset: number; readonly mode: number; readonly scale: number }[];
	/** Feature of each cell; -1 for the constant. */
	readonly features: readonly number[];
	/** Not for offsets by themselves, which mean nothing without their mode. */
	readonly isMatched: readonly boolean[];
}

function describeCells(
	layout: EncodedLayout,
	offsets: readonly OffsetModes[],
	indices: readonly number[],
): CellDescription {
	const spans = indices.map((index) => layout.spans[index] as EncodedSpan);
	const columns = spans.flatMap(({ start, width }) => Array.from({ length: width }, (_, k) => start + k));
	const columnFeatures = spans.flatMap(({ feature, width }) => Array<number>(width).fill(feature));
	const columnMatched = spans.flatMap(({ width, activation }) => Array<boolean>(width).fill(activation === 'softmax'));
	const products = offsets
		.filter(({ span }) => indices.includes(span))
		.flatMap(({ offset, span, scales }) => {
			const { start, feature } = layout.spans[span] as EncodedSpan;
			return scales.flatMap((scale, k) => (scale === 0 ? [] : [{ offset, mode: start + k, scale, feature }]));
		});
	const productFeatures = products.map(({ feature }) => feature);
	return {
		columns,
		products,
		features: [-1, ...columnFeatures, ...productFeatures, ...productFeatures],
		isMatched: [true, ...columnMatched, ...Array<boolean>(2 * products.length).fill(true)],
	};
}

function createBlock(
	tf: Tfjs,
	layout: EncodedLayout,
	offsets: readonly OffsetModes[],
	encoded: Float32Array,
	spans: readonly number[],
	options: MomentMatchingOptions,
): MomentBlock {
	const description = describeCells(layout, offsets, spans);
	const products = createProducts(tf, description);
	const rows = encoded.length / layout.width;
	const stride = Math.max(1, Math.ceil(rows / options.rows));
	const used = Math.floor((rows - 1) / stride) + 1;
	const batch = new Float32Array(ROWS_PER_BATCH * layout.width);
	let sums: [Tensor, Tensor] | undefined;
	for (let from = 0; from < used; from += ROWS_PER_BATCH) {
		const count = Math.min(ROWS_PER_BATCH, used - from);
		for (let i = 0; i < count; i++) {
			const start = (from + i) * stride * layout.width;
			batch.set(encoded.subarray(start, start + layout.width), i * layout.width);
		}
		const before: [Tensor, Tensor] | undefined = sums;
		sums = tf.tidy(() => {
			const columns = tf.tensor2d(batch.subarray(0, count * layout.width), [count, layout.width]);
			const { values } = expandCells(tf, products, pickSpans(tf, layout, spans, columns));
			const squares = tf.square(values);
			const totals: [Tensor, Tensor] = [
				tf.matMul(values, values, true, false),
				tf.matMul(squares, squares, true, false),
			];
			return before === undefined
				? totals
				: (totals.map((total, i) => tf.add(total, before[i] as Tensor)) as [Tensor, Tensor]);
		});
		tf.dispose(before ?? []);
	}
	const [products2, squares2] = sums as [Tensor, Tensor];
	const block = tf.tidy(() => {
		const means = tf.div(products2, used);
		const weights = tf.reciprocal(tf.add(tf.div(squares2, used), options.floor));
		return createTargets(tf, layout, description, means, weights);
	});
	tf.dispose([products2, squares2]);
	return { spans, products, ...(block as unknown as Pick<MomentBlock, 'pairs' | 'conditional'>) };
}

/** @param means, weights: [cells, cells], before anything is left out */
function createTargets(
	tf: Tfjs,
	layout: EncodedLayout,
	{ columns, features, isMatched }: CellDescription,
	means: Tensor,
	weights: Tensor,
) {
	const cells = features.length;
	const pairs = 1 / new Set(features.slice(1)).size ** 2;
	const pairMask = new Float32Array(cells * cells);
	const conditionMask = new Float32Array(columns.length * cells);
	for (let i = 0; i < cells; i++) {
		const column = i - 1;
		const isChoice = column >= 0 && column < columns.length && isMatched[i];
		for (let j = 0; j < cells; j++) {
			if (!(isMatched[i] && isMatched[j])) continue;
			// Products within a feature are not what the products of probabilities say; nor is 1 times 1 of interest.
			if (features[i] !== features[j]) pairMask[i * cells + j] = pairs;
			const isColumnOfSameFeature = features[i] === features[j] && j <= columns.length;
			if (isChoice && j > 0 && !isColumnOfSameFeature) conditionMask[column * cells + j] = pairs;
		}
	}
	// One softmax span in so many has a row's condition.
	const softmaxSpans = layout.spans.filter(({ activation }) => activation === 'softmax').length;
	const ofColumns = (matrix: Tensor) => tf.slice(matrix, [1, 0], [columns.length, cells]);
	return {
		pairs: {
			meanTensor: means,
			weightTensor: tf.mul(weights, tf.tensor2d(pairMask, [cells, cells])),
		},
		conditional: {
			meanTensor: tf.div(ofColumns(means), Math.max(1, softmaxSpans)),
			weightTensor: tf.mul(
				tf.mul(ofColumns(weights), softmaxSpans),
				tf.tensor2d(conditionMask, [columns.length, cells]),
			),
		},
	};
}

function createProducts(tf: Tfjs, { columns, products }: CellDescription): Products | undefined {
	if (products.length === 0) return undefined;
	const offsets = new Float32Array(columns.length * products.length);
	const modes = new Float32Array(columns.length * products.length);
	for (const [p, { offset, mode, scale }] of products.entries()) {
		offsets[columns.indexOf(offset) * products.length + p] = 1 / Math.max(scale, SMALLEST_SCALE);
		modes[columns.indexOf(mode) * products.length + p] = 1;
	}
	const shape: [number, number] = [columns.length, products.length];
	return { offsetTensor: tf.tensor2d(offsets, shape), modeTensor: tf.tensor2d(modes, shape) };
}
