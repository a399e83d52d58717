import type { ColumnProfile, TableProfile } from '../contracts/profile.ts';
import {
	type ColumnContract,
	NO_POLICIES,
	type NumberRange,
	type SchemaContract,
	type SchemaPolicies,
} from '../contracts/schema-contract.ts';
import type { ColumnTally } from './column-tally.ts';
import { groupLevels } from './group-levels.ts';
import { missingTestOf } from './is-missing-text.ts';
import type { PartialProfile } from './profile-batch.ts';

/** Levels that a contract lists per column; of a column with more, no level can be told to be new. */
export const MAX_CONTRACT_LEVELS = 10_000;
/** Six digits say enough of a share, and keep contracts short. */
const SHARE_DIGITS = 1e6;

/**
 * What later tables are held against.
 *
 * @param statistics that the profile was made from; without them only the levels that the profile shows are known.
 */
export function makeContract(
	profile: TableProfile,
	statistics: PartialProfile | null = null,
	policies: SchemaPolicies = NO_POLICIES,
): SchemaContract {
	const tallies = new Map(statistics?.columns.map((tally) => [tally.name, tally]));
	return {
		version: 1,
		fingerprint: profile.fingerprint,
		rows: profile.rows,
		policies,
		columns: profile.columns.map((column) => contractOf(column, tallies.get(column.name))),
	};
}

function contractOf(column: ColumnProfile, tally: ColumnTally | undefined): ColumnContract {
	const { name, kind, role, rows, missing, distinct, dateFormat } = column;
	return {
		name,
		kind,
		role,
		missingShare: shareOf(missing, rows),
		distinct,
		...(dateFormat === undefined ? {} : { dateFormat }),
		...levelsOf(column, tally),
		...rangeOf(column),
	};
}

function shareOf(part: number, whole: number): number {
	return whole === 0 ? 0 : Math.round((part / whole) * SHARE_DIGITS) / SHARE_DIGITS;
}

function levelsOf(column: ColumnProfile, tally: ColumnTally | undefined): Pick<ColumnContract, 'levels'> {
	const { kind, rows, distinct } = column;
	if (kind !== 'categorical' && kind !== 'boolean' && kind !== 'constant') return {};
	const isExact = tally !== undefined && tally.beyond === null;
	const all = isExact
		? groupLevels(tally.texts, tally.counts, kind === 'boolean', missingTestOf(tally))
		: column.levels;
	const known = all.slice(0, MAX_CONTRACT_LEVELS).map(({ level, count }) => ({ level, share: shareOf(count, rows) }));
	return { levels: { known, areAll: known.length === all.length && (isExact || all.length >= distinct) } };
}

function rangeOf({ numbers, missing, rows }: ColumnProfile): { readonly numbers?: NumberRange } {
	if (numbers === undefined || missing === rows) return {};
	const { min, max, quantiles } = numbers;
	const [p1, p25, p50, p75, p99] = [1, 25, 50, 75, 99].map((percent) => quantiles[percent] as number);
	return { numbers: { min, max, p1, p25, p50, p75, p99 } as NumberRange };
}
