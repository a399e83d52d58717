import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERROR_CATALOGUE } from '../../src/contracts/errors.ts';

test('the catalogue is in alphabetical order, so that a code is found', () => {
	const codes = Object.keys(ERROR_CATALOGUE);
	assert.deepEqual(codes, [...codes].sort());
});
