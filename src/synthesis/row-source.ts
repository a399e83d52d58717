import type { Constraint } from '../contracts/constraints.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import type { FeatureSpec } from '../contracts/features.ts';
import { findNearest } from '../contracts/find-nearest.ts';
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

/** @throws CounterfoilError CONDITION_INVALID for an id that the model does not have */
export function keepConstraints({ constraints }: RowSource, without: readonly string[]): readonly Constraint[] {
	const ids = constraints.map(({ id }) => id);
	const unknown = without.find((id) => !ids.includes(id));
	if (unknown === undefined) return constraints.filter(({ id }) => !without.includes(id));
	const nearest = findNearest(unknown, ids);
	throw new CounterfoilError('CONDITION_INVALID', 'the model has no such constraint', {
		where: `constraint "${unknown}"`,
		hint: nearest === null ? 'see them with `counterfoil models show`' : `did you mean "${nearest}"?`,
	});
}
