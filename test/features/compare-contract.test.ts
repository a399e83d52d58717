import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { compareContract } from '../../src/features/compare-contract.ts';
import { finishProfile } from '../../src/features/finish-profile.ts';
import { profileBatch } from '../../src/features/profile-batch.ts';
import { requireSameSchema } from '../../src/features/require-same-schema.ts';
import { makeContract } from '../../src/features/schema-contract.ts';
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
const contract = makeContract(model, partial);

function compare(fresh: Parameters<typeof compareContract>[1]) {
	return compareContract(contract, fresh, 'score');
}

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
	assert.deepEqual(compare(partial), []);
	assert.deepEqual(compare(changed((table) => table.delete('fraud'))), []);
	assert.deepEqual(compare(columns.map(([name]) => name)), []);
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
		compare(fresh).map(({ type, column }) => [type, column]),
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
	assert.deepEqual(
		compare(fresh).map(({ type }) => type),
		['reordered'],
	);
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
			compare(spoil(name, 10)).map(({ type, column }) => [type, column]),
			[['retyped', name]],
		);
		assert.deepEqual(
			compare(spoil(name, 25)).map(({ type, column }) => [type, column]),
			[['unreadable', name]],
		);
		requireSameSchema(model, spoil(name, 25));
	}
	requireSameSchema(model, spoil('city', 3));
	requireSameSchema(
		model,
		changed((table) =>
			table.set(
				'amount',
				cells(100, () => null),
			),
		),
	);
	const american = changed((table) =>
		table.set(
			'day',
			cells(100, (row) => `01/${String((row % 20) + 10)}/2024`),
		),
	);
	assert.deepEqual(
		compare(american).map(({ type }) => type),
		['retyped'],
	);
});

test('a rename is told by the name or by what the column holds', () => {
	const renamed = (name: string) =>
		changed((table) => {
			table.set(name, table.get('amount') as CellInput[]);
			table.delete('amount');
		});
	for (const name of ['amt', 'Amount', 'amonut', 'amount_eur']) {
		const [difference] = compare(renamed(name));
		assert.deepEqual([difference?.type, difference?.newName], ['renamed', name]);
	}
	assert.deepEqual(
		compare(renamed('height')).map(({ type }) => type),
		['missing', 'new'],
		'numbers alone do not tell',
	);
	const moved = changed((table) => {
		table.set('place', table.get('city') as CellInput[]);
		table.set(
			'town',
			cells(100, (row) => `t${row % 3}`),
		);
		table.delete('city');
	});
	assert.deepEqual(
		compare(moved).map(({ type, column, newName }) => [type, column, newName]),
		[
			['renamed', 'city', 'place'],
			['new', 'town', undefined],
		],
	);
});

test('columns that changed places under the same names are told by their values', () => {
	const shifted = changed((table) => {
		const [amount, city] = [table.get('amount'), table.get('city')] as [CellInput[], CellInput[]];
		table.set('amount', city);
		table.set('city', amount);
	});
	assert.deepEqual(
		compare(shifted).map(({ type, column }) => [type, column]),
		[
			['retyped', 'amount'],
			['levels', 'city'],
		],
	);
});

test('new levels are counted by the cells that hold them', () => {
	const fresh = changed((table) =>
		table.set(
			'city',
			cells(100, (row) => (row < 10 ? ` new${row % 2}` : `c${row % 4}`)),
		),
	);
	const [difference, ...others] = compare(fresh);
	assert.deepEqual(others, []);
	assert.equal(difference?.type, 'levels');
	assert.equal(difference?.share, 0.1);
	assert.equal(difference?.now, ' new0,  new1');
	assert.doesNotMatch(difference?.message ?? '', /new0/, 'messages hold no values');
});

test('a range has moved where more values are unusual than chance explains, or the unit is another', () => {
	const amounts = (rows: number, of: (row: number) => number) =>
		compare(
			profileBatch(
				tableOf(
					new Map(columns.map(([name, all]) => [name, name === 'amount' ? cells(rows, of) : all.slice(0, rows)])),
				),
			),
		);
	assert.deepEqual(
		amounts(100, (row) => 24.75 - row / 4),
		[],
	);
	assert.deepEqual(
		amounts(3, () => 30),
		[],
		'three rows tell nothing',
	);
	const [shifted] = amounts(100, (row) => 15 + row / 4);
	assert.equal(shifted?.type, 'range');
	assert.match(shifted?.message ?? '', /61 % of the values lie outside of what was usual/);
	const [cents] = amounts(2, (row) => 1600 + 100 * row);
	assert.match(cents?.message ?? '', /the unit may be another/);
	assert.equal(cents?.before, '0 to 24.5');
});

test('missing cells are told where they became more than chance explains', () => {
	const missing = (every: number) =>
		compare(
			changed((table) =>
				table.set(
					'city',
					cells(100, (row) => (row % every === 0 ? null : `c${row % 4}`)),
				),
			),
		).map(({ type }) => type);
	assert.deepEqual(missing(2), ['missing-share']);
	assert.deepEqual(missing(25), []);
});

test('dates that go on are no difference', () => {
	const later = changed((table) =>
		table.set(
			'day',
			cells(100, (row) => `2031-01-${String((row % 20) + 10)}`),
		),
	);
	assert.deepEqual(compare(later), []);
});

test('whoever takes in a table misses its label too', () => {
	const fresh = changed((table) => table.delete('fraud'));
	assert.deepEqual(
		compareContract(contract, fresh, 'ingest').map(({ type, column }) => [type, column]),
		[['missing', 'fraud']],
	);
});
