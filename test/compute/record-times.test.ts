import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRecordTimes, requireTimeColumn } from '../../src/compute/record-times.ts';
import type { ColumnProfile, TableProfile } from '../../src/contracts/profile.ts';

const column = (name: string, more: Partial<ColumnProfile>): ColumnProfile => ({
	name,
	kind: 'numeric',
	role: 'feature',
	rows: 3,
	missing: 0,
	distinct: 3,
	levels: [],
	...more,
});
const profile: TableProfile = {
	rows: 3,
	fingerprint: '',
	columns: [
		column('amount', {}),
		column('at', { kind: 'datetime', dateFormat: 'YYYY-MM-DD HH:mm+02:00' }),
		column('day', { kind: 'datetime', role: 'ignored', dateFormat: 'DD/MM/YYYY' }),
	],
};

test('times are read in UTC, whatever offset they are written with', () => {
	const cells = {
		type: 'text',
		codes: Int32Array.of(0, -1, 1),
		dictionary: ['2026-03-02 01:30+02:00', 'soon'],
	} as const;
	const batch = { rows: 3, names: ['at'], columns: [cells] };
	assert.deepEqual([...readRecordTimes(batch, profile, 'at')], [Date.UTC(2026, 2, 1, 23, 30), Number.NaN, Number.NaN]);
});

test('a column that is not there or has no dates is refused, and those with dates are named', () => {
	for (const [name, code] of [
		['when', 'COLUMN_UNKNOWN'],
		['amount', 'CONFIG_INVALID'],
	] as const) {
		assert.throws(() => requireTimeColumn(profile, name), { code, hint: 'columns of dates: "at", "day"' });
	}
	assert.equal(requireTimeColumn(profile, 'day'), 'DD/MM/YYYY');
});
