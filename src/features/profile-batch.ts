import type { TableBatch } from '../contracts/table.ts';
import { type ColumnTallier, type ColumnTally, createTallier, exactLevelsOf } from './column-tally.ts';

/**
 * Statistics of some consecutive rows of a table. Plain data, bounded in size whatever the number of rows;
 * `mergeProfiles` joins those of neighbouring shards and `finishProfile` draws the conclusions.
 */
export interface PartialProfile {
	readonly rows: number;
	readonly columns: readonly ColumnTally[];
}

export function profileBatch(batch: TableBatch): PartialProfile {
	const profiler = createProfiler(batch.names);
	profiler.add(batch);
	return profiler.profile();
}

/** The statistics of a table that is read batch by batch, in order. */
export interface Profiler {
	add(batch: TableBatch): void;
	/** Of all batches so far: what `mergeProfiles` makes of the profiles of each. */
	profile(): PartialProfile;
}

/**
 * @param names of the columns that every batch has
 * @param wordsAreValues whether words such as `NA` are values, and no missing cells
 */
export function createProfiler(names: readonly string[], wordsAreValues = false): Profiler {
	const maxExact = exactLevelsOf(names.length);
	const talliers = names.map((name) => createTallier(name, maxExact, wordsAreValues));
	let rows = 0;
	return {
		add(batch) {
			rows += batch.rows;
			talliers.forEach((tallier: ColumnTallier, i) => {
				tallier.add(batch.columns[i] as TableBatch['columns'][number]);
			});
		},
		profile: () => ({ rows, columns: talliers.map((tallier) => tallier.tally()) }),
	};
}
