import type { Tensor } from '@tensorflow/tfjs';
import type { EncodedLayout, EncodedSpan } from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import type { Tfjs } from './backend.ts';

/**
 * Second-moment matching: the mean products of all pairs of columns of generated rows shall be those of the real
 * ones. Among one-hots these are the contingency tables of all pairs of columns, which is what makes rows useful
 * long before the discriminator has taught the rest.
 *
 * Loss over the cells: sum of (A - M) (B - M) / (V + floor), with A and B the moments of two independent halves of
 * a generated batch and M those of the real rows. The product of two halves is an unbiased estimate of the squared
 * distance, where the square of one is biased by its sampling noise. V, the mean squared product, is the variance
 * that a cell is estimated with, up to its mean: rare cells count more per unit, the floor keeps empty ones in check.
 *
 * A value within a mode means nothing without its mode, so each offset enters once per mode, as offset times the
 * one-hot of the mode, divided by its root mean square there.
 */
export interface MomentMatcher {
	/** More than one when the layout is wide: a step looks at one of them. */
	readonly blocks: readonly MomentBlock[];
	readonly layout: EncodedLayout;
}

interface MomentBlock {
	/** Spans of the layout, ascending. */
	readonly spans: readonly number[];
	/** [columns, products] each, 0/1 (offsets scaled): pick offset and mode of each product; undefined without any. */
	readonly products: { readonly offsetTensor: Tensor; readonly modeTensor: Tensor } | undefined;
	/** [cells, cells] with cells = columns + products. */
	readonly targetTensor: Tensor;
	/** [cells, cells]: 1 / (V + floor), over the number of pairs of features. */
	readonly weightTensor: Tensor;
}

export interface MomentMatchingOptions {
	/** Columns and products that a step looks at, at most (unless one feature alone has more). */
	readonly blockCells: number;
	/** Blocks of random features when the layout is wider than one. */
	readonly blocks: number;
	/** Added to V. */
	readonly floor: number;
	/** Real rows that the moments are taken from, at most; evenly spaced. */
	readonly rows: number;
}

const ROWS_PER_BATCH = 2048;

/** @param encoded [rows, layout.width] */
export function createMomentMatcher(
	tf: Tfjs,
	layout: EncodedLayout,
	encoded: Float32Array,
	options: MomentMatchingOptions,
	random: Random,
): MomentMatcher {
	const groups = groupSpans(layout, options, random);
	return { layout, blocks: groups.map((spans) => createBlock(tf, layout, encoded, spans, options)) };
}

export function disposeMomentMatcher({ blocks }: MomentMatcher): void {
	for (const { products, targetTensor, weightTensor } of blocks) {
		targetTensor.dispose();
		weightTensor.dispose();
		products?.offsetTensor.dispose();
		products?.modeTensor.dispose();
	}
}

/**
 * Loss and its gradients for two independent halves of a batch.
 *
 * @param halves [batch / 2, width] each
 * @returns `gradient`: [batch, width], first half above second; `loss`: scalar
 */
export function matchMoments(
	tf: Tfjs,
	matcher: MomentMatcher,
	blockIndex: number,
	halves: readonly [Tensor, Tensor],
): { readonly gradient: Tensor; readonly loss: Tensor } {
	const block = matcher.blocks[blockIndex] as MomentBlock;
	const cells = halves.map((half) => expandCells(tf, block, pickSpans(tf, matcher.layout, block, half)));
	const [first, second] = cells as [Cells, Cells];
	const firstError = momentError(tf, block, first);
	const secondError = momentError(tf, block, second);
	const firstWeighted = tf.mul(firstError, block.weightTensor);
	const secondWeighted = tf.mul(secondError, block.weightTensor);
	const gradients = [
		cellsBackward(tf, matcher.layout, block, first, secondWeighted),
		cellsBackward(tf, matcher.layout, block, second, firstWeighted),
	];
	return { gradient: tf.concat(gradients, 0), loss: tf.sum(tf.mul(firstError, secondWeighted)) };
}

interface Cells {
	/** [rows, cells] */
	readonly values: Tensor;
	readonly offsets: Tensor | undefined;
	readonly modes: Tensor | undefined;
}

function expandCells(tf: Tfjs, { products }: Pick<MomentBlock, 'products'>, columns: Tensor): Cells {
	if (products === undefined) return { values: columns, offsets: undefined, modes: undefined };
	const offsets = tf.matMul(columns, products.offsetTensor);
	const modes = tf.matMul(columns, products.modeTensor);
	return { values: tf.concat([columns, tf.mul(offsets, modes)], 1), offsets, modes };
}

/** Moments of these rows minus those of the real ones, [cells, cells]. */
function momentError(tf: Tfjs, block: MomentBlock, { values }: Cells): Tensor {
	const rows = values.shape[0] as number;
	return tf.sub(tf.div(tf.matMul(values, values, true, false), rows), block.targetTensor);
}

/** Gradient with respect to the rows of sum(moments * weights), [rows, width]; weights are symmetric. */
function cellsBackward(
	tf: Tfjs,
	layout: EncodedLayout,
	block: MomentBlock,
	{ values, offsets, modes }: Cells,
	weights: Tensor,
): Tensor {
	const [rows, cells] = values.shape as [number, number];
	const gradient = tf.matMul(values, tf.mul(weights, 2 / rows));
	if (block.products === undefined || offsets === undefined || modes === undefined) {
		return spreadSpans(tf, layout, block, gradient);
	}
	const products = offsets.shape[1] as number;
	const [columns, product] = tf.split(gradient, [cells - products, products], 1) as [Tensor, Tensor];
	const { offsetTensor, modeTensor } = block.products;
	const throughOffsets = tf.matMul(tf.mul(product, modes), offsetTensor, false, true);
	const throughModes = tf.matMul(tf.mul(product, offsets), modeTensor, false, true);
	return spreadSpans(tf, layout, block, tf.add(columns, tf.add(throughOffsets, throughModes)));
}

function pickSpans(tf: Tfjs, layout: EncodedLayout, { spans }: Pick<MomentBlock, 'spans'>, rows: Tensor): Tensor {
	if (spans.length === layout.spans.length) return rows;
	const widths = layout.spans.map((span) => span.width);
	const parts = tf.split(rows, widths, 1);
	return tf.concat(
		spans.map((index) => parts[index] as Tensor),
		1,
	);
}

/** The reverse of `pickSpans` for gradients: zero in the spans that were left out. */
function spreadSpans(tf: Tfjs, layout: EncodedLayout, { spans }: MomentBlock, gradient: Tensor): Tensor {
	if (spans.length === layout.spans.length) return gradient;
	const rows = gradient.shape[0] as number;
	const parts: Tensor[] = layout.spans.map((span) => tf.zeros([rows, span.width]));
	const picked = tf.split(
		gradient,
		spans.map((index) => (layout.spans[index] as EncodedSpan).width),
		1,
	);
	for (const [i, index] of spans.entries()) parts[index] = picked[i] as Tensor;
	return tf.concat(parts, 1);
}

/** Spans of each block, those of a feature together. */
function groupSpans(layout: EncodedLayout, options: MomentMatchingOptions, random: Random): number[][] {
	const byFeature = new Map<number, number[]>();
	for (const [index, { feature }] of layout.spans.entries()) {
		const spans = byFeature.get(feature);
		if (spans === undefined) byFeature.set(feature, [index]);
		else spans.push(index);
	}
	const features = [...byFeature.values()];
	const cellsOf = (spans: readonly number[]) =>
		spans.reduce((sum, index) => sum + (layout.spans[index] as EncodedSpan).width, 0) +
		findProducts(layout, spans).length;
	const total = features.reduce((sum, spans) => sum + cellsOf(spans), 0);
	if (total <= options.blockCells) return [layout.spans.map((_, index) => index)];
	return Array.from({ length: options.blocks }, () => {
		const picked: number[] = [];
		let left = options.blockCells;
		for (const spans of random.shuffle([...features])) {
			const cells = cellsOf(spans);
			if (cells > left && picked.length > 0) continue;
			picked.push(...spans);
			left -= cells;
		}
		return picked.sort((a, b) => a - b);
	});
}

/** Columns of the layout, and the column of the mode, of every offset-times-mode product of these spans. */
function findProducts(layout: EncodedLayout, spans: readonly number[]): { offset: number; mode: number }[] {
	const picked = spans.map((index) => layout.spans[index] as EncodedSpan);
	return picked
		.filter(({ role }) => role === 'offset')
		.flatMap((offset) =>
			picked
				.filter(({ role, feature }) => role === 'mode' && feature === offset.feature)
				.flatMap((mode) =>
					Array.from({ length: mode.width }, (_, k) => ({ offset: offset.start, mode: mode.start + k })),
				),
		);
}

function createBlock(
	tf: Tfjs,
	layout: EncodedLayout,
	encoded: Float32Array,
	spans: readonly number[],
	options: MomentMatchingOptions,
): MomentBlock {
	const rows = encoded.length / layout.width;
	const stride = Math.max(1, Math.ceil(rows / options.rows));
	const used = Math.floor((rows - 1) / stride) + 1;
	const products = createProducts(tf, layout, encoded, spans, stride);
	const features = new Set(spans.map((index) => (layout.spans[index] as EncodedSpan).feature)).size;
	const batch = new Float32Array(ROWS_PER_BATCH * layout.width);
	let sums: readonly [Tensor, Tensor] | undefined;
	for (let from = 0; from < used; from += ROWS_PER_BATCH) {
		const count = Math.min(ROWS_PER_BATCH, used - from);
		for (let i = 0; i < count; i++) {
			const start = (from + i) * stride * layout.width;
			batch.set(encoded.subarray(start, start + layout.width), i * layout.width);
		}
		const before: readonly [Tensor, Tensor] | undefined = sums;
		sums = tf.tidy(() => {
			const columns = tf.tensor2d(batch.subarray(0, count * layout.width), [count, layout.width]);
			const { values } = expandCells(tf, { products }, pickSpans(tf, layout, { spans }, columns));
			const squares = tf.square(values);
			const moments = tf.matMul(values, values, true, false);
			const variances = tf.matMul(squares, squares, true, false);
			return before === undefined
				? ([moments, variances] as [Tensor, Tensor])
				: ([tf.add(moments, before[0]), tf.add(variances, before[1])] as [Tensor, Tensor]);
		});
		before?.[0].dispose();
		before?.[1].dispose();
	}
	const [moments, variances] = sums as readonly [Tensor, Tensor];
	const [targetTensor, weightTensor] = tf.tidy(() => [
		tf.div(moments, used),
		tf.reciprocal(tf.mul(tf.add(tf.div(variances, used), options.floor), features ** 2)),
	]) as [Tensor, Tensor];
	moments.dispose();
	variances.dispose();
	return { spans, products, targetTensor, weightTensor };
}

function createProducts(
	tf: Tfjs,
	layout: EncodedLayout,
	encoded: Float32Array,
	spans: readonly number[],
	stride: number,
): MomentBlock['products'] {
	const products = findProducts(layout, spans);
	if (products.length === 0) return undefined;
	const columns = spans.flatMap((index) => {
		const { start, width } = layout.spans[index] as EncodedSpan;
		return Array.from({ length: width }, (_, k) => start + k);
	});
	const place = new Map(columns.map((column, i) => [column, i]));
	const offsets = new Float32Array(columns.length * products.length);
	const modes = new Float32Array(columns.length * products.length);
	for (const [p, { offset, mode }] of products.entries()) {
		let count = 0;
		let squares = 0;
		for (let start = 0; start < encoded.length; start += stride * layout.width) {
			if (encoded[start + mode] !== 1) continue;
			count++;
			squares += (encoded[start + offset] as number) ** 2;
		}
		const rootMeanSquare = Math.sqrt(squares / Math.max(1, count));
		// A mode whose offset is always 0 (a missing value, a single value) has nothing to match.
		offsets[(place.get(offset) as number) * products.length + p] = rootMeanSquare > 1e-3 ? 1 / rootMeanSquare : 0;
		modes[(place.get(mode) as number) * products.length + p] = 1;
	}
	const shape: [number, number] = [columns.length, products.length];
	return { offsetTensor: tf.tensor2d(offsets, shape), modeTensor: tf.tensor2d(modes, shape) };
}
