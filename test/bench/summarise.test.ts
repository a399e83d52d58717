import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DetectionRun } from '../../bench/detection/detection-run.ts';
import { comparePaired, countWins, meanRanks, summariseDetectors } from '../../bench/detection/summarise.ts';
import { createRandom } from '../../src/contracts/random.ts';

const run = (detector: string, name: string, seed: number, auroc: number | null): DetectionRun => ({
	suite: 'tables',
	case: name,
	detector,
	seed,
	date: '2026-01-01',
	status: auroc === null ? 'timed-out' : 'ok',
	note: null,
	rows: 200,
	anomalies: 20,
	measures: auroc === null ? null : { auroc, averagePrecision: auroc / 2, precisionAt100: auroc / 4, kinds: null },
	seconds: 4 + seed,
	cpuSeconds: auroc === null ? null : 2,
	peakMb: auroc === null ? null : 100 * (seed + 1),
});

test('the mean rank counts from 1 for the best, and equals share theirs', () => {
	const values = [
		[0.9, 0.5, 0.7],
		[0.8, 0.5, 0.9],
		[0.7, 0.6, 0.7],
	];
	// Ranks by column: 1 2 3; 2.5 2.5 1; 2.5 1 2.5.
	assert.deepEqual(meanRanks(values), [6 / 3, 5.5 / 3, 6.5 / 3]);
});

test('a win is a case on which nobody is better, so that equals win together', () => {
	assert.deepEqual(
		countWins([
			[0.9, 0.5],
			[0.8, 0.5],
		]),
		[2, 1],
	);
});

test('a detector is summarised over its seeds first and its cases then', () => {
	const runs = [
		run('a', 'x', 0, 0.6),
		run('a', 'x', 1, 0.8),
		run('a', 'y', 0, 0.9),
		run('b', 'x', 0, 0.5),
		run('b', 'y', 0, 1),
	];
	const [first, second] = summariseDetectors(runs, ['x', 'y']);
	assert.equal(first?.detector, 'a');
	assert.ok(Math.abs((first?.auroc ?? 0) - 0.8) < 1e-12, 'seeds of x count once, not twice');
	assert.deepEqual([first?.rank.auroc, first?.wins.auroc], [1.5, 1]);
	assert.deepEqual(first?.seeds, [1, 2]);
	assert.equal(first?.peakMb, 200);
	assert.deepEqual([second?.detector, second?.auroc, second?.seconds], ['b', 0.75, 4]);
});

test('a fit that did not end counts as a score that knows nothing, and is told', () => {
	const [summary] = summariseDetectors([run('slow', 'x', 0, null)], ['x']);
	assert.deepEqual([summary?.auroc, summary?.averagePrecision, summary?.precisionAt100], [0.5, 0.1, 0.1]);
	assert.deepEqual([summary?.notDone, summary?.seconds, summary?.cpuSeconds], [1, 4, null]);
});

test('a detector that was not run on every case is left out, as its mean would be of other tables', () => {
	const runs = [run('a', 'x', 0, 0.6), run('a', 'y', 0, 0.6), run('b', 'x', 0, 0.9)];
	assert.deepEqual(
		summariseDetectors(runs, ['x', 'y']).map(({ detector }) => detector),
		['a'],
	);
});

test('the paired bootstrap interval is that of the mean difference', () => {
	const random = createRandom(3);
	const theirs = Array.from({ length: 400 }, () => 10 * random.normal());
	const ours = theirs.map((value) => value + 0.2 + random.normal());
	const { mean, low, high, better, equal, worse } = comparePaired(ours, theirs, createRandom(0));
	// The spread of the pairs' differences is 1, that of the values 10: only pairing gives a narrow interval.
	const halfWidth = 1.96 / Math.sqrt(400);
	assert.ok(Math.abs((high - low) / 2 - halfWidth) < 0.1 * halfWidth, `half the interval is ${(high - low) / 2}`);
	assert.ok(low < mean && mean < high);
	assert.equal(better + equal + worse, 400);
	assert.ok(better > worse);
});

test('the interval of equal differences is a point', () => {
	const { mean, low, high, better } = comparePaired([3, 2, 1], [2, 1, 0], createRandom(0));
	assert.deepEqual([mean, low, high, better], [1, 1, 1, 3]);
});
