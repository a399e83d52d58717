import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { finishProfile } from '../../src/features/finish-profile.ts';
import { profileBatch } from '../../src/features/profile-batch.ts';
import { compareSchema, requireSameSchema } from '../../src/features/schema.ts';
import { type CellInput, cells, tableOf } from './table-of.ts';

const columns: [string, CellInput[]][] = [
	['id', cells(100, (row) => `k${row}`)],
	['amount', cells(100, (row) => row / 4)],
	['day', cells(100, (row) => `2024-01-${String((row % 20) + 10)}`)],
	['city', cells(100, (row) => `c${row % 4}`)],
	['fraud', cells(100, (row) => row % 2)],
];
const partial = profileBatch(tableOf(new Map(columns)));
const model = finishProfile(partial, { key: 'id', label: 'fraud' });

function changed(change: (columns: Map<string, CellInput[]>) => void) {
	const table = new Map(columns);
	change(table);
	return profileBatch(tableOf(table));
}

test('the fingerprint is the SHA-256 of names and kinds in order', () => {
	const identity = '[["id","key"],["amount","numeric"],["day","datetime"],["city","categorical"],["fraud","boolean"]]';
	assert.equal(model.fingerprint, createHash('sha256').update(identity).digest('hex'));
});

test('the same columns are no difference, also without the label', () => {
	assert.deepEqual(compareSchema(model, partial), []);
	assert.deepEqual(
		compareSchema(
			model,
			changed((table) => table.delete('fraud')),
		),
		[],
	);
	assert.deepEqual(
		compareSchema(
			model,
			columns.map(([name]) => name),
		),
		[],
	);
});

test('missing and new columns are refused, each in a sentence', () => {
	const fresh = changed((table) => {
		table.delete('amount');
		table.set(
			'sum',
			cells(100, (row) => row),
		);
	});
	assert.deepEqual(
		compareSchema(model, fresh).map(({ type, column }) => [type, column]),
		[
			['missing', 'amount'],
			['new', 'sum'],
		],
	);
	assert.throws(
		() => requireSameSchema(model, fresh),
		(error: { code: string; message: string; hint: string }) =>
			error.code === 'SCHEMA_MISMATCH' && /"amount".*"sum"/.test(error.message) && error.hint !== undefined,
	);
});

test('a missing key is refused, for records could not be recognised', () => {
	assert.throws(
		() =>
			requireSameSchema(
				model,
				changed((table) => table.delete('id')),
			),
		{ code: 'SCHEMA_MISMATCH' },
	);
});

test('columns in another order are noted and accepted', () => {
	const fresh = profileBatch(tableOf(new Map([...columns].reverse())));
	assert.ok(compareSchema(model, fresh).length > 0);
	assert.ok(compareSchema(model, fresh).every(({ type }) => type === 'reordered'));
	requireSameSchema(model, fresh);
});

test('a column that is no longer readable as its kind is refused beyond one cell in twenty', () => {
	const spoil = (name: string, every: number) =>
		changed((table) => {
			const old = table.get(name) as CellInput[];
			table.set(
				name,
				old.map((cell, row) => (row % every === 0 ? 'spoilt' : cell)),
			);
		});
	for (const name of ['amount', 'day']) {
		assert.deepEqual(
			compareSchema(model, spoil(name, 10)).map(({ type, column }) => [type, column]),
			[['retyped', name]],
		);
		assert.deepEqual(compareSchema(model, spoil(name, 25)), []);
	}
	assert.deepEqual(compareSchema(model, spoil('city', 3)), [], 'new levels are for the score to judge');
	assert.deepEqual(
		compareSchema(
			model,
			changed((table) =>
				table.set(
					'amount',
					cells(100, () => null),
				),
			),
		),
		[],
	);
	const american = changed((table) =>
		table.set(
			'day',
			cells(100, (row) => `01/${String((row % 20) + 10)}/2024`),
		),
	);
	assert.deepEqual(
		compareSchema(model, american).map(({ type }) => type),
		['retyped'],
	);
});
