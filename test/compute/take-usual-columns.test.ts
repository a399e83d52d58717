import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takeUsualColumns } from '../../src/compute/take-usual-columns.ts';
import { DEFAULT_CONFIG, type RunConfig } from '../../src/contracts/run-config.ts';

const USUAL = { label: 'is_fraud', key: 'id', time: 'at', truth: ['kind', 'closed'] };
const NAMES = ['id', 'at', 'amount', 'is_fraud', 'kind'];

function take(named: Partial<RunConfig>, names: readonly string[] = NAMES) {
	return takeUsualColumns({ ...DEFAULT_CONFIG, usual: USUAL, ...named }, names);
}

test('columns are what they were in the table of the model, where the table has them', () => {
	assert.deepEqual(take({}), { label: 'is_fraud', key: 'id', truth: ['kind'] });
	assert.deepEqual(take({}, ['amount', 'id']), { key: 'id' });
	assert.equal(take({}, ['amount']), undefined);
	assert.equal(takeUsualColumns(DEFAULT_CONFIG, NAMES), undefined);
});

test('what is named wins, and a column is not two things', () => {
	assert.deepEqual(take({ label: 'other', key: 'other' }), { truth: ['kind'] });
	assert.deepEqual(take({ key: 'is_fraud' }), { truth: ['kind'] });
	assert.deepEqual(take({ ignore: ['kind'] }), { label: 'is_fraud', key: 'id' });
	assert.deepEqual(take({ truth: ['amount'] }), { label: 'is_fraud', key: 'id' });
});
