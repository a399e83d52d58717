import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findAlerts, quoteName } from '../../src/features/find-alerts.ts';
import { finishProfile } from '../../src/features/finish-profile.ts';
import type { PersonalKind } from '../../src/features/personal-data.ts';
import { profileBatch } from '../../src/features/profile-batch.ts';
import { proposeRoles } from '../../src/features/propose-roles.ts';
import { histogramOf } from '../../src/features/quantile-histogram.ts';
import { type CellInput, cells, tableOf } from './table-of.ts';

const ROWS = 200;
const NOW_MS = Date.UTC(2026, 0, 1);

function alertsOf(
	column: CellInput[],
	name = 'x',
	evidence: { personal?: PersonalKind; numberShare?: number; entities?: string[] } = {},
): { kinds: string[]; messages: string } {
	const profile = finishProfile(profileBatch(tableOf({ [name]: column, other: cells(ROWS, (row) => row % 7) })));
	const alerts = findAlerts(profile, {
		personal: new Map(evidence.personal === undefined ? [] : [[name, evidence.personal]]),
		numberShare: new Map([[name, evidence.numberShare ?? 0]]),
		proposed: proposeRoles(profile),
		entities: evidence.entities ?? [],
		nowMs: NOW_MS,
	});
	const own = alerts.filter((alert) => alert.column === name);
	return { kinds: own.map(({ kind }) => kind), messages: own.map(({ message }) => message).join(' ') };
}

test('each alert is told of the column that gives reason for it, and of no other', () => {
	const column = (make: (row: number) => CellInput) => cells(ROWS, make);
	const expected: [string[], CellInput[]][] = [
		[[], column((row) => (row * 37) % 100)],
		[['constant'], column(() => 'a')],
		[['constant'], column(() => null)],
		[['missing'], column((row) => (row % 2 === 0 ? null : (row * 37) % 100))],
		[['likely-key'], column((row) => `K${row}`)],
		[['imbalance'], column((row) => (row < 4 ? 'no' : 'yes'))],
		[['zeros'], column((row) => (row % 3 === 0 ? (row * 37) % 100 : 0))],
		[['infinite'], column((row) => (row === 3 ? 'inf' : (row * 37) % 100))],
		[['outliers'], column((row) => (row === 3 ? 1e9 : (row * 37) % 100))],
		[['skewed'], column((row) => (row < 190 ? 100 + (row % 10) : 5_000 + row))],
		[['future-dates'], column((row) => (row === 3 ? '9999-12-31' : `2025-03-${String((row % 20) + 10)}`))],
		[['high-cardinality'], column((row) => `some free text about row number ${row} of the table`)],
	];
	for (const [kinds, values] of expected) {
		assert.deepEqual(alertsOf(values).kinds, kinds, `${kinds}: ${values.slice(0, 5)}`);
	}
	assert.deepEqual(
		alertsOf(
			column((row) => (row % 3 === 0 ? 'n.a' : String(row % 5))),
			'x',
			{ numberShare: 0.66 },
		).kinds,
		['mixed-types'],
	);
});

test('many values are told of a column, unless it is named as an entity', () => {
	const customers = cells(ROWS, (row) => `c${row % 120}`);
	assert.deepEqual(alertsOf(customers, 'customer_id').kinds, ['high-cardinality']);
	assert.deepEqual(alertsOf(customers, 'customer_id', { entities: ['customer_id'] }).kinds, []);
});

test('personal data is told once, and no message holds a value', () => {
	const mails = cells(ROWS, (row) => `someone${row}@example.org`);
	const { kinds, messages } = alertsOf(mails, 'mail', { personal: 'email' });
	assert.deepEqual(kinds, ['personal-data']);
	assert.doesNotMatch(messages, /someone|example/);
});

test('key, time and label are proposed by kind and name', () => {
	const profile = finishProfile(
		profileBatch(
			tableOf({
				other_code: cells(ROWS, (row) => `a${row}`),
				'Payment ID': cells(ROWS, (row) => `K${row}`),
				date_of_birth: cells(ROWS, (row) => `1980-03-${String((row % 20) + 10)}`),
				bookedAt: cells(ROWS, (row) => `2025-03-${String((row % 20) + 10)}`),
				isFraud: cells(ROWS, (row) => (row % 20 === 0 ? 1 : 0)),
				default_city: cells(ROWS, (row) => `c${row % 3}`),
			}),
		),
	);
	assert.deepEqual(proposeRoles(profile), { key: 'Payment ID', time: 'bookedAt', label: 'isFraud' });
});

test('names are quoted as a shell wants them', () => {
	assert.equal(quoteName('amount'), 'amount');
	assert.equal(quoteName('cust no'), `'cust no'`);
	assert.equal(quoteName(`it's`), `'it'\\''s'`);
	assert.equal(quoteName('a,b'), `'a\\,b'`);
});

test('a histogram adds up to all values, and follows the quantiles', () => {
	const even = Array.from({ length: 101 }, (_, percent) => percent);
	const shares = histogramOf(even, 7) ?? [];
	assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-12);
	for (const share of shares.slice(1, -1)) assert.ok(Math.abs(share - 0.14) < 1e-9, String(share));
	const low = Array.from({ length: 101 }, (_, percent) => (percent < 90 ? percent / 90 : percent));
	assert.ok((histogramOf(low, 4)?.[0] ?? 0) > 0.88);
	assert.equal(histogramOf(new Array(101).fill(3), 4), null);
});
