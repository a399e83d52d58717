import assert from 'node:assert/strict';
import { test } from 'node:test';
import { binomialTail, judgeRelease, type ReleaseMeasurements } from '../../src/evaluate/release-gate.ts';

const copies = (found: number, rows: number) => ({ copies: found, rows, share: found / rows });

const GOOD: ReleaseMeasurements = {
	heldOutRows: 1600,
	quality: {
		thresholded: { synthetic: 0.984, floor: 0.88, floorSpread: 0.001, ceiling: 0.988 },
		allPairs: { synthetic: 0.981, floor: 0.959, floorSpread: 0.001, ceiling: 0.986 },
	},
	closestRecord: { share: 0.505, standardError: 0.01, floor: 0.5, sampled: 5000, training: 7000, heldOut: 1600 },
	uniqueCopies: { synthetic: copies(3, 10_000), heldOut: copies(1, 1600), trainingPairs: copies(5, 7000) },
};

function judge(change: Partial<ReleaseMeasurements>) {
	const { verdict, reasons } = judgeRelease({ ...GOOD, ...change });
	return { verdict, checks: reasons.map(({ check }) => check), text: reasons.map(({ text }) => text).join(' ') };
}

test('a table that is better than independent columns and repeats nothing is released with what it passed', () => {
	const judgement = judgeRelease(GOOD);
	assert.equal(judgement.verdict, 'release');
	assert.deepEqual(
		judgement.passed.map(({ check }) => check),
		['held-out rows', 'quality', 'closest record', 'unique copies'],
	);
});

test('with too few held-out rows it is refused, and only that is said', () => {
	const { verdict, checks, text } = judge({
		heldOutRows: 10,
		closestRecord: { ...GOOD.closestRecord, share: 1, standardError: 0 },
	});
	assert.equal(verdict, 'refuse');
	assert.deepEqual(checks, ['held-out rows']);
	assert.match(text, /Too few rows to judge/);
});

test('quality must be above the floor by what draws vary by, or real rows must not be above it either', () => {
	const score = (synthetic: number, ceiling: number, floorSpread = 0) => ({
		synthetic,
		floor: 0.9,
		floorSpread,
		ceiling,
	});
	const both = (synthetic: number, ceiling: number, floorSpread = 0) =>
		judge({
			quality: {
				thresholded: score(synthetic, ceiling, floorSpread),
				allPairs: score(synthetic, ceiling, floorSpread),
			},
		}).verdict;
	assert.equal(both(0.909, 0.95), 'release');
	assert.equal(both(0.907, 0.95), 'refuse');
	assert.equal(both(0.909, 0.95, 0.01), 'refuse');
	assert.equal(both(0.9, 0.905), 'release');
	assert.equal(both(0.89, 0.905), 'refuse');
	// Above in one way of counting pairs is enough, unless it is below in the other.
	const mixed = (allPairs: number) =>
		judge({ quality: { thresholded: score(0.93, 0.95), allPairs: score(allPairs, 0.95) } }).verdict;
	assert.equal(mixed(0.895), 'release');
	assert.equal(mixed(0.88), 'refuse');
});

test('a way of counting without any related pair is left out, and rows under conditions are not compared', () => {
	const none = { synthetic: Number.NaN, floor: Number.NaN, floorSpread: Number.NaN, ceiling: Number.NaN };
	assert.equal(judge({ quality: { thresholded: none, allPairs: GOOD.quality?.allPairs ?? none } }).verdict, 'release');
	assert.equal(judge({ quality: { thresholded: none, allPairs: none } }).verdict, 'release');
	assert.equal(judge({ quality: null }).verdict, 'release');
});

test('the closest-record share is refused above .55, later where few rows leave room for chance', () => {
	const verdict = (share: number, standardError: number, floor = 0.5) =>
		judge({ closestRecord: { ...GOOD.closestRecord, share, standardError, floor } }).checks.join();
	assert.equal(verdict(0.549, 0.005), '');
	assert.equal(verdict(0.551, 0.005), 'closest record');
	assert.equal(verdict(0.6, 0.08), '');
	assert.equal(verdict(0.7, 0.08), 'closest record');
	// Independent columns are as close where held-out rows have values of their own.
	assert.equal(verdict(0.596, 0.024, 0.58), '');
	assert.equal(verdict(0.7, 0.024, 0.58), 'closest record');
});

test('of few rows what chance alone would do in one case of a hundred is let pass', () => {
	const closestRecord = { share: 1, standardError: 0.19, floor: 0.5, training: 2700, heldOut: 300 };
	const verdict = (sampled: number) => judge({ closestRecord: { ...closestRecord, sampled } }).checks.join();
	// A tenth is held out: .9 ** 43 = .0108 and .9 ** 44 = .0097.
	assert.equal(verdict(43), '');
	assert.equal(verdict(44), 'closest record');
	const { passed } = judgeRelease({ ...GOOD, closestRecord: { ...closestRecord, sampled: 20 } });
	assert.match(passed.map(({ text }) => text).join(' '), /20 rows are too few to tell/);
});

test('unique training rows may be repeated as often as real rows do it, and as chance adds', () => {
	const verdict = (synthetic: [number, number], heldOut: [number, number]) =>
		judge({
			uniqueCopies: { synthetic: copies(...synthetic), heldOut: copies(...heldOut), trainingPairs: copies(0, 0) },
		}).checks.join();
	assert.equal(verdict([1560, 10_000], [312, 2000]), '');
	assert.equal(verdict([1900, 10_000], [312, 2000]), 'unique copies');
	assert.equal(verdict([1, 1000], [0, 1000]), '');
	assert.equal(verdict([8, 1000], [0, 1000]), 'unique copies');
	assert.equal(verdict([0, 1000], [0, 1000]), '');
});

test('the limit of copies is the most that would pass', () => {
	const uniqueCopies = { synthetic: copies(8, 1000), heldOut: copies(0, 1000), trainingPairs: copies(0, 0) };
	const [reason] = judgeRelease({ ...GOOD, uniqueCopies }).reasons;
	assert.equal(reason?.limit, 0.006);
	const passed = judgeRelease({ ...GOOD, uniqueCopies: { ...uniqueCopies, synthetic: copies(6, 1000) } });
	assert.equal(passed.passed.find(({ check }) => check === 'unique copies')?.limit, 0.006);
});

test('the binomial tail is that of scipy', () => {
	// scipy.stats.binom.sf(k - 1, n, p)
	assert.ok(Math.abs(binomialTail(10, 7, 0.4) - 0.0547618816) < 1e-12);
	assert.ok(Math.abs(binomialTail(2212, 1900, 10 / 12) / 0.0005417572521561187 - 1) < 1e-9);
	assert.equal(binomialTail(5, 0, 0.1), 1);
});
