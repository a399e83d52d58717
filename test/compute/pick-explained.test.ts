import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pickExplained } from '../../src/compute/pick-explained.ts';
import { SEVERITY_THRESHOLDS } from '../../src/scoring/options.ts';

const RULE = { alertBudget: 10, alertThreshold: null };

/** Scores that rise with the row number, up to 1. */
function rising(rows: number, from: number) {
	const score = Float64Array.from({ length: rows }, (_, row) => from + ((1 - from) * (row + 1)) / rows);
	return { score, order: score };
}

test('what is of high severity is explained where it is as rare as among training rows', () => {
	const picked = pickExplained(rising(50_000, 0), null, RULE);
	const { high } = SEVERITY_THRESHOLDS;
	assert.deepEqual(
		[...picked],
		[...rising(50_000, 0).score.keys()].filter((row) => (row + 1) / 50_000 >= high),
	);
});

test('of data that has drifted the most surprising hundredth is explained, and every row that may become an alert', () => {
	const scored = rising(50_000, 0.995);
	assert.deepEqual([...pickExplained(scored, null, RULE)], [...scored.score.keys()].slice(-501));
	const budget = pickExplained(scored, null, { ...RULE, alertBudget: 3_000 });
	assert.deepEqual([...budget], [...scored.score.keys()].slice(-3_000));
	// Ten of each of a hundred days, most of which are among the least surprising.
	const days = Float64Array.from({ length: 50_000 }, (_, row) => Math.floor(row / 500));
	const perDay = pickExplained(scored, days, RULE);
	for (let day = 0; day < 100; day++) assert.ok(perDay.includes(500 * day + 499), `day ${day}`);
	assert.ok(perDay.length >= 1_000 && perDay.length <= 1_500, String(perDay.length));
});

test('of a short table up to a hundred rows are explained', () => {
	assert.equal(pickExplained(rising(300, 0.99), null, RULE).length, 100);
	assert.equal(pickExplained(rising(300, 0), null, RULE).length, 10);
});
