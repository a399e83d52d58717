import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import { fitCalibration, pValueOf, rankOf, scoreOf, severity } from '../../src/scoring/calibration.ts';

test('the score is the mid-rank and the p-value counts the rows that are at least as surprising', () => {
	const calibration = fitCalibration(new Float64Array([5, 1, 3, 3, 9]), 100);
	const at = (surprise: number) => {
		const rank = rankOf(calibration, surprise);
		return [scoreOf(calibration, rank), pValueOf(calibration, rank)];
	};
	assert.deepEqual(at(0), [0, 1]);
	assert.deepEqual(at(1), [0.1, 1]);
	assert.deepEqual(at(3), [0.4, 5 / 6]);
	assert.deepEqual(at(4), [0.6, 3 / 6]);
	assert.deepEqual(at(9), [0.9, 2 / 6]);
	assert.deepEqual(at(10), [1, 1 / 6]);
	assert.deepEqual(at(3 + 1e-7), at(3));
});

test('with fewer points than rows the upper tail is exact and the rest is within half a percent', () => {
	const surprises = new Float64Array(50_000);
	createRandom(1).fillNormal(surprises);
	const calibration = fitCalibration(surprises, 1000);
	assert.equal(calibration.surprises.length, 1000);
	const sorted = surprises.slice().sort();
	for (let i = 0; i < 50_000; i += 97) {
		const score = scoreOf(calibration, rankOf(calibration, sorted[i] as number));
		assert.ok(Math.abs(score - i / 50_000) < 0.005, `${i}: ${score}`);
	}
	for (let i = 49_700; i < 50_000; i++) {
		const { below, upTo } = rankOf(calibration, sorted[i] as number);
		assert.ok(below <= i && upTo > i && upTo - below <= 2);
	}
	let last = -1;
	for (let s = -6; s < 6; s += 0.001) {
		const score = scoreOf(calibration, rankOf(calibration, s));
		assert.ok(score >= last);
		last = score;
	}
});

test('severities begin at .95, .99 and .999', () => {
	assert.deepEqual([0, 0.9499, 0.95, 0.99, 0.9989, 0.999, 1].map(severity), [
		'low',
		'low',
		'medium',
		'high',
		'high',
		'critical',
		'critical',
	]);
});
