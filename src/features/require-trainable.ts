import { CounterfoilError } from '../contracts/errors.ts';
import type { TableProfile } from '../contracts/profile.ts';
import { isFeature } from './fit-features.ts';

/** Fewer rows than this cannot be learnt from. */
export const MIN_TRAINING_ROWS = 20;
/** Columns that the refusal names. */
const SHOWN_COLUMNS = 10;

/** @throws TABLE_UNTRAINABLE if the table has too few rows or no column that can be learnt from. */
export function requireTrainable(profile: TableProfile): void {
	if (profile.rows < MIN_TRAINING_ROWS) {
		const rows = profile.rows === 1 ? 'one row' : `${profile.rows} rows`;
		throw new CounterfoilError('TABLE_UNTRAINABLE', `The table has ${rows}, too few to learn from.`, {
			hint: `Give at least ${MIN_TRAINING_ROWS} rows; some hundreds are needed for results worth having.`,
		});
	}
	if (profile.columns.some(isFeature)) return;
	const reasons = profile.columns
		.slice(0, SHOWN_COLUMNS)
		.map(
			({ name, kind, role }) =>
				`"${name}" is ${role === 'feature' ? kind : role === 'ignored' || role === 'truth' ? `${kind}, left out` : `the ${role}`}`,
		);
	if (profile.columns.length > SHOWN_COLUMNS) reasons.push(`and ${profile.columns.length - SHOWN_COLUMNS} more`);
	throw new CounterfoilError('TABLE_UNTRAINABLE', `No column can be learnt from: ${reasons.join('; ')}.`, {
		hint: 'Give a table with a column of numbers, dates or repeating values that is not left out.',
	});
}
