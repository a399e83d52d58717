import type { EncodedLayout, EncodedSpan } from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import type { RowConditions } from './conditions.ts';
import { drawChoice } from './draw-choice.ts';

/** Arrays of one batch size, reused from batch to batch; [batch, width] each. */
export interface SpanBuffers {
	/** A one-hot in each softmax span, the tanh of the logit in each tanh span. */
	readonly sample: Float32Array;
	/** What the choices are drawn by; 1 in tanh spans. */
	readonly probabilities: Float32Array;
	/** Tanh of the logits in tanh spans, 0 elsewhere. */
	readonly tanh: Float32Array;
}

export interface DrawSpansOptions {
	/** Never draws a choice that no training row has. @default false */
	readonly onlySeen?: boolean;
}

export function createSpanBuffers(batch: number, { width }: EncodedLayout): SpanBuffers {
	const create = () => new Float32Array(batch * width);
	return { sample: create(), probabilities: create().fill(1), tanh: create() };
}

/**
 * From logits to rows: a choice of each softmax span by the softmax of its logits, with one random number, and the tanh
 * of each offset. A span that a row has a condition on takes the choice of the condition, which is then certain.
 *
 * @param logits [batch, width]
 */
export function drawSpans(
	{ width, spans }: EncodedLayout,
	logits: Float32Array,
	{ sample, probabilities, tanh }: SpanBuffers,
	conditions: RowConditions,
	random: Random,
	{ onlySeen = false }: DrawSpansOptions = {},
): void {
	sample.fill(0);
	for (let index = 0; index < spans.length; index++) {
		const span = spans[index] as EncodedSpan;
		for (let row = 0, start = span.start; start < logits.length; row++, start += width) {
			if (span.activation === 'tanh') {
				for (let i = start; i < start + span.width; i++) {
					tanh[i] = Math.tanh(logits[i] as number);
					sample[i] = tanh[i] as number;
				}
			} else if (conditions.spans[row] === index) {
				const fixed = start + (conditions.choices[row] as number);
				probabilities.fill(0, start, start + span.width);
				probabilities[fixed] = 1;
				sample[fixed] = 1;
			} else {
				softmax(span, logits, probabilities, start, onlySeen);
				sample[start + drawChoice(probabilities, start, span.width, random.uniform())] = 1;
			}
		}
	}
}

/** Softmax of the logits from `start` on, written to the same places. */
function softmax(
	{ width, frequencies }: EncodedSpan,
	logits: Float32Array,
	probabilities: Float32Array,
	start: number,
	onlySeen: boolean,
): void {
	let largest = Number.NEGATIVE_INFINITY;
	for (let k = 0; k < width; k++) {
		const logit = logits[start + k] as number;
		if (logit > largest && !(onlySeen && frequencies[k] === 0)) largest = logit;
	}
	let sum = 0;
	for (let k = 0; k < width; k++) {
		const power = onlySeen && frequencies[k] === 0 ? 0 : Math.exp((logits[start + k] as number) - largest);
		probabilities[start + k] = power;
		sum += power;
	}
	for (let k = 0; k < width; k++) probabilities[start + k] = (probabilities[start + k] as number) / sum;
}
