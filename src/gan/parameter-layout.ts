import type { Tensor } from '@tensorflow/tfjs';
import type { Tfjs } from './backend.ts';

/**
 * How the parameters of a network lie in one flat vector. One vector makes an optimiser step a handful of
 * operations, whatever the number of layers.
 */
export interface ParameterLayout {
	readonly shapes: readonly (readonly number[])[];
	/** Length of each block of the vector. */
	readonly sizes: readonly number[];
	/** Length of the vector. */
	readonly total: number;
}

export function createParameterLayout(shapes: readonly (readonly number[])[]): ParameterLayout {
	const sizes = shapes.map((shape) => shape.reduce((product, length) => product * length, 1));
	return { shapes, sizes, total: sizes.reduce((sum, size) => sum + size, 0) };
}

/** The blocks of a flat vector, each in its shape. */
export function splitParameters(tf: Tfjs, flat: Tensor, layout: ParameterLayout): Tensor[] {
	return tf.split(flat, [...layout.sizes]).map((block, i) => {
		const shape = layout.shapes[i] as number[];
		return shape.length === 1 ? block : tf.reshape(block, [...shape]);
	});
}

/** The reverse of `splitParameters`, for gradients. */
export function joinParameters(tf: Tfjs, blocks: readonly Tensor[]): Tensor {
	return tf.concat(blocks.map((block) => (block.rank === 1 ? block : tf.reshape(block, [-1]))));
}
