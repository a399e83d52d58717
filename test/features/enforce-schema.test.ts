import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SchemaPolicy } from '../../src/contracts/schema-contract.ts';
import { cellText } from '../../src/contracts/table.ts';
import { compareContract } from '../../src/features/compare-contract.ts';
import { decideSchema } from '../../src/features/decide-schema.ts';
import { createSchemaEnforcer } from '../../src/features/enforce-schema.ts';
import { finishProfile } from '../../src/features/finish-profile.ts';
import { profileBatch } from '../../src/features/profile-batch.ts';
import { makeContract } from '../../src/features/schema-contract.ts';
import { fc } from '../properties.ts';
import { type CellInput, cells, tableOf } from './table-of.ts';

const known = tableOf({
	amount: cells(60, (row) => row / 4),
	day: cells(60, (row) => `2024-01-${String((row % 20) + 10)}`),
	city: cells(60, (row) => `c${row % 3}`),
});
const contract = makeContract(finishProfile(profileBatch(known)), profileBatch(known));

function enforce(columns: Record<string, CellInput[]>, table: SchemaPolicy, own: Record<string, SchemaPolicy> = {}) {
	const batch = tableOf(columns);
	const policies = {
		table,
		columns: Object.entries(own).map(([column, policy]) => ({ column, policy })),
	};
	const decided = decideSchema(compareContract(contract, profileBatch(batch), 'ingest'), policies, 'ingest');
	const enforcer = createSchemaEnforcer(contract, decided, batch.names);
	const { batch: left, discarded } = enforcer.apply(batch);
	const rows = Array.from({ length: left.rows }, (_, row) => left.columns.map((column) => cellText(column, row)));
	return { names: enforcer.names, batch: left, rows, discarded, repairs: [...enforcer.repairs()] };
}

const SPOILT = {
	amount: ['1', 'oops', 'NA', '4', null],
	day: ['2024-01-10', '2024-01-11', '10/31/2024', '2024-01-12', '2024-01-13'],
	city: ['c0', 'c1', 'c2', 'elsewhere', 'c0'],
};

test('rows with a cell that is not of its column are left out, each once, with the reason', () => {
	const { rows, discarded } = enforce(SPOILT, 'discard-row', { city: 'discard-row' });
	assert.deepEqual(rows, [
		['1', '2024-01-10', 'c0'],
		[null, '2024-01-13', 'c0'],
	]);
	assert.deepEqual(discarded, [
		{ row: 1, column: 'amount', reason: 'SCHEMA_TYPE' },
		{ row: 2, column: 'day', reason: 'SCHEMA_TYPE' },
		{ row: 3, column: 'city', reason: 'SCHEMA_LEVEL' },
	]);
});

test('values that are not of their column become missing and are counted; other cells stay as they are', () => {
	const { rows, discarded, repairs, batch } = enforce(SPOILT, 'discard-value', { city: 'discard-value' });
	assert.deepEqual(discarded, []);
	assert.deepEqual(rows, [
		['1', '2024-01-10', 'c0'],
		[null, '2024-01-11', 'c1'],
		['NA', null, 'c2'],
		['4', '2024-01-12', null],
		[null, '2024-01-13', 'c0'],
	]);
	assert.deepEqual(repairs, [
		['amount', 1],
		['day', 1],
		['city', 1],
	]);
	const texts = batch.columns.flatMap((column) => (column.type === 'text' ? column.dictionary : []));
	assert.ok(!texts.includes('elsewhere'), 'what was left out is not stored either');
});

test('a new column is left out with its values or with the rows that have one; a missing one is filled in', () => {
	const base = { amount: ['1', '2'], city: ['c0', 'c1'], extra: [null, 'x'] };
	const values = enforce(base, 'discard-value');
	assert.deepEqual(values.names, ['amount', 'city', 'day']);
	assert.deepEqual(values.rows, [
		['1', 'c0', null],
		['2', 'c1', null],
	]);
	assert.deepEqual(values.repairs, [
		['extra', 1],
		['day', 2],
	]);
	const rows = enforce({ ...base, day: ['2024-01-10', '2024-01-11'] }, 'discard-row');
	assert.deepEqual(rows.names, ['amount', 'city', 'day']);
	assert.deepEqual(rows.rows, [['1', 'c0', '2024-01-10']]);
	assert.deepEqual(rows.discarded, [{ row: 1, column: 'extra', reason: 'SCHEMA_NEW_COLUMN' }]);
});

test('whatever the cells are, every row is kept or discarded, and what is kept is of its kind', () => {
	const cell = fc.oneof(
		fc.constant(null),
		fc.double({ noNaN: true }).map(String),
		fc.constantFrom('c0', 'zz', '?', '1e3'),
	);
	fc.assert(
		fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 40 }), (pairs) => {
			const columns = {
				amount: pairs.map(([amount]) => amount),
				day: pairs.map(() => '2024-01-10'),
				city: pairs.map(([, city]) => city),
			};
			const { rows, discarded } = enforce(columns, 'discard-row', { city: 'discard-row' });
			assert.equal(rows.length + discarded.length, pairs.length);
			for (const [amount = null, , city = null] of rows) {
				assert.ok(amount === null || amount === '?' || !Number.isNaN(Number(amount)) || /infinity/i.test(amount));
				assert.ok(city === null || city === 'c0' || city === '?');
			}
		}),
	);
});
