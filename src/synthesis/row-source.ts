import type { Constraint } from '../contracts/constraints.ts';
import type { FeatureSpec } from '../contracts/features.ts';
import type { TableProfile } from '../contracts/profile.ts';
import type { KeySource } from './keys/key-column.ts';
import type { TableGenerator } from './table-generator.ts';

/** What rows are drawn from, and written by. */
export interface RowSource {
	readonly generator: TableGenerator;
	readonly specs: readonly FeatureSpec[];
	readonly profile: TableProfile;
	/** What holds in every training row, and so in every row that is handed out. */
	readonly constraints: readonly Constraint[];
	/** How the keys of training are made; null where there is no key, or no pattern in it. */
	readonly keys: KeySource | null;
}
