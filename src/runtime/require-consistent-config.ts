import { CounterfoilError } from '../contracts/errors.ts';
import type { RunConfig } from '../contracts/pipeline.ts';

/**
 * Refuses choices that contradict one another, before anything is read.
 *
 * @throws CounterfoilError CONFIG_INVALID
 */
export function requireConsistentConfig({ label, labelPositive, key, ignore, time, alertsPer }: RunConfig): void {
	if (alertsPer !== null && time === null) {
		throw new CounterfoilError('CONFIG_INVALID', `alerts per ${alertsPer} need to know when a record happened`, {
			where: '--alerts',
			hint: 'name the column of dates with --time COLUMN, or give a number of alerts for the whole run',
		});
	}
	if (labelPositive !== null && label === null) {
		throw new CounterfoilError('CONFIG_INVALID', 'a value of the label is named, and no label', {
			where: '--label-positive',
			hint: 'name the column with --label',
		});
	}
	const where = `column "${label}"`;
	if (label !== null && label === key) {
		throw new CounterfoilError('CONFIG_INVALID', 'the column is named as the label and as the key', {
			where,
			hint: 'the key names a record, the label tells whether it is an anomaly; leave one of them out',
		});
	}
	if (label !== null && ignore.includes(label)) {
		throw new CounterfoilError('CONFIG_INVALID', 'the column is named as the label and to be ignored', {
			where,
			hint: 'a label is never trained on; it needs no --ignore',
		});
	}
}
