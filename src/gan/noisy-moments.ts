import type { TokenColumn } from '../contracts/tokens.ts';
import type { NoiseSource } from '../features/private/noise-source.ts';
import { noiseOnCounts, noisyCounts } from '../features/private/noisy-counts.ts';
import { type MomentTargets, measureMoments } from './moment-critic.ts';

/** Standard deviations of the noise below which a cell says nothing. */
const CLEAR = 2;

/**
 * Tables that generated rows are weighted to, none of which tells of a single row: those of one column as the encoder
 * has them already, those of two columns with noise.
 *
 * @param zcdp what a row may give away through the tables of two columns together; 0: none are measured
 */
export function measureNoisyMoments(
	columns: readonly TokenColumn[],
	tokens: Int32Array,
	zcdp: number,
	noise: NoiseSource,
): MomentTargets {
	const rows = tokens.length / columns.length;
	const singles = columns.map(({ frequencies }) => Float64Array.from(frequencies, (share) => share * rows));
	if (zcdp === 0 || columns.length < 2) return { rows, singles, pairs: [] };
	// Every row counts: a cell that is empty up to a number of rows would change by so many at one row more.
	const { pairs } = measureMoments(columns, tokens, 0);
	// A row adds one to a cell of each table.
	const deviation = noiseOnCounts(zcdp / pairs.length);
	return {
		rows,
		singles,
		pairs: pairs.map((pair) => ({
			...pair,
			counts: noisyCounts(pair.counts, deviation, noise).map((count) => (count < CLEAR * deviation ? 0 : count)),
		})),
	};
}
