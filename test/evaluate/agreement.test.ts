import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rankCorrelation, sharedAmongFirst } from '../../src/evaluate/agreement.ts';

test('rank correlation is that of scipy, ties included', () => {
	// scipy.stats.spearmanr([1, 2, 2, 4, 9, 3], [3, 1, 5, 5, 5, 2]).statistic
	const value = rankCorrelation(Float64Array.of(1, 2, 2, 4, 9, 3), Float64Array.of(3, 1, 5, 5, 5, 2));
	assert.ok(Math.abs(value - 0.46203082772527304) < 1e-12, `${value}`);
	assert.equal(rankCorrelation(Float64Array.of(1, 2, 3), Float64Array.of(-1, -20, -300)), -1);
	assert.ok(Number.isNaN(rankCorrelation(Float64Array.of(1, 2), Float64Array.of(7, 7))));
});

test('the first of two orders share what is in both', () => {
	const ours = Float64Array.of(9, 8, 7, 1, 2);
	const theirs = Float64Array.of(0, 5, 1, 6, 7);
	assert.equal(sharedAmongFirst(ours, theirs, 3), 1);
	assert.equal(sharedAmongFirst(ours, theirs, 5), 5);
	assert.equal(sharedAmongFirst(ours, ours, 2), 2);
});
