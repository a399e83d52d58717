import type { Constraint } from '../../contracts/constraints.ts';
import { CounterfoilError } from '../../contracts/errors.ts';
import { findNearest } from '../../contracts/find-nearest.ts';

/**
 * The constraints but for those of the ids.
 *
 * @throws CONDITION_INVALID if there is none with an id.
 */
export function withoutConstraints(constraints: readonly Constraint[], ids: readonly string[]): Constraint[] {
	const known = constraints.map(({ id }) => id);
	for (const id of ids) {
		if (known.includes(id)) continue;
		const nearest = findNearest(id, known);
		throw new CounterfoilError('CONDITION_INVALID', `The model has no constraint "${id}".`, {
			hint:
				nearest === null
					? 'See the constraints of a model with: counterfoil models show MODEL'
					: `Did you mean ${nearest}?`,
		});
	}
	return constraints.filter(({ id }) => !ids.includes(id));
}
