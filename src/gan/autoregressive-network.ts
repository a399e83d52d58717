import type { Tensor } from '@tensorflow/tfjs';
import type { Random } from '../contracts/random.ts';
import type { TokenColumn } from '../contracts/tokens.ts';
import type { Backend, Tfjs } from './backend.ts';
import { createParameterLayout, joinParameters, type ParameterLayout, splitParameters } from './parameter-layout.ts';
import { segmentSumTensor } from './segment-sum.ts';

/**
 * A masked network that gives, for any order of the columns, the distribution of each column's token given the tokens
 * of the columns before it: the connectivity of MADE (Germain et al. 2015) with orders drawn anew in each step (Uria,
 * Murray and Larochelle 2014), one hidden block and one output head a column.
 */
export interface AutoregressiveShape {
	readonly columns: readonly TokenColumn[];
	/** Numbers that a token is embedded as. */
	readonly embedding: number;
	/** Hidden units of each column. */
	readonly hidden: number;
	/** Numbers that pass on what the columns before say to all columns (`factorised-network.ts`); absent: all pass. */
	readonly rank?: number;
}

/** What the operations need of the shape, worked out once. */
export interface AutoregressivePlan extends AutoregressiveShape {
	readonly features: number;
	/** Tokens of all columns together, and where each column's begin. */
	readonly tokens: number;
	readonly offsets: Int32Array;
	/** Tokens of the column that has most; heads are padded to it. */
	readonly widest: number;
	readonly layout: ParameterLayout;
}

/** Log-odds of tokens that pad a head: their probability is 0. */
const NEVER = -1e9;
/** Rows added to each token, so that the logarithm of none is finite. */
const SMOOTHING = 0.1;
/** Cosines of the rank in the embedding of an ordered token: near values begin alike. */
const RANK_COSINES = 8;

export function planAutoregressive(shape: AutoregressiveShape): AutoregressivePlan {
	const { columns, embedding, hidden } = shape;
	const features = columns.length;
	const first = [
		[features * embedding, features * hidden],
		[1, features * hidden],
	];
	return planColumns(shape, first);
}

/** @param first shapes of what lies between the embedding and the heads */
export function planColumns(shape: AutoregressiveShape, first: readonly (readonly number[])[]): AutoregressivePlan {
	const { columns, embedding, hidden } = shape;
	const features = columns.length;
	const { tokens, offsets } = countTokens(columns);
	const widest = Math.max(...columns.map((column) => column.tokens));
	const heads = [
		[features, hidden, widest],
		[features, 1, widest],
	];
	const layout = createParameterLayout([[tokens, embedding], ...first, ...heads]);
	return { ...shape, features, tokens, offsets, widest, layout };
}

/** Tokens of all columns together, and where each column's begin. */
export function countTokens(columns: readonly TokenColumn[]): { tokens: number; offsets: Int32Array } {
	const offsets = new Int32Array(columns.length);
	let tokens = 0;
	for (const [feature, column] of columns.entries()) {
		offsets[feature] = tokens;
		tokens += column.tokens;
	}
	return { tokens, offsets };
}

/**
 * First parameters, flat in the order of the layout: embedding, first layer and its bias, heads and their biases,
 * which begin at the logarithm of the columns' own shares.
 *
 * @param rows training rows, for the smoothing of the shares.
 */
export function initialAutoregressive(plan: AutoregressivePlan, rows: number, random: Random): Float32Array {
	const { embedding, features, layout } = plan;
	const flat = new Float32Array(layout.total);
	const [embeddings, first, firstBias, heads] = blockStarts(layout) as [number, number, number, number, number];
	flat.set(initialEmbedding(plan, random), embeddings);
	// On average half of the columns come before one; ordered ones have larger embeddings.
	const scale = 1 / Math.sqrt(features * embedding * 0.35);
	for (let i = first; i < firstBias; i++) flat[i] = scale * random.normal();
	flat.set(initialHeads(plan, rows, random), heads);
	return flat;
}

/** Heads and their biases, the last two blocks of the layout: [features, hidden, widest], [features, 1, widest]. */
export function initialHeads(
	{ columns, features, hidden, widest }: AutoregressivePlan,
	rows: number,
	random: Random,
): Float32Array {
	const biases = features * hidden * widest;
	const flat = new Float32Array(biases + features * widest);
	for (let i = 0; i < biases; i++) flat[i] = (0.3 / Math.sqrt(hidden)) * random.normal();
	for (const [feature, { frequencies }] of columns.entries()) {
		const total = rows + SMOOTHING * frequencies.length;
		for (let token = 0; token < widest; token++) {
			const share = frequencies[token];
			flat[biases + feature * widest + token] =
				share === undefined ? NEVER : Math.log((share * rows + SMOOTHING) / total);
		}
	}
	return flat;
}

/** Normal numbers; an ordered token begins with cosines of its rank. [tokens, embedding] */
export function initialEmbedding(
	{
		columns,
		embedding,
		tokens: total,
		offsets,
	}: Pick<AutoregressivePlan, 'columns' | 'embedding' | 'tokens' | 'offsets'>,
	random: Random,
): Float32Array {
	const table = new Float32Array(total * embedding);
	for (let i = 0; i < table.length; i++) table[i] = 0.5 * random.normal();
	for (const [feature, { positions, tokens }] of columns.entries()) {
		for (let token = 0; token < tokens; token++) {
			const position = positions?.[token] ?? null;
			if (position === null) continue;
			const at = ((offsets[feature] as number) + token) * embedding;
			for (let k = 0; k < Math.min(RANK_COSINES, embedding); k++)
				table[at + k] = Math.cos(Math.PI * (k + 1) * position);
		}
	}
	return table;
}

/** Where each block of a layout begins. */
export function blockStarts(layout: ParameterLayout): number[] {
	let at = 0;
	return layout.sizes.map((size) => {
		const start = at;
		at += size;
		return start;
	});
}

/** [features, features]: 1 where the row's column comes before the column's in the order. */
export function orderMask(order: ArrayLike<number>): Float32Array {
	const features = order.length;
	const mask = new Float32Array(features * features);
	for (let later = 0; later < features; later++) {
		for (let earlier = 0; earlier < later; earlier++) {
			mask[(order[earlier] as number) * features + (order[later] as number)] = 1;
		}
	}
	return mask;
}

/** One batch of training rows. */
export interface TokenBatch {
	/** [rows, features]: tokens of each column, counted from 0 in each. */
	readonly tokens: Int32Array;
	readonly rows: number;
	/** [features, features], as `orderMask` gives it. */
	readonly mask: Float32Array;
	/** [rows, features * hidden]: 0 or 1 / (1 - rate); null: no unit is dropped. */
	readonly dropout: Float32Array | null;
	/** [rows]: weights of the rows in the loss; null: all 1. */
	readonly weights: Float32Array | null;
}

/** What the rows are on their way through the network. */
export interface Forward {
	readonly x: Tensor;
	readonly maskedFirst: Tensor;
	readonly hidden: Tensor;
	readonly perColumn: Tensor;
	readonly logits: Tensor;
	readonly heads: Tensor;
	readonly flatTokens: Int32Array;
	readonly dropout: Tensor | null;
	readonly expandedMask: Tensor;
}

/** Places of tokens in the embedding: [rows * features]. */
export function placeTokens(plan: Pick<AutoregressivePlan, 'features' | 'offsets'>, tokens: Int32Array): Int32Array {
	const { features, offsets } = plan;
	const places = new Int32Array(tokens.length);
	for (let i = 0; i < tokens.length; i++) places[i] = (tokens[i] as number) + (offsets[i % features] as number);
	return places;
}

function forward(tf: Tfjs, plan: AutoregressivePlan, flat: Tensor, batch: TokenBatch): Forward {
	const { features, embedding: e, hidden: h, layout } = plan;
	const { rows } = batch;
	const [embeddings, first, firstBias, heads, headBias] = splitParameters(tf, flat, layout) as [
		Tensor,
		Tensor,
		Tensor,
		Tensor,
		Tensor,
	];
	const flatTokens = placeTokens(plan, batch.tokens);
	const x = tf.reshape(tf.gather(embeddings, tf.tensor1d(flatTokens, 'int32')), [rows, features * e]);
	const expandedMask = tf.tensor4d(batch.mask, [features, 1, features, 1]);
	const maskedFirst = tf.reshape(tf.mul(tf.reshape(first, [features, e, features, h]), expandedMask), [
		features * e,
		features * h,
	]);
	const activated = tf.relu(tf.add(tf.matMul(x as never, maskedFirst as never), firstBias)); // [rows, features * h]
	const dropout = batch.dropout === null ? null : tf.tensor2d(batch.dropout, [rows, features * h]);
	const hidden = dropout === null ? activated : tf.mul(activated, dropout);
	const perColumn = tf.transpose(tf.reshape(hidden, [rows, features, h]), [1, 0, 2]); // [features, rows, h]
	const logits = tf.add(tf.matMul(perColumn as never, heads as never), headBias); // [features, rows, widest]
	return { x, maskedFirst, hidden, perColumn, logits, heads, flatTokens, dropout, expandedMask };
}

/** [features * rows]: each row's token of each column, column by column. */
export function byColumn(tokens: Int32Array, rows: number, features: number): Int32Array {
	const turned = new Int32Array(tokens.length);
	for (let row = 0; row < rows; row++) {
		for (let feature = 0; feature < features; feature++) {
			turned[feature * rows + row] = tokens[row * features + feature] as number;
		}
	}
	return turned;
}

/**
 * Negative log-likelihood of rows under one order: the sum over columns of -log p(column | columns before it), in nats.
 *
 * @returns [features, rows]; call inside a tidy.
 */
export function surprisalTensor({ tf }: Backend, plan: AutoregressivePlan, flat: Tensor, batch: TokenBatch): Tensor {
	const { features, widest } = plan;
	const { logits } = forward(tf, plan, flat, batch);
	const targets = tf.tensor1d(byColumn(batch.tokens, batch.rows, features), 'int32');
	const own = tf.sum(tf.mul(logits, tf.reshape(tf.oneHot(targets, widest), [features, batch.rows, widest])), 2);
	return tf.sub(tf.logSumExp(logits, 2), own);
}

/** What each row of a batch sends back through the network, before rows are added up. */
export interface RowDeltas {
	readonly pass: Forward;
	/** [features, rows, widest]: derivatives of the row's loss in the logits. */
	readonly logits: Tensor;
	/** [rows, features * hidden]: in the hidden units before they are cut off at 0. */
	readonly activated: Tensor;
	/** [rows, features * embedding]: in the embedded tokens. */
	readonly x: Tensor;
}

/**
 * By hand: the derivative of a column's cross-entropy in its logits is softmax - one-hot, the rest is the chain rule.
 *
 * @param share what the loss of a row is multiplied by, a scalar or [1, rows, 1]; null: nothing
 */
export function rowDeltas(
	{ tf }: Backend,
	plan: AutoregressivePlan,
	flat: Tensor,
	batch: TokenBatch,
	share: Tensor | null,
): RowDeltas {
	const { features, hidden: h, widest } = plan;
	const { rows } = batch;
	const pass = forward(tf, plan, flat, batch);
	const targets = tf.tensor1d(byColumn(batch.tokens, rows, features), 'int32');
	const oneHot = tf.reshape(tf.oneHot(targets, widest), [features, rows, widest]);
	const errors = tf.sub(tf.softmax(pass.logits), oneHot);
	const logits = share === null ? errors : tf.mul(errors, share);
	const perColumn = tf.matMul(logits as never, pass.heads as never, false, true); // [features, rows, h]
	const hidden = tf.reshape(tf.transpose(perColumn, [1, 0, 2]), [rows, features * h]);
	// A unit that was dropped, or that relu cut off, is 0.
	const isOn = tf.sign(pass.hidden);
	const activated = tf.mul(hidden, pass.dropout === null ? isOn : tf.mul(isOn, pass.dropout));
	const x = tf.matMul(activated as never, pass.maskedFirst as never, false, true);
	return { pass, logits, activated, x };
}

/** Gradient of the losses of the rows added up, flat, as the parameters. */
export function sumDeltasTensor(backend: Backend, plan: AutoregressivePlan, { pass, ...deltas }: RowDeltas): Tensor {
	const { tf } = backend;
	const { features, embedding: e, hidden: h, tokens } = plan;
	const dHeads = tf.matMul(pass.perColumn as never, deltas.logits as never, true, false);
	const dHeadBias = tf.sum(deltas.logits, 1, true);
	const dFirstBias = tf.sum(deltas.activated, 0, true);
	const dFirst = tf.mul(
		tf.reshape(tf.matMul(pass.x as never, deltas.activated as never, true, false), [features, e, features, h]),
		pass.expandedMask,
	);
	const dEmbeddings = segmentSumTensor(backend, tf.reshape(deltas.x, [-1, e]), pass.flatTokens, tokens);
	return joinParameters(tf, [dEmbeddings, dFirst, dFirstBias, dHeads, dHeadBias]);
}

/**
 * Gradient of the loss: the weighted mean over rows of their negative log-likelihood.
 *
 * @returns flat, as the parameters; call inside a tidy.
 */
export function likelihoodGradientTensor(
	backend: Backend,
	plan: AutoregressivePlan,
	flat: Tensor,
	batch: TokenBatch,
): Tensor {
	const { tf } = backend;
	const { rows, weights } = batch;
	const share = weights === null ? tf.scalar(1 / rows) : tf.mul(tf.tensor3d(weights, [1, rows, 1]), 1 / rows);
	return sumDeltasTensor(backend, plan, rowDeltas(backend, plan, flat, batch, share));
}
