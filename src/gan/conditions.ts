import { CounterfoilError } from '../contracts/errors.ts';
import type { EncodedLayout, EncodedSpan, SpanCondition } from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import { drawChoice } from './draw-choice.ts';

/** One (span, choice) per row; span -1 where there is none. */
export interface RowConditions {
	/** [rows] */
	readonly spans: Int32Array;
	/** [rows] */
	readonly choices: Int32Array;
}

export function createRowConditions(rows: number): RowConditions {
	return { spans: new Int32Array(rows).fill(-1), choices: new Int32Array(rows) };
}

/**
 * Draws a condition per row as the data has them: a real row, a softmax span of it, and the choice that the row
 * has there. So choices come by their true frequency; CTGAN draws them by the logarithm of it, which flattens the
 * columns of the rows that come out.
 *
 * @param encoded [any, layout.width], the real rows
 */
export function drawRealConditions(
	target: RowConditions,
	encoded: Float32Array,
	layout: EncodedLayout,
	random: Random,
): void {
	const rows = encoded.length / layout.width;
	const softmaxSpans = findSoftmaxSpans(layout);
	if (softmaxSpans.length === 0) return;
	for (let i = 0; i < target.spans.length; i++) {
		const row = random.integer(rows);
		const index = softmaxSpans[random.integer(softmaxSpans.length)] as number;
		const span = layout.spans[index] as EncodedSpan;
		target.spans[i] = index;
		target.choices[i] = readChoice(encoded, row * layout.width + span.start, span.width);
	}
}

/** The same from the frequencies of the layout, for when there are no real rows at hand. */
export function drawFrequencyConditions(target: RowConditions, layout: EncodedLayout, random: Random): void {
	const softmaxSpans = findSoftmaxSpans(layout);
	if (softmaxSpans.length === 0) return;
	for (let i = 0; i < target.spans.length; i++) {
		const index = softmaxSpans[random.integer(softmaxSpans.length)] as number;
		const { frequencies, width } = layout.spans[index] as EncodedSpan;
		target.spans[i] = index;
		target.choices[i] = drawChoice(frequencies, 0, width, random.uniform());
	}
}

/** Writes one condition for all rows. */
export function fillCondition(target: RowConditions, { span, choice }: SpanCondition): void {
	target.spans.fill(span);
	target.choices.fill(choice);
}

/** Writes the condition vectors, [rows, layout.width]: a condition is a row of which one span is known. */
export function writeConditionVectors(target: Float32Array, drawn: RowConditions, layout: EncodedLayout): void {
	target.fill(0);
	for (let i = 0; i < drawn.spans.length; i++) {
		const index = drawn.spans[i] as number;
		if (index < 0) continue;
		const span = layout.spans[index] as EncodedSpan;
		target[i * layout.width + span.start + (drawn.choices[i] as number)] = 1;
	}
}

/** @throws CounterfoilError CONDITION_INVALID */
export function checkConditions(layout: EncodedLayout, conditions: readonly SpanCondition[]): void {
	const seen = new Map<number, number>();
	for (const { span: index, choice } of conditions) {
		const span = layout.spans[index];
		if (
			span === undefined ||
			span.activation !== 'softmax' ||
			!Number.isInteger(choice) ||
			!(choice in span.frequencies)
		) {
			throw new CounterfoilError(
				'CONDITION_INVALID',
				`Choice ${choice} of span ${index} does not exist in this model.`,
				{
					where: `span ${index}`,
					hint: 'Conditions can name any choice of a softmax span of the layout.',
				},
			);
		}
		if (seen.has(index) && seen.get(index) !== choice) {
			throw new CounterfoilError('CONDITION_INVALID', `Span ${index} is asked to have two choices at once.`, {
				where: `span ${index}`,
				hint: 'Give one condition per column.',
			});
		}
		seen.set(index, choice);
	}
}

/** Index of the largest entry of a one-hot run. */
export function readChoice(encoded: Float32Array, start: number, width: number): number {
	let best = 0;
	for (let k = 1; k < width; k++) {
		if ((encoded[start + k] as number) > (encoded[start + best] as number)) best = k;
	}
	return best;
}

function findSoftmaxSpans({ spans }: EncodedLayout): number[] {
	return spans.flatMap(({ activation }, index) => (activation === 'softmax' ? [index] : []));
}
