import type { Tensor } from '@tensorflow/tfjs';
import type { Random } from '../contracts/random.ts';
import {
	type AutoregressivePlan,
	type AutoregressiveShape,
	blockStarts,
	byColumn,
	initialEmbedding,
	initialHeads,
	planColumns,
	type TokenBatch,
} from './autoregressive-network.ts';
import type { Backend, Tfjs } from './backend.ts';
import { joinParameters, splitParameters } from './parameter-layout.ts';
import { segmentSumTensor } from './segment-sum.ts';

/**
 * The any-order network of `autoregressive-network.ts` for many columns: instead of weights from every column to every
 * other one, each column adds `rank` numbers to a sum that all columns after it read, as in NADE (Larochelle and
 * Murray 2011). The parameters grow with the number of columns and not with its square, and what a column says is
 * learnt from the rows of all columns together.
 */
export interface FactorisedPlan extends AutoregressivePlan {
	readonly rank: number;
}

/** The rows of a batch, and the order that their columns are drawn in. */
export interface OrderedBatch extends Omit<TokenBatch, 'mask'> {
	/** A permutation of the features. */
	readonly order: ArrayLike<number>;
}

export function planFactorised(shape: AutoregressiveShape & { readonly rank: number }): FactorisedPlan {
	const { columns, embedding, hidden, rank } = shape;
	const features = columns.length;
	const first = [
		[features, embedding, rank],
		[features, rank, hidden],
		[features, 1, hidden],
	];
	return { ...planColumns(shape, first), rank };
}

/**
 * First parameters, flat in the order of the layout: embedding, into the sum, out of the sum and its bias, heads and
 * their biases, which begin at the logarithm of the columns' own shares.
 *
 * @param rows training rows, for the smoothing of the shares.
 */
export function initialFactorised(plan: FactorisedPlan, rows: number, random: Random): Float32Array {
	const { embedding, rank, layout } = plan;
	const flat = new Float32Array(layout.total);
	const [embeddings, into, out, bias, heads] = blockStarts(layout) as [number, number, number, number, number];
	flat.set(initialEmbedding(plan, random), embeddings);
	for (let i = into; i < out; i++) flat[i] = random.normal() / Math.sqrt(0.7 * embedding);
	for (let i = out; i < bias; i++) flat[i] = random.normal() / Math.sqrt(rank);
	flat.set(initialHeads(plan, rows, random), heads);
	return flat;
}

/** What the sum is multiplied by where so many columns have been added up: about as large wherever a column comes. */
export function sumScale(columnsBefore: number): number {
	return 1 / Math.sqrt(columnsBefore + 1);
}

interface Parameters {
	readonly embeddings: Tensor;
	readonly into: Tensor;
	readonly out: Tensor;
	readonly bias: Tensor;
	readonly heads: Tensor;
	readonly headBias: Tensor;
}

export function splitFactorised(tf: Tfjs, flat: Tensor, plan: FactorisedPlan): Parameters {
	const [embeddings, into, out, bias, heads, headBias] = splitParameters(tf, flat, plan.layout) as Tensor[];
	return { embeddings, into, out, bias, heads, headBias } as Parameters;
}

/** Columns by place in the order: the arrays below that are called `placed` have them so. */
function forward(
	tf: Tfjs,
	plan: FactorisedPlan,
	{ embeddings, into, out, bias, heads, headBias }: Parameters,
	batch: OrderedBatch,
) {
	const { features, embedding: e, hidden: h, offsets } = plan;
	const { rows } = batch;
	const order = Int32Array.from(batch.order);
	const placeOf = new Int32Array(features);
	for (const [place, feature] of order.entries()) placeOf[feature] = place;
	const orderTensor = tf.tensor1d(order, 'int32');
	const placeTensor = tf.tensor1d(placeOf, 'int32');
	const targets = byColumn(batch.tokens, rows, features);
	const flatTokens = new Int32Array(targets.length);
	for (const [place, feature] of order.entries()) {
		for (let row = 0; row < rows; row++) {
			flatTokens[place * rows + row] = (targets[feature * rows + row] as number) + (offsets[feature] as number);
		}
	}
	const x = tf.reshape(tf.gather(embeddings, tf.tensor1d(flatTokens, 'int32')), [features, rows, e]); // placed
	const placedInto = tf.gather(into, orderTensor);
	const placedOut = tf.gather(out, orderTensor);
	const scale = tf.tensor3d(
		Float32Array.from({ length: features }, (_, place) => sumScale(place)),
		[features, 1, 1],
	);
	const said = tf.matMul(x as never, placedInto as never); // placed [features, rows, rank]
	const sums = tf.mul(tf.cumsum(said, 0, true), scale);
	const before = tf.gather(tf.matMul(sums as never, placedOut as never), placeTensor); // [features, rows, h]
	const activated = tf.relu(tf.add(before, bias));
	const dropout = batch.dropout === null ? null : tf.tensor3d(batch.dropout, [features, rows, h]);
	const hidden = dropout === null ? activated : tf.mul(activated, dropout);
	const logits = tf.add(tf.matMul(hidden as never, heads as never), headBias); // [features, rows, widest]
	return {
		orderTensor,
		placeTensor,
		targets,
		flatTokens,
		x,
		placedInto,
		placedOut,
		scale,
		sums,
		dropout,
		hidden,
		logits,
	};
}

/** As `surprisalTensor` of `autoregressive-network.ts`. @returns [features, rows]; call inside a tidy. */
export function factorisedSurprisalTensor(
	{ tf }: Backend,
	plan: FactorisedPlan,
	flat: Tensor,
	batch: OrderedBatch,
): Tensor {
	const { features, widest } = plan;
	const { logits, targets } = forward(tf, plan, splitFactorised(tf, flat, plan), batch);
	const oneHot = tf.reshape(tf.oneHot(tf.tensor1d(targets, 'int32'), widest), [features, batch.rows, widest]);
	return tf.sub(tf.logSumExp(logits, 2), tf.sum(tf.mul(logits, oneHot), 2));
}

/**
 * Gradient of the weighted mean over rows of their negative log-likelihood, by hand: what a column says is read by all
 * columns after it, so the derivative in a column's numbers is the sum of those in the sums after it.
 *
 * @returns flat, as the parameters; call inside a tidy.
 */
export function factorisedGradientTensor(
	backend: Backend,
	plan: FactorisedPlan,
	flat: Tensor,
	batch: OrderedBatch,
): Tensor {
	const { tf } = backend;
	const { features, embedding: e, widest, tokens } = plan;
	const { rows, weights } = batch;
	const parameters = splitFactorised(tf, flat, plan);
	const pass = forward(tf, plan, parameters, batch);
	const oneHot = tf.reshape(tf.oneHot(tf.tensor1d(pass.targets, 'int32'), widest), [features, rows, widest]);
	const share = weights === null ? tf.scalar(1 / rows) : tf.mul(tf.tensor3d(weights, [1, rows, 1]), 1 / rows);
	const dLogits = tf.mul(tf.sub(tf.softmax(pass.logits), oneHot), share);
	const dHeads = tf.matMul(pass.hidden as never, dLogits as never, true, false);
	const dHeadBias = tf.sum(dLogits, 1, true);
	const dHidden = tf.matMul(dLogits as never, parameters.heads as never, false, true);
	// A unit that was dropped, or that relu cut off, is 0.
	const isOn = tf.sign(pass.hidden);
	const dActivated = tf.mul(dHidden, pass.dropout === null ? isOn : tf.mul(isOn, pass.dropout));
	const dBias = tf.sum(dActivated, 1, true);
	const dBefore = tf.gather(dActivated, pass.orderTensor);
	const dOut = tf.gather(tf.matMul(pass.sums as never, dBefore as never, true, false), pass.placeTensor);
	const dSums = tf.mul(tf.matMul(dBefore as never, pass.placedOut as never, false, true), pass.scale);
	const dSaid = tf.cumsum(dSums, 0, true, true);
	const dInto = tf.gather(tf.matMul(pass.x as never, dSaid as never, true, false), pass.placeTensor);
	const dX = tf.reshape(tf.matMul(dSaid as never, pass.placedInto as never, false, true), [features * rows, e]);
	const dEmbeddings = segmentSumTensor(backend, dX, pass.flatTokens, tokens);
	return joinParameters(tf, [dEmbeddings, dInto, dOut, dBias, dHeads, dHeadBias]);
}
