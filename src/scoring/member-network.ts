import type { Random } from '../contracts/random.ts';
import type { Backend, Tfjs } from '../gan/backend.ts';

type Tensor = ReturnType<Tfjs['zeros']>;

/** `members` equal networks side by side: width -> hidden -> hidden -> 1, leaky ReLU 0.1. */
export interface NetworkShape {
	readonly members: number;
	/** The last input is always 1: its weights are the bias of the first layer. */
	readonly width: number;
	readonly hidden: number;
}

/** The slices of the flat parameter vector, in order, each with the members in front. */
export function parameterShapes({ members, width, hidden }: NetworkShape): [number, number, number][] {
	return [
		[members, width, hidden],
		[members, hidden, hidden],
		[members, 1, hidden],
		[members, hidden, 1],
		[members, 1, 1],
	];
}

const SLOPE = 0.1;

/**
 * He initialisation (He et al. 2015) by the variance of each member's input instead of its width, as the width has
 * padding and rare indicators; the last layer at half of it, so that training starts near log-odds 0.
 *
 * @returns flat, in the order of `parameterShapes`.
 */
export function initialParameters(shape: NetworkShape, inputVariance: Float64Array, random: Random): Float32Array {
	const { members, width, hidden } = shape;
	const sizes = parameterShapes(shape).map(([, rows, columns]) => members * rows * columns);
	const flat = new Float32Array(sizes.reduce((sum, size) => sum + size, 0));
	let at = 0;
	for (let member = 0; member < members; member++) {
		const scale = Math.sqrt(2 / Math.max(inputVariance[member] as number, 1e-3));
		for (let input = 0; input < width; input++) {
			for (let unit = 0; unit < hidden; unit++) flat[at++] = input === width - 1 ? 0 : random.normal() * scale;
		}
	}
	const hiddenScale = Math.sqrt(2 / hidden);
	for (let i = 0; i < (sizes[1] as number); i++) flat[at++] = random.normal() * hiddenScale;
	at += sizes[2] as number;
	for (let i = 0; i < (sizes[3] as number); i++) flat[at++] = random.normal() * hiddenScale * 0.5;
	return flat;
}

/**
 * How many members to put into one product. TensorFlow is quickest with all of them; WebAssembly multiplies two
 * matrices five times as fast as a batch of them.
 */
export function membersTogether({ name }: Backend, members: number): number {
	return name === 'node' ? members : 1;
}

/** The flat parameters of `count` members from `first` on. */
export function pickMembers(flat: Float32Array, shape: NetworkShape, first: number, count: number): Float32Array {
	const parts = slicesOf(shape, first, count).map(({ from, length }) => flat.subarray(from, from + length));
	const picked = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) {
		picked.set(part, at);
		at += part.length;
	}
	return picked;
}

/** The reverse: writes the parameters of members into those of the group. */
export function placeMembers(flat: Float32Array, shape: NetworkShape, first: number, part: Float32Array): void {
	const each = part.length / (flat.length / shape.members);
	let at = 0;
	for (const { from, length } of slicesOf(shape, first, each)) {
		flat.set(part.subarray(at, at + length), from);
		at += length;
	}
}

function slicesOf(shape: NetworkShape, first: number, count: number): { from: number; length: number }[] {
	let start = 0;
	return parameterShapes(shape).map(([members, rows, columns]) => {
		const slice = { from: start + first * rows * columns, length: count * rows * columns };
		start += members * rows * columns;
		return slice;
	});
}

/** Cuts the flat vector into weights and biases; call inside a tidy. */
function splitTensors(tf: Tfjs, flat: Tensor, shape: NetworkShape): [Tensor, Tensor, Tensor, Tensor, Tensor] {
	const shapes = parameterShapes(shape);
	const sizes = shapes.map(([members, rows, columns]) => members * rows * columns);
	return tf.split(flat, sizes).map((part, i) => tf.reshape(part, shapes[i] as number[])) as never;
}

/**
 * Leaky ReLU and its slope, from the operations that are quick on the backend: tfjs-node has a kernel for the first
 * and needs 3 ms for `step`; WebAssembly is the other way round.
 */
function leakyTensor({ tf, name }: Backend, z: Tensor): Tensor {
	if (name === 'node') return tf.leakyRelu(z, SLOPE);
	return tf.add(tf.mul(z, SLOPE), tf.mul(tf.relu(z), 1 - SLOPE));
}

function slopeTensor({ tf, name }: Backend, activation: Tensor): Tensor {
	if (name === 'node') return tf.add(tf.mul(tf.sign(activation), (1 - SLOPE) / 2), (1 + SLOPE) / 2);
	return tf.step(activation, SLOPE);
}

/** A product with one side transposed. WebAssembly's matrix product is ten times slower if it has to transpose. */
function productTensor({ tf, name }: Backend, a: Tensor, b: Tensor, transposed: 'first' | 'second'): Tensor {
	const isFirst = transposed === 'first';
	if (name === 'node') return tf.matMul(a, b, isFirst, !isFirst);
	return isFirst ? tf.matMul(tf.transpose(a, [0, 2, 1]), b) : tf.matMul(a, tf.transpose(b, [0, 2, 1]));
}

/** Weights as scoring needs them, each transposed: rows of data are the columns of the products. */
export interface MemberLayers {
	/** [members, hidden, width], [members, hidden, hidden], [members, 1, hidden] */
	readonly weights: readonly [Tensor, Tensor, Tensor];
	/** Of the second and the third layer: [members, hidden, 1], [members, 1, 1]. */
	readonly biases: readonly [Tensor, Tensor];
}

/** @param flat parameters as `initialParameters` orders them. */
export function loadLayers({ tf }: Backend, flat: Float32Array, shape: NetworkShape): MemberLayers {
	return tf.tidy(() => {
		const [w1, w2, b2, w3, b3] = splitTensors(tf, tf.tensor1d(flat), shape);
		const turn = (tensor: Tensor) => tf.transpose(tensor, [0, 2, 1]);
		return { weights: [turn(w1), turn(w2), turn(w3)], biases: [turn(b2), tf.clone(b3)] } as never;
	}) as MemberLayers;
}

/**
 * Log-odds of being real.
 *
 * @param x [members, width, rows]
 * @returns [members, 1, rows]; call inside a tidy.
 */
export function logitTensor(backend: Backend, { weights, biases }: MemberLayers, x: Tensor): Tensor {
	const { tf } = backend;
	const [w1, w2, w3] = weights;
	const [b2, b3] = biases;
	const a1 = leakyTensor(backend, tf.matMul(w1, x));
	const a2 = leakyTensor(backend, tf.add(tf.matMul(w2, a1), b2));
	return tf.add(tf.matMul(w3, a2), b3);
}

/**
 * Gradient of the logistic loss: the sum over members of mean softplus(-l) on the real rows and mean softplus(l) on
 * the fakes. By hand: the derivative of the loss in l is (sigmoid(l) - y) / batch, the rest is the chain rule.
 *
 * @param x [members, 2 batch, width]
 * @param targets y, [1, 2 batch, 1]: 1 for real rows, 0 for fakes.
 * @returns flat, as the parameters; call inside a tidy.
 */
export function gradientTensor(
	backend: Backend,
	flat: Tensor,
	shape: NetworkShape,
	x: Tensor,
	targets: Tensor,
): Tensor {
	const { tf } = backend;
	const batch = (targets.shape[1] as number) / 2;
	const [w1, w2, b2, w3, b3] = splitTensors(tf, flat, shape);
	const a1 = leakyTensor(backend, tf.matMul(x, w1));
	const a2 = leakyTensor(backend, tf.add(tf.matMul(a1, w2), b2));
	const logits = tf.add(tf.matMul(a2, w3), b3);

	const dLogits = tf.mul(tf.sub(tf.sigmoid(logits), targets), 1 / batch); // [members, 2 batch, 1]
	const dW3 = productTensor(backend, a2, dLogits, 'first');
	const dB3 = tf.sum(dLogits, 1);
	const dZ2 = tf.mul(productTensor(backend, dLogits, w3, 'second'), slopeTensor(backend, a2));
	const dW2 = productTensor(backend, a1, dZ2, 'first');
	const dB2 = tf.sum(dZ2, 1);
	const dZ1 = tf.mul(productTensor(backend, dZ2, w2, 'second'), slopeTensor(backend, a1));
	const dW1 = productTensor(backend, x, dZ1, 'first');
	return tf.concat([dW1, dW2, dB2, dW3, dB3].map((gradient) => tf.reshape(gradient, [-1])));
}
