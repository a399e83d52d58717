import { CounterfoilError } from '../contracts/errors.ts';
import { findNearest } from '../contracts/find-nearest.ts';

/** @throws COLUMN_UNKNOWN for the first of the asked columns that a table does not have, with the nearest name. */
export function requireColumns(names: Iterable<string>, asked: Iterable<string | undefined>): void {
	const known = new Set(names);
	for (const name of asked) {
		if (name === undefined || known.has(name)) continue;
		const nearest = findNearest(name, known);
		throw new CounterfoilError('COLUMN_UNKNOWN', 'The table has no such column.', {
			where: `column "${name}"`,
			hint:
				nearest === null
					? `The columns are: ${[...known].slice(0, 30).join(', ')}${known.size > 30 ? ', ...' : ''}.`
					: `Did you mean "${nearest}"?`,
		});
	}
}
