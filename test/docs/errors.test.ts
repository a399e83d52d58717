import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { describeErrors } from '../../scripts/write-error-docs.ts';
import { ERROR_CATALOGUE } from '../../src/contracts/errors.ts';

test('docs/errors.md is the catalogue (node scripts/write-error-docs.ts writes it)', () => {
	assert.equal(readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8'), describeErrors());
});

test('the catalogue is in alphabetical order, so that a code is found', () => {
	const codes = Object.keys(ERROR_CATALOGUE);
	assert.deepEqual(codes, [...codes].sort());
});
