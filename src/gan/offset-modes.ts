import type { EncodedLayout, EncodedSpan } from '../contracts/features.ts';

/**
 * How an offset belongs to the modes of its feature. Some modes have no offset to speak of (a missing value, a value
 * that many rows share): there the training rows have 0, and so must the generated ones, or their offset would give
 * them away.
 */
export interface OffsetModes {
	/** Column of the offset. */
	readonly offset: number;
	/** Index of the span with the modes. */
	readonly span: number;
	/** Root mean square of the offset in each mode; 0 where it means nothing. */
	readonly scales: readonly number[];
}

/** Below it an offset is taken for always 0. */
const SMALLEST_SCALE = 1e-3;

/** @param encoded [rows, layout.width] */
export function findOffsetModes(layout: EncodedLayout, encoded: Float32Array): OffsetModes[] {
	return layout.spans
		.filter(({ role, activation }) => role === 'offset' && activation === 'tanh')
		.flatMap(({ start: offset, feature }) => {
			const span = layout.spans.findIndex((other) => other.role === 'mode' && other.feature === feature);
			if (span < 0) return [];
			return [{ offset, span, scales: measureScales(layout, encoded, offset, layout.spans[span] as EncodedSpan) }];
		});
}

function measureScales(layout: EncodedLayout, encoded: Float32Array, offset: number, modes: EncodedSpan): number[] {
	const counts = new Float64Array(modes.width);
	const squares = new Float64Array(modes.width);
	for (let row = 0; row < encoded.length; row += layout.width) {
		const square = (encoded[row + offset] as number) ** 2;
		for (let k = 0; k < modes.width; k++) {
			if (encoded[row + modes.start + k] !== 1) continue;
			counts[k] = (counts[k] as number) + 1;
			squares[k] = (squares[k] as number) + square;
		}
	}
	return Array.from(squares, (sum, k) => {
		const scale = Math.sqrt(sum / Math.max(1, counts[k] as number));
		return scale < SMALLEST_SCALE ? 0 : scale;
	});
}
