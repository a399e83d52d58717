import type { Tensor } from '@tensorflow/tfjs';
import {
	type AutoregressivePlan,
	type RowDeltas,
	rowDeltas,
	sumDeltasTensor,
	type TokenBatch,
} from './autoregressive-network.ts';
import type { Backend } from './backend.ts';

/** Added to a norm before it divides: the longest of float32 rounding, far below what clipping is set to. */
const ROUNDING = 1e-6;

/**
 * Gradient of the rows' negative log-likelihoods, each row's own gradient shortened to at most `clipNorm` before they are
 * added up (Abadi et al. 2016), without ever holding the gradient of a single row.
 *
 * @param batch its weights multiply what a row adds after it was shortened: 1 for a row, 0 for padding
 * @returns flat, as the parameters; call inside a tidy.
 */
export function clippedGradientTensor(
	backend: Backend,
	plan: AutoregressivePlan,
	flat: Tensor,
	batch: TokenBatch,
	clipNorm: number,
): Tensor {
	const { tf } = backend;
	const { rows, weights } = batch;
	const deltas = rowDeltas(backend, plan, flat, batch, null);
	const norms = tf.mul(tf.sqrt(squaredNormsTensor(backend, plan, deltas, batch)), 1 + ROUNDING);
	const shortened = tf.minimum(1, tf.div(clipNorm, tf.add(norms, ROUNDING)));
	const kept = weights === null ? shortened : tf.mul(shortened, tf.tensor1d(weights));
	// Back-propagation is linear in the errors of a row, so that what a row sends back is shortened as a whole.
	const byRow = tf.reshape(kept, [rows, 1]);
	return sumDeltasTensor(backend, plan, {
		pass: deltas.pass,
		logits: tf.mul(deltas.logits, tf.reshape(kept, [1, rows, 1])),
		activated: tf.mul(deltas.activated, byRow),
		x: tf.mul(deltas.x, byRow),
	});
}

/**
 * Squared length of each row's own gradient, [rows], in closed form (Goodfellow 2015): the gradient of a dense layer
 * is the product of what goes in and what comes back, so its length is the product of theirs.
 */
export function squaredNormsTensor(
	{ tf }: Backend,
	{ features, embedding: e, hidden: h }: AutoregressivePlan,
	{ pass, logits, activated, x }: RowDeltas,
	{ rows, mask }: TokenBatch,
): Tensor {
	// Heads with their biases: the bias is a unit that is always 1.
	const inHeads = tf.add(tf.sum(tf.square(pass.perColumn), 2), 1); // [features, rows]
	const ofHeads = tf.sum(tf.mul(inHeads, tf.sum(tf.square(logits), 2)), 0);
	// The first layer in blocks of a column that comes before and one that comes after; the others are masked.
	const inFirst = tf.sum(tf.square(tf.reshape(pass.x, [rows, features, e])), 2); // [rows, features]
	const reached = tf.add(tf.matMul(inFirst as never, tf.tensor2d(mask, [features, features])), 1);
	const ofFirst = tf.sum(tf.mul(reached, tf.sum(tf.square(tf.reshape(activated, [rows, features, h])), 2)), 1);
	// Columns have tables of embeddings of their own: no two tokens of a row share a line.
	const ofEmbeddings = tf.sum(tf.square(x), 1);
	return tf.add(tf.add(ofHeads, ofFirst), ofEmbeddings);
}
