import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EncodedLayout } from '../../src/contracts/features.ts';
import { createRandom } from '../../src/contracts/random.ts';
import { createRowConditions } from '../../src/gan/conditions.ts';
import { createSpanBuffers, drawSpans } from '../../src/gan/draw-spans.ts';

const ROWS = 400;
/** The second choice occurs in no training row, though the network would take it nearly always. */
const layout: EncodedLayout = {
	width: 3,
	spans: [{ start: 0, width: 3, activation: 'softmax', feature: 0, role: 'level', frequencies: [0.5, 0, 0.5] }],
};
const logits = Float32Array.from({ length: ROWS * 3 }, (_, i) => (i % 3 === 1 ? 50 : 0));

function countChoices(onlySeen: boolean): number[] {
	const buffers = createSpanBuffers(ROWS, layout);
	drawSpans(layout, logits, buffers, createRowConditions(ROWS), createRandom(1), { onlySeen });
	return [0, 1, 2].map((k) => buffers.sample.filter((value, i) => i % 3 === k && value === 1).length);
}

test('a choice that no training row has is drawn where that is not ruled out, and never where it is', () => {
	assert.deepEqual(countChoices(false), [0, ROWS, 0]);
	const [first = 0, second, third = 0] = countChoices(true);
	assert.equal(second, 0);
	assert.equal(first + third, ROWS);
	// Five standard deviations of a share of one half of 400 draws.
	assert.ok(Math.abs(first - ROWS / 2) < 50, `${first}`);
});

test('what was drawn before does not show in what is drawn with the same buffers', () => {
	const buffers = createSpanBuffers(ROWS, layout);
	const random = createRandom(2);
	for (let batch = 0; batch < 2; batch++) drawSpans(layout, logits, buffers, createRowConditions(ROWS), random);
	for (let start = 0; start < ROWS * 3; start += 3) {
		const sum = buffers.sample.subarray(start, start + 3).reduce((total, value) => total + value, 0);
		assert.equal(sum, 1);
	}
});
