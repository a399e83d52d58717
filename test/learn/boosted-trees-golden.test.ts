import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import { fitBoostedTrees } from '../../src/learn/fit-boosted-trees.ts';
import type { LearningTarget } from '../../src/learn/learning-target.ts';
import { labels, numbers, specsOf, tableOf } from './build-table.ts';

// Golden values from XGBoost 3.2.0 (tree_method 'exact', float32), with i = np.arange(240) and
//   a = (i*37)%41; b = ((i*53)%29)/4; c = np.where(i%7==3, np.nan, (i*i)%17); X = np.stack([a,b,c],1)
//   p = dict(n_estimators=5, max_depth=3, learning_rate=.3, reg_lambda=1, min_child_weight=1, tree_method='exact')
// Trees of depth 3 with at most 8 leaves are the same whether grown level by level or leaf by leaf.
const ROWS = 240;
const a = numbers(ROWS, (i) => (i * 37) % 41);
const b = numbers(ROWS, (i) => ((i * 53) % 29) / 4);
const c = numbers(ROWS, (i) => (i % 7 === 3 ? Number.NaN : (i * i) % 17));
const table = tableOf([a, b, c]);
const like = { rounds: 5, maxDepth: 3, maxLeaves: 8, learningRate: 0.3, l2: 1, minChildWeight: 1 };

function isPositive(i: number): boolean {
	const [x, y, z] = [a[i] as number, b[i] as number, c[i] as number];
	const logit = x / 10 - 2 + (Number.isNaN(z) ? 2 : 0) - (y > 4 ? 1.5 : 0);
	return logit + ((i * 71) % 23) / 6 - 2 > 0;
}
const y = labels(ROWS, isPositive);

function fit(target: LearningTarget, weights?: Float64Array) {
	const options = { ...like, random: createRandom(1), ...(weights === undefined ? {} : { weights }) };
	return fitBoostedTrees(table, specsOf(table), target, options);
}

function assertClose(actual: ArrayLike<number>, expected: readonly number[], tolerance = 2e-6): void {
	expected.forEach((value, i) => {
		assert.ok(
			Math.abs((actual[i] as number) - value) <= tolerance * Math.max(1, Math.abs(value)),
			`${i}: ${actual[i]}`,
		);
	});
}

test('log-odds are those of XGBoost where numbers are missing too', () => {
	// y = ((a/10-2+np.where(np.isnan(c),2,0)-(b>4)*1.5+((i*71)%23)/6-2)>0).astype(int)
	// XGBClassifier(base_score=y.mean(), **p).fit(X,y).predict(X, output_margin=True)[:8]
	const model = fit({ type: 'binary', labels: y });
	assertClose(
		model.logOdds(table),
		[
			-1.5667414665222168, -0.1633385419845581, -0.0745052620768547, 1.4736231565475464, 0.11857994645833969,
			-1.0415029525756836, -1.9891650676727295, -2.1641979217529297,
		],
	);
});

test('what each feature adds to the log-odds is what XGBoost says', () => {
	// get_booster().predict(DMatrix(X[:3]), pred_contribs=True, approx_contribs=True)
	const model = fit({ type: 'binary', labels: y });
	assertClose(
		model.contributions(table),
		[
			-1.0323508977890015, 0.26568254828453064, -0.26276442408561707, -0.5373086333274841, 1.1443443298339844,
			-0.9953068494796753, 0.2249327301979065, -0.5373086333274841, 1.1443443298339844, -0.5559113621711731,
			-0.1256295144557953, -0.5373086333274841,
		],
	);
});

test('weighted rows give the log-odds of XGBoost', () => {
	// w = 1+i%3; XGBClassifier(base_score=(y*w).sum()/w.sum(), **p).fit(X, y, sample_weight=w)
	const model = fit(
		{ type: 'binary', labels: y },
		numbers(ROWS, (i) => 1 + (i % 3)),
	);
	assertClose(
		model.logOdds(table),
		[
			-1.0118825435638428, -0.23560228943824768, -0.3895244896411896, 1.8210474252700806, -0.18948669731616974,
			-1.008946180343628, -1.8545242547888792, -2.2828478813171387,
		],
	);
});

test('a number that is learnt is the one XGBoost predicts', () => {
	// v = a*2.0+np.where(np.isnan(c),30,c)*b; XGBRegressor(base_score=v.mean(), **p).fit(X,v).predict(X)[:8]
	const values = numbers(ROWS, (i) => {
		const third = c[i] as number;
		return (a[i] as number) * 2 + (Number.isNaN(third) ? 30 : third) * (b[i] as number);
	});
	assertClose(
		fit({ type: 'numeric', values }).predict(table),
		[
			27.143165588378906, 82.19091796875, 86.3160171508789, 155.4412841796875, 84.52174377441406, 55.69034194946289,
			56.9197998046875, 101.32000732421875,
		],
	);
});

test('probabilities of several classes are those of XGBoost', () => {
	// key = a*29+(i*53)%29; k = np.argsort(np.argsort((key*7)%1189))//80
	// XGBClassifier(objective='multi:softprob', base_score=.5, **p).fit(X,k).predict_proba(X)[:4]
	const key = Array.from({ length: ROWS }, (_, i) => (((a[i] as number) * 29 + ((i * 53) % 29)) * 7) % 1189);
	const sorted = [...key].sort((first, second) => first - second);
	const codes = Int32Array.from(key, (value) => Math.floor(sorted.indexOf(value) / 80));
	assertClose(
		fit({ type: 'multiclass', codes, classes: 3 }).predict(table),
		[
			0.6090155243873596, 0.2670516073703766, 0.1239328384399414, 0.20423533022403717, 0.4981762766838074,
			0.2975883483886719, 0.21507877111434937, 0.20249375700950623, 0.5824275016784668, 0.3047585189342499,
			0.21926908195018768, 0.475972443819046,
		],
	);
});
