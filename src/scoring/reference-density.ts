import type { FeatureTable } from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import type { Span } from './member-inputs.ts';

/**
 * The known density q that discriminators correct: anything whose likelihood can be computed and from which rows
 * can be drawn. Independent columns are one; an autoregressive generator is another.
 */
export interface ReferenceDensity {
	readonly name: string;
	/** -log q in nats, split over the features: [rows, features]; 0 for features that are not scored. */
	surprise(table: FeatureTable): Float64Array;
}

/** Fills one member's share of a batch with draws from q, in the member's coordinates. */
export type FakeSource = (fill: FakeRequest, random: Random) => void;

export interface FakeRequest {
	/** Encoded rows of the member, [rows, width]. */
	readonly source: Float32Array;
	readonly rows: number;
	readonly width: number;
	/** The coordinates of each feature of the member. */
	readonly spans: readonly Span[];
	readonly target: Float32Array;
	/** Where in `target` the first fake begins. */
	readonly offset: number;
	readonly count: number;
}

/**
 * Draws from independent columns: each feature of a fake comes from a row of its own. Drawn from the member's own
 * rows, so that a fake differs from them in nothing but how its values go together.
 */
export const drawIndependentColumns: FakeSource = ({ source, rows, width, spans, target, offset, count }, random) => {
	for (let fake = 0; fake < count; fake++) {
		const at = offset + fake * width;
		for (const span of spans) {
			const from = random.integer(rows) * width;
			for (let c = span.start; c < span.end; c++) target[at + c] = source[from + c] as number;
		}
	}
};
