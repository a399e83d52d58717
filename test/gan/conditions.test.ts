import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { EncodedSpan } from '../../src/contracts/features.ts';
import { createRandom } from '../../src/contracts/random.ts';
import {
	createRowConditions,
	drawFrequencyConditions,
	drawRealConditions,
	type RowConditions,
	writeConditionVectors,
} from '../../src/gan/conditions.ts';
import { drawMixedRows, mixedLayout } from './mixed-table.ts';

/** Largest difference between the share of a choice among the conditions on its span and its frequency. */
function largestDifference({ spans, choices }: RowConditions, frequenciesOf: (span: EncodedSpan) => readonly number[]) {
	let largest = 0;
	for (const [index, span] of mixedLayout.spans.entries()) {
		if (span.activation === 'tanh') {
			assert.ok(!spans.includes(index));
			continue;
		}
		const drawn = [...choices].filter((_, i) => spans[i] === index);
		// A third of the rows for each of the three softmax spans.
		assert.ok(Math.abs(drawn.length / spans.length - 1 / 3) < 0.02);
		for (const [k, frequency] of frequenciesOf(span).entries()) {
			const share = drawn.filter((choice) => choice === k).length / drawn.length;
			largest = Math.max(largest, Math.abs(share - frequency));
		}
	}
	return largest;
}

it('draws conditions by the frequencies of the layout, not by their logarithms', () => {
	const drawn = createRowConditions(30_000);
	drawFrequencyConditions(drawn, mixedLayout, createRandom(1));
	assert.ok(largestDifference(drawn, ({ frequencies }) => frequencies) < 0.02);
});

it('draws conditions as the real rows have them', () => {
	const real = drawMixedRows(3000, 1);
	const drawn = createRowConditions(30_000);
	drawRealConditions(drawn, real, mixedLayout, createRandom(1));
	const shares = ({ start, width }: EncodedSpan) =>
		Array.from({ length: width }, (_, k) => {
			let count = 0;
			for (let base = 0; base < real.length; base += 9) count += real[base + start + k] as number;
			return count / 3000;
		});
	assert.ok(largestDifference(drawn, shares) < 0.02);
});

it('writes a condition as the one column of the layout that it names', () => {
	const drawn = createRowConditions(3);
	drawn.spans.set([2, -1, 0]);
	drawn.choices.set([1, 0, 3]);
	const target = new Float32Array(3 * 9).fill(7);
	writeConditionVectors(target, drawn, mixedLayout);
	const ones = [...target.keys()].filter((i) => target[i] === 1);
	assert.deepEqual(ones, [5 + 1, 2 * 9 + 3]);
	assert.equal(
		target.reduce((sum, value) => sum + value, 0),
		2,
	);
});
