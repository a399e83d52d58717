import type { FeatureSpec } from '../../contracts/features.ts';
import type { ColumnProfile, LevelCount, TableProfile } from '../../contracts/profile.ts';
import type { NoiseSource } from './noise-source.ts';
import { keepFrequent, noiseOnCounts } from './noisy-counts.ts';
import type { ColumnAllowance } from './noisy-number-tokens.ts';

/** Columns of one value, which generated rows repeat. */
export function constantColumns({ columns }: TableProfile): readonly ColumnProfile[] {
	return columns.filter(({ kind, role }) => kind === 'constant' && role === 'feature');
}

/**
 * The value of each constant column that enough rows have, with a noisy count.
 *
 * @param allowance what a row may give away through all of them together
 */
export function keepConstants(
	profile: TableProfile,
	allowance: ColumnAllowance,
	noise: NoiseSource,
): ReadonlyMap<string, LevelCount> {
	const constants = constantColumns(profile);
	const deviation = noiseOnCounts(allowance.zcdp / constants.length);
	const kept = new Map<string, LevelCount>();
	for (const { name, levels } of constants) {
		const chance = allowance.thresholdChance / constants.length;
		const counts = levels.slice(0, 1).map(({ level, count }) => [level, count] as const);
		const [found] = keepFrequent(counts, deviation, chance, noise);
		if (found !== undefined) kept.set(name, { level: found.cell, count: Math.round(found.count) });
	}
	return kept;
}

/**
 * The profile of a table as generated rows need it, with what noisy counts tell in place of what the rows hold: names,
 * kinds, roles and formats stay, of the columns that are not generated nothing else.
 */
export function privateProfile(
	profile: TableProfile,
	specs: readonly FeatureSpec[],
	constants: ReadonlyMap<string, LevelCount>,
): TableProfile {
	const columns = profile.columns.map((column): ColumnProfile => {
		const { name, kind, role, dateFormat, missingText } = column;
		const spec = specs.find((one) => one.column === name);
		const constant = constants.get(name);
		const levels =
			spec?.type === 'categorical' && spec.part === 'value'
				? spec.levels.map((level, code) => ({ level, count: spec.counts[code] as number }))
				: constant === undefined
					? []
					: [constant];
		return {
			name,
			kind,
			role,
			rows: profile.rows,
			missing: Math.round((spec?.missingShare ?? 0) * profile.rows),
			distinct: levels.length,
			levels,
			...(dateFormat === undefined ? {} : { dateFormat }),
			...(missingText === undefined ? {} : { missingText }),
		};
	});
	return { rows: profile.rows, columns, fingerprint: profile.fingerprint };
}
