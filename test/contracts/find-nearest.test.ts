import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findNearest } from '../../src/contracts/find-nearest.ts';

test('a name with a letter wrong, missing, too many, swapped or in another case is understood', () => {
	const names = ['label', 'age', 'country'];
	for (const typed of ['lable', 'labl', 'labell', 'LABEL', 'lapel']) assert.equal(findNearest(typed, names), 'label');
	assert.equal(findNearest('cuontrys', names), 'country');
});

test('of names that are no closer than chance none is suggested', () => {
	assert.equal(findNearest('amount', ['label', 'age', 'country']), null);
	assert.equal(findNearest('abel', ['table_of_labels']), null);
	assert.equal(findNearest('x', []), null);
});
