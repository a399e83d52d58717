import type { Tensor } from '@tensorflow/tfjs';
import type { EncodedLayout, EncodedSpan } from '../../contracts/features.ts';
import type { Random } from '../../contracts/random.ts';
import type { Tfjs } from '../backend.ts';
import type { RowConditions } from '../conditions.ts';
import { drawSpans, type SpanBuffers } from '../draw-spans.ts';
import type { OffsetModes } from '../offset-modes.ts';
import { segmentSoftmaxBackward } from './segment-softmax.ts';

/**
 * The last layer of a generator, from logits to rows in two forms:
 *
 * - `sample`, what the discriminator sees: a choice drawn from the softmax of each span as a hard one-hot, since
 *   anything softer tells at once that a row is not real, and the tanh of each offset, 0 where the mode drawn has no
 *   offset;
 * - `expectedRows`, what the moments are taken of: the probabilities themselves, and the offset whatever the mode.
 *   Given the logits the choices of different spans are independent, so mean products of probabilities are what mean
 *   products of draws come to, without the noise of drawing.
 *
 * Backward both pass through the softmax; for the sample that is the straight-through estimator (Bengio et al.
 * 2013). A span that a row has a condition on takes the value of the condition and passes no gradient.
 */
export interface SpanOutputLayer {
	readonly layout: EncodedLayout;
	readonly offsets: readonly OffsetModes[];
	/** [width, spans]: which span a column belongs to. */
	readonly membershipTensor: Tensor;
	/** [width]: 1 in tanh spans, 0 elsewhere. */
	readonly tanhMaskTensor: Tensor;
}

/** [batch, width] each. */
export interface SpanOutputForward {
	readonly sample: Tensor;
	/** 1 in tanh spans. */
	readonly probabilities: Tensor;
	/** Tanh of the logits in tanh spans, 0 elsewhere. */
	readonly tanh: Tensor;
}

export function createSpanOutputLayer(
	tf: Tfjs,
	layout: EncodedLayout,
	offsets: readonly OffsetModes[],
): SpanOutputLayer {
	const { spans, width } = layout;
	const membership = new Float32Array(width * spans.length);
	const tanhMask = new Float32Array(width);
	for (const [index, span] of spans.entries()) {
		for (let column = span.start; column < span.start + span.width; column++) {
			membership[column * spans.length + index] = 1;
			if (span.activation === 'tanh') tanhMask[column] = 1;
		}
	}
	return {
		layout,
		offsets,
		membershipTensor: tf.tensor2d(membership, [width, spans.length]),
		tanhMaskTensor: tf.tensor1d(tanhMask),
	};
}

export function disposeSpanOutputLayer(layer: SpanOutputLayer): void {
	layer.membershipTensor.dispose();
	layer.tanhMaskTensor.dispose();
}

/**
 * @param logits [batch, width], before any activation
 * @param buffers overwritten; the tensors are views of them until they are used
 */
export function spanOutputForward(
	tf: Tfjs,
	{ layout, offsets }: SpanOutputLayer,
	logits: Tensor,
	buffers: SpanBuffers,
	conditions: RowConditions,
	random: Random,
): SpanOutputForward {
	const shape = logits.shape as [number, number];
	drawSpans(layout, logits.dataSync() as Float32Array, buffers, conditions, random);
	clearOffsets(layout, offsets, buffers.sample);
	return {
		sample: tf.tensor2d(buffers.sample, shape),
		probabilities: tf.tensor2d(buffers.probabilities, shape),
		tanh: tf.tensor2d(buffers.tanh, shape),
	};
}

/** The mean of what could be drawn, [batch, width]; offsets as if each mode had one. */
export function expectedRows(
	tf: Tfjs,
	{ tanhMaskTensor }: SpanOutputLayer,
	{ probabilities, tanh }: Omit<SpanOutputForward, 'sample'>,
): Tensor {
	return tf.add(tf.sub(probabilities, tanhMaskTensor), tanh);
}

/**
 * dL/dlogits, [batch, width].
 *
 * @param sampleGradient dL/dsample, [batch, width]
 * @param expectedGradient dL/d(expected rows), [batch, width]; null: the loss does not depend on it
 */
export function spanOutputBackward(
	tf: Tfjs,
	layer: SpanOutputLayer,
	{ sample, probabilities, tanh }: SpanOutputForward,
	sampleGradient: Tensor,
	expectedGradient: Tensor | null,
): Tensor {
	const sum = expectedGradient === null ? sampleGradient : tf.add(sampleGradient, expectedGradient);
	const softmax = segmentSoftmaxBackward(tf, probabilities, layer.membershipTensor, sum);
	if (layer.offsets.length === 0) return softmax;
	// In a tanh span the softmax has one member and so no gradient. An offset that the sample leaves out (0, where
	// the tanh is not) has none from the sample.
	const slope = tf.sub(layer.tanhMaskTensor, tf.square(tanh));
	const isLeftOut = tf.mul(tf.abs(tf.sign(tf.sub(sample, tanh))), layer.tanhMaskTensor);
	const offsetGradient = tf.sub(sum, tf.mul(sampleGradient, isLeftOut));
	return tf.add(softmax, tf.mul(offsetGradient, slope));
}

/** Sets offsets to 0 in rows whose mode has none. */
export function clearOffsets(layout: EncodedLayout, offsets: readonly OffsetModes[], rows: Float32Array): void {
	for (const { offset, span, scales } of offsets) {
		const { start } = layout.spans[span] as EncodedSpan;
		for (let base = 0; base < rows.length; base += layout.width) {
			for (let k = 0; k < scales.length; k++) {
				if (scales[k] === 0 && rows[base + start + k] === 1) rows[base + offset] = 0;
			}
		}
	}
}
