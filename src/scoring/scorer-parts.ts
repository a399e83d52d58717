import type { FeatureSpec } from '../contracts/features.ts';
import type { Calibration } from './calibration.ts';
import type { Coordinates } from './coordinates.ts';
import type { MarginalDensity } from './independent-columns.ts';
import type { MemberGroup } from './member-group.ts';
import type { Neighbours } from './neighbours.ts';
import type { Bags } from './row-hash.ts';

/** Everything a scorer is made of, as plain values. */
export interface ScorerParts {
	readonly specs: readonly FeatureSpec[];
	readonly coordinates: Coordinates;
	readonly marginals: readonly (MarginalDensity | null)[];
	readonly groups: readonly MemberGroup[];
	readonly bags: Bags;
	/** Null where there is nothing to compare: fewer than two features. */
	readonly neighbours: Neighbours | null;
	/** Encoded rows that stand for typical values, [references, coordinates.width]. */
	readonly references: Float32Array;
	readonly calibration: Calibration;
}
