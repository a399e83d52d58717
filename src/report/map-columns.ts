import type { ColumnProfile, TableProfile } from '../contracts/profile.ts';

/** From least to most. */
export type MapRange = readonly [least: number, most: number];

/** What the score says of new records on a square of points over two columns. */
export interface ScoreSurface {
	/** Points to a side. */
	readonly side: number;
	readonly x: MapRange;
	readonly y: MapRange;
	/** [side * side], row by row of the second column, from least to most. */
	readonly surprise: readonly number[];
}

/** The two columns of a table that can be drawn as a map; null where what is learnt from is anything else. */
export function mapColumns(profile: TableProfile): readonly [ColumnProfile, ColumnProfile] | null {
	const learnt = profile.columns.filter(({ role, kind }) => role === 'feature' && kind !== 'constant');
	const [first, second] = learnt;
	if (learnt.length !== 2 || first?.numbers === undefined || second?.numbers === undefined) return null;
	return [first, second].every(({ kind }) => kind !== 'datetime') ? [first, second] : null;
}

/** From the smallest to the largest value of a column, with a little room. */
export function mapRange({ numbers }: ColumnProfile): MapRange {
	const { min = 0, max = 1 } = numbers ?? {};
	const room = 0.03 * (max - min || 1);
	return [min - room, max + room];
}
