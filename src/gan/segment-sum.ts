import type { Tensor } from '@tensorflow/tfjs';
import type { Backend } from './backend.ts';

/**
 * Sums of the rows that belong to each segment, [segments, width]; call inside a tidy. WebAssembly has no kernel for
 * it, so that there the rows are added up here.
 *
 * @param values [rows, width]
 * @param segmentOf [rows]
 */
export function segmentSumTensor(
	{ tf, name }: Backend,
	values: Tensor,
	segmentOf: Int32Array,
	segments: number,
): Tensor {
	if (name !== 'wasm') return tf.unsortedSegmentSum(values, tf.tensor1d(segmentOf, 'int32'), segments);
	const width = values.shape[1] as number;
	const rows = values.dataSync() as Float32Array;
	const sums = new Float32Array(segments * width);
	for (let row = 0; row < segmentOf.length; row++) {
		const to = (segmentOf[row] as number) * width;
		for (let k = 0; k < width; k++) sums[to + k] = (sums[to + k] as number) + (rows[row * width + k] as number);
	}
	return tf.tensor2d(sums, [segments, width]);
}
