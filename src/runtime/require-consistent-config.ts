import { alertTimeOf } from '../contracts/alert-time.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import type { RunConfig } from '../contracts/run-config.ts';

/**
 * Refuses choices that contradict one another, before anything is read.
 *
 * @throws CounterfoilError CONFIG_INVALID
 */
export function requireConsistentConfig(config: RunConfig): void {
	const { label, labelPositive, key, ignore, truth = [], entity, time, alertsPer, generator } = config;
	if (generator.steps !== null && generator.budgetSeconds !== null) {
		throw new CounterfoilError('CONFIG_INVALID', 'steps and a time are named for the training, which may disagree', {
			where: '--budget',
			hint: 'leave out --steps or --budget',
		});
	}
	if (alertsPer !== null && alertTimeOf(config) === null) {
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
	if (label !== null && (ignore.includes(label) || truth.includes(label))) {
		throw new CounterfoilError('CONFIG_INVALID', 'the column is named as the label and to be ignored', {
			where,
			hint: 'no score looks at a label; it needs no --ignore',
		});
	}
	requireConsistentEntities({ label, key, entity, time });
}

function requireConsistentEntities({
	label,
	key,
	entity,
	time,
}: Pick<RunConfig, 'label' | 'key' | 'entity' | 'time'>): void {
	const twice = entity.find((name, at) => entity.indexOf(name) !== at);
	if (twice !== undefined) {
		throw new CounterfoilError('CONFIG_INVALID', 'the column is named as an entity twice', {
			where: `column "${twice}"`,
			hint: 'name each entity once',
		});
	}
	const clashes = [
		[label, 'the label', 'a label must not be seen by the score; leave one of them out'],
		[key, 'the key', 'a key names a record, an entity has many; leave one of them out'],
		[time, 'the time', 'an entity is who acts, the time is when; leave one of them out'],
	] as const;
	for (const [column, what, hint] of clashes) {
		if (column === null || !entity.includes(column)) continue;
		throw new CounterfoilError('CONFIG_INVALID', `the column is named as an entity and as ${what}`, {
			where: `column "${column}"`,
			hint,
		});
	}
	if (time === null || entity.length === 0) return;
	for (const [column, what] of [
		[label, 'the label'],
		[key, 'the key'],
	] as const) {
		if (column !== time) continue;
		throw new CounterfoilError('CONFIG_INVALID', `the column is named as the time and as ${what}`, {
			where: `column "${time}"`,
			hint: 'leave one of them out',
		});
	}
}
