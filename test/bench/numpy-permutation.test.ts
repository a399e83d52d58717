import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numpyPermutation } from '../../bench/numpy-permutation.ts';

/**
 * python3 -c "
 * from numpy.random import RandomState as R
 * print(*R(0).permutation(20)); print(*R(7).permutation(49097)[:8]); print(*R(2**32 - 1).permutation(5))
 * s = 0
 * for v in R(0).permutation(49097)[:10000]: s = (s * 31 + int(v)) % 1000003
 * print(s)"    (numpy 2.4.6)
 */
test('the permutation is the one that numpy draws', () => {
	assert.deepEqual(
		[...numpyPermutation(0, 20)],
		[18, 1, 19, 8, 10, 17, 6, 13, 4, 2, 5, 14, 9, 7, 16, 11, 3, 0, 15, 12],
	);
	assert.deepEqual(
		[...numpyPermutation(7, 49_097).subarray(0, 8)],
		[27_726, 15_293, 4_217, 3_143, 34_486, 22_617, 30_419, 38_566],
	);
	assert.deepEqual([...numpyPermutation(2 ** 32 - 1, 5)], [4, 1, 0, 2, 3]);
});

test('the sample of the longest table is the one that the Python prototypes take', () => {
	const sample = numpyPermutation(0, 49_097).subarray(0, 10_000);
	assert.equal(
		sample.reduce((sum, row) => (sum * 31 + row) % 1_000_003, 0),
		791_663,
	);
});
