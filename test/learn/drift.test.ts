import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MISSING_LEVEL, UNSEEN_LEVEL } from '../../src/contracts/features.ts';
import { createRandom } from '../../src/contracts/random.ts';
import { DRIFT_LIMITS, measureDrift } from '../../src/learn/drift/measure-drift.ts';
import { areaPValue, kolmogorovSmirnov, stabilityIndex } from '../../src/learn/drift/two-samples.ts';
import { codes, numbers, specsOf, tableOf } from './build-table.ts';

const close = (value: number, wanted: number, share = 1e-9) =>
	assert.ok(Math.abs(value - wanted) <= share * Math.abs(wanted), `${value}, not ${wanted}`);

// a = [i*37%101 for i in range(80)]; b = [(i*53%97)*1.1+8 for i in range(60)]
// r = stats.ks_2samp(a, b); r.statistic, special.kolmogorov(sqrt(80*60/140)*r.statistic)   (scipy 1.17.1)
test('the Kolmogorov-Smirnov test is that of scipy', () => {
	const a = numbers(80, (i) => (i * 37) % 101);
	const b = numbers(60, (i) => ((i * 53) % 97) * 1.1 + 8);
	const { distance, pValue } = kolmogorovSmirnov(a, b) ?? { distance: 0, pValue: 0 };
	close(distance, 0.125);
	close(pValue, 0.6576398397424086);
	assert.equal(kolmogorovSmirnov(Float64Array.of(Number.NaN), b), null);
});

// p = (after+.5)/sum, q = (before+.5)/sum; ((p-q)*np.log(p/q)).sum()
test('the stability index is that of its formula, and bins that nobody is in do not count', () => {
	close(stabilityIndex([10, 20, 30, 0, 5], [5, 25, 10, 12, 5]), 1.0141111108033192);
	close(stabilityIndex([10, 20, 30, 0, 5, 0, 0], [5, 25, 10, 12, 5, 0, 0]), 1.0141111108033192);
	assert.equal(stabilityIndex([10, 20], [10, 20]), 0);
});

// v = (2*n+1)/(12*n*n); stats.norm.sf((areas-.5).sum()/np.sqrt(3*v)), n = 400
test('the p-value of areas is that of a Mann-Whitney test of all folds', () => {
	close(areaPValue([0.53, 0.51, 0.55], 400), 0.005479634046767299);
	close(areaPValue([0.49, 0.505, 0.502], 400), 0.5337897358115461);
	close(areaPValue([0.6, 0.62, 0.61], 400), 5.395320077938794e-21, 1e-6);
});

function world(rows: number, seed: number, shifted: boolean) {
	const random = createRandom(seed);
	const amounts = numbers(rows, () => Math.round(100 * random.uniform()) + (shifted ? 15 : 0));
	const levels = codes(rows, () => (shifted && random.uniform() < 0.1 ? UNSEEN_LEVEL : random.integer(4)));
	const ages = numbers(rows, () => (random.uniform() < (shifted ? 0.3 : 0.1) ? Number.NaN : random.integer(80)));
	const steady = codes(rows, () => (random.uniform() < 0.05 ? MISSING_LEVEL : random.integer(3)));
	return tableOf([amounts, levels, ages, steady]);
}

test('what has drifted is named, and what has not is not', () => {
	const before = world(4_000, 1, false);
	const specs = specsOf(before);
	const same = measureDrift(before, world(2_000, 2, false), specs, DRIFT_LIMITS, createRandom(1));
	assert.equal(same.isDrifted, false);
	assert.ok(same.whole.pValue > 0.01, `${same.whole.pValue}`);
	const other = measureDrift(before, world(2_000, 3, true), specs, DRIFT_LIMITS, createRandom(1));
	const drifted = other.columns.flatMap(({ feature, metrics }) =>
		metrics.flatMap(({ name, isDrifted }) => (isDrifted ? [`${feature} ${name}`] : [])),
	);
	assert.deepEqual(drifted.sort(), ['x0 ks', 'x0 psi', 'x1 new_levels', 'x1 psi', 'x2 missing', 'x2 psi']);
	assert.ok(other.whole.isDrifted && other.whole.pValue < 1e-9);
	assert.ok(other.whole.features.slice(0, 3).every(({ feature }) => feature !== 'x3'));
});

test('columns whose values are as before but no longer go together are told by the discriminator alone', () => {
	const rows = 3_000;
	const pair = (seed: number, together: boolean) => {
		const random = createRandom(seed);
		const first = codes(rows, () => random.integer(4));
		return tableOf([first, first.map((code) => (together ? code : random.integer(4)))]);
	};
	const before = pair(1, true);
	const report = measureDrift(before, pair(2, false), specsOf(before), DRIFT_LIMITS, createRandom(1));
	assert.ok(report.columns.every(({ isDrifted }) => !isDrifted));
	assert.ok(report.whole.isDrifted && report.isDrifted);
});
