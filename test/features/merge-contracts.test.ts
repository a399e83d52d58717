import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareContract } from '../../src/features/compare-contract.ts';
import { finishProfile } from '../../src/features/finish-profile.ts';
import { mergeContracts } from '../../src/features/merge-contracts.ts';
import { profileBatch } from '../../src/features/profile-batch.ts';
import { makeContract } from '../../src/features/schema-contract.ts';
import { type CellInput, cells, tableOf } from './table-of.ts';

function contractOf(columns: Record<string, CellInput[]>) {
	const partial = profileBatch(tableOf(columns));
	return makeContract(finishProfile(partial), partial);
}

const month = contractOf({
	amount: cells(100, (row) => row + 0.5),
	city: cells(100, (row) => `c${row % 4}`),
	seldom: cells(100, (row) => (row < 50 ? null : `${row}.25`)),
});

test('a day of one row leaves the kinds and the levels as they were known', () => {
	const day = contractOf({ amount: [12.5], city: ['c9'], seldom: [null] });
	assert.equal(day.columns[0]?.kind, 'constant');
	const merged = mergeContracts(month, day, new Set());
	assert.deepEqual(
		merged.columns.map(({ kind }) => kind),
		['numeric', 'categorical', 'numeric'],
	);
	assert.equal(merged.rows, 101);
	const again = profileBatch(tableOf({ amount: [99], city: ['c9'], seldom: [1.25] }));
	assert.deepEqual(compareContract(merged, again, 'ingest'), [], 'the level is new once');
	const other = profileBatch(tableOf({ amount: [99], city: ['c8'], seldom: [1.25] }));
	assert.deepEqual(
		compareContract(merged, other, 'ingest').map(({ type }) => type),
		['levels'],
	);
});

test('ranges widen, and shares are those of all rows', () => {
	const next = contractOf({
		amount: cells(100, (row) => row + 50.5),
		city: cells(100, () => 'c0').with(0, 'c1'),
		seldom: cells(100, (row) => `${row}.25`),
	});
	const [amount, city, seldom] = mergeContracts(month, next, new Set()).columns;
	assert.deepEqual([amount?.numbers?.min, amount?.numbers?.max], [0.5, 149.5]);
	assert.equal(seldom?.missingShare, 0.25);
	assert.deepEqual(city?.levels?.known[0], { level: 'c0', share: (0.25 + 0.99) / 2 });
	assert.equal(city?.levels?.areAll, true);
});

test('a column that is of another kind by now starts anew, and one that is gone is forgotten', () => {
	const next = contractOf({ amount: cells(100, (row) => `word${row % 3}`), city: cells(100, (row) => `c${row % 4}`) });
	const merged = mergeContracts(month, next, new Set(['amount']));
	assert.deepEqual(merged.columns[0], next.columns[0]);
	assert.deepEqual(
		merged.columns.map(({ name }) => name),
		['amount', 'city'],
	);
});
