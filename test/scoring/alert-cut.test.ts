import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAlertCut, defaultAlertBudget, isAlert } from '../../src/scoring/alert-cut.ts';
import { fc } from '../properties.ts';

test('exactly the budget is alerted, the most surprising first and ties by row number, however rows are cut into shards', () => {
	fc.assert(
		fc.property(
			fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 }),
			fc.integer({ min: 0, max: 20 }),
			fc.integer({ min: 1, max: 17 }),
			(values, budget, shardRows) => {
				const kept = createAlertCut(budget);
				for (let i = 0; i < values.length; i += shardRows) {
					kept.add(Float64Array.from(values.slice(i, i + shardRows)), i);
				}
				const cut = kept.cut();
				const alerts = values.flatMap((value, row) => (isAlert(value, row, cut) ? [row] : []));
				const expected = values
					.map((value, row) => ({ value, row }))
					.sort((a, b) => b.value - a.value || a.row - b.row)
					.slice(0, budget)
					.map(({ row }) => row)
					.sort((a, b) => a - b);
				assert.deepEqual(alerts, expected);
				assert.equal(cut.alerts, expected.length);
			},
		),
	);
});

test('without a budget of its own a run alerts 1 % of its rows, at least 1 and at most 100', () => {
	assert.deepEqual([0, 10, 215, 20_000, 5_000_000].map(defaultAlertBudget), [1, 1, 2, 100, 100]);
});
