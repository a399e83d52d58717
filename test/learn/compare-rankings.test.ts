import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import { compareRankings } from '../../src/learn/head/compare-rankings.ts';

const DAYS = 20;
const PER_DAY = 50;

function month() {
	const random = createRandom(3);
	const rows = DAYS * PER_DAY;
	const days = Int32Array.from({ length: rows }, (_, row) => Math.floor(row / PER_DAY));
	const labels = Uint8Array.from({ length: rows }, (_, row) => (row % 10 === 0 ? 1 : 0));
	const noisy = (noise: number) => Float64Array.from(labels, (label) => label + noise * random.normal());
	return { days, labels, noisy };
}

test('a ranking that is better beyond chance is said to be better, and not the other way round', () => {
	const { days, labels, noisy } = month();
	const [bad, good] = [noisy(2), noisy(0.5)];
	const better = compareRankings({ days, labels, old: bad, new: good }, 5, createRandom(1));
	assert.ok(better?.isBetter === true && better.precisionGain.low > 0 && better.days === DAYS);
	assert.ok(better.new.precisionAtBudget > better.old.precisionAtBudget && better.ceiling === 1);
	const worse = compareRankings({ days, labels, old: good, new: bad }, 5, createRandom(1));
	assert.ok(worse?.isBetter === false && worse.averagePrecisionGain.high < 0);
	const same = compareRankings({ days, labels, old: good, new: good }, 5, createRandom(1));
	assert.ok(same?.isBetter === false && same.precisionGain.mean === 0);
});

test('days without both kinds of labels do not count, and where no day has them there is nothing to say', () => {
	const { days, labels, noisy } = month();
	const scores = noisy(1);
	const later = labels.map((label, row) => (row < PER_DAY ? 0 : label));
	assert.equal(compareRankings({ days, labels: later, old: scores, new: scores }, 5, createRandom(1))?.days, DAYS - 1);
	const none = new Uint8Array(labels.length);
	assert.equal(compareRankings({ days, labels: none, old: scores, new: scores }, 5, createRandom(1)), null);
});

test('of a day with few labelled records the higher half is looked at, so that the order matters', () => {
	const rows = { days: new Int32Array(4), labels: Uint8Array.of(1, 0, 0, 1) };
	const first = Float64Array.of(4, 3, 2, 1);
	const second = Float64Array.of(4, 1, 2, 3);
	const compared = compareRankings({ ...rows, old: first, new: second }, 100, createRandom(1));
	assert.deepEqual([compared?.old.precisionAtBudget, compared?.new.precisionAtBudget], [0.5, 1]);
});

test('a day or a few on which a ranking is better are not enough to be sure', () => {
	const { days, labels, noisy } = month();
	const [bad, good] = [noisy(2), noisy(0)];
	const compareDays = (count: number) => {
		const end = count * PER_DAY;
		const rows = { days: days.subarray(0, end), labels: labels.subarray(0, end) };
		return compareRankings({ ...rows, old: bad.subarray(0, end), new: good.subarray(0, end) }, 5, createRandom(1));
	};
	const one = compareDays(1);
	assert.ok(one !== null && one.precisionGain.low === one.precisionGain.high && !one.isBetter);
	assert.deepEqual(
		[4, 5].map((count) => compareDays(count)?.isBetter),
		[false, true],
	);
});
