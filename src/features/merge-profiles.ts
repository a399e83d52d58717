import { CounterfoilError } from '../contracts/errors.ts';
import { type ColumnTally, exactLevelsOf, mergeTallies } from './column-tally.ts';
import type { PartialProfile } from './profile-batch.ts';

/**
 * Joins the statistics of consecutive shards; the order is that of the rows. Merging in one go or step by step
 * from the left gives the same result.
 *
 * @throws SCHEMA_MISMATCH if the shards do not have the same columns.
 */
export function mergeProfiles(profiles: readonly PartialProfile[]): PartialProfile {
	const first = profiles[0];
	if (first === undefined) return { rows: 0, columns: [] };
	for (const profile of profiles) {
		const same =
			profile.columns.length === first.columns.length &&
			profile.columns.every((column, i) => column.name === first.columns[i]?.name);
		if (!same) throw new CounterfoilError('SCHEMA_MISMATCH', 'The shards of the table do not have the same columns.');
	}
	const maxExact = exactLevelsOf(first.columns.length);
	return {
		rows: profiles.reduce((sum, profile) => sum + profile.rows, 0),
		columns: first.columns.map((_, i) =>
			mergeTallies(
				profiles.map((profile) => profile.columns[i] as ColumnTally),
				maxExact,
			),
		),
	};
}
