import { CounterfoilError } from '../contracts/errors.ts';
import type { TableProfile } from '../contracts/profile.ts';
import { labelKey } from './read-labels.ts';

/**
 * Where all values of the label are known, the one that counts as the anomaly has to be among them.
 *
 * @throws CounterfoilError CONFIG_INVALID
 */
export function requirePositive({ columns }: TableProfile, positive: string | null): void {
	const label = columns.find(({ role }) => role === 'label');
	if (label === undefined || positive === null || label.levels.length < label.distinct) return;
	const wanted = labelKey(label.kind, positive);
	if (label.levels.some(({ level }) => labelKey(label.kind, level) === wanted)) return;
	throw new CounterfoilError('CONFIG_INVALID', 'the label has no such value', {
		where: `column "${label.name}"`,
		hint: `it has ${label.distinct} different values; name the one of the anomalies with --label-positive`,
	});
}
