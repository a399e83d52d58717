import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MISSING_LEVEL, UNSEEN_LEVEL } from '../../src/contracts/features.ts';
import { createRandom } from '../../src/contracts/random.ts';
import { auroc } from '../../src/evaluate/detection.ts';
import { pickRows } from '../../src/features/pick-rows.ts';
import { type FitTreesOptions, fitBoostedTrees } from '../../src/learn/fit-boosted-trees.ts';
import type { LearningTarget } from '../../src/learn/learning-target.ts';
import { restoreBoostedTrees } from '../../src/learn/restore-boosted-trees.ts';
import { fc } from '../properties.ts';
import { codes, labels, numbers, specsOf, tableOf } from './build-table.ts';

const ROWS = 600;
const random = createRandom(11);
const amount = numbers(ROWS, () => Math.exp(random.normal()));
const kind = codes(ROWS, () => random.integer(12));
const gaps = numbers(ROWS, (row) => (row % 5 === 0 ? Number.NaN : random.normal()));
const table = tableOf([amount, kind, gaps]);
// Levels that are far apart as numbers, and missing values, decide together with a threshold.
const isSpecial = (row: number) => [1, 4, 9].includes(kind[row] as number) || Number.isNaN(gaps[row] as number);
const target: LearningTarget = {
	type: 'binary',
	labels: labels(ROWS, (row) => isSpecial(row) !== (amount[row] as number) > 1.2),
};

function fit(options: Partial<FitTreesOptions> = {}, of: LearningTarget = target) {
	return fitBoostedTrees(table, specsOf(table), of, { random: createRandom(5), ...options });
}

test('what levels, missing values and a threshold decide together is learnt', () => {
	const half = (isFirst: boolean) => Int32Array.from({ length: ROWS / 2 }, (_, i) => 2 * i + (isFirst ? 0 : 1));
	const rest = half(false);
	const training = pickRows(table, half(true));
	const y = (target as { labels: Uint8Array }).labels;
	const model = fitBoostedTrees(
		training,
		specsOf(table),
		{ type: 'binary', labels: Uint8Array.from(half(true), (row) => y[row] as number) },
		{ random: createRandom(5), levelL2: 1 },
	);
	const area = auroc(
		model.predict(pickRows(table, rest)),
		Uint8Array.from(rest, (row) => y[row] as number),
	);
	assert.ok(area > 0.97, String(area));
});

test('a level set is found in one split, however the levels are numbered', () => {
	const chosen = new Set([0, 3, 5, 8, 10]);
	const y = labels(ROWS, (row) => chosen.has(kind[row] as number));
	const model = fit({ rounds: 1, maxLeaves: 2 }, { type: 'binary', labels: y });
	assert.equal(auroc(model.predict(table), y), 1);
});

test('the best split of levels is the best of all their subsets', () => {
	fc.assert(
		fc.property(
			fc.array(fc.record({ code: fc.integer({ min: 0, max: 4 }), value: fc.integer({ min: -9, max: 9 }) }), {
				minLength: 2,
				maxLength: 30,
			}),
			(rows) => {
				const levels = tableOf([Int32Array.from(rows, ({ code }) => code)]);
				const values = Float64Array.from(rows, ({ value }) => value);
				const options = { rounds: 1, maxLeaves: 2, learningRate: 1, l2: 0, levelL2: 0, random: createRandom(1) };
				const model = fitBoostedTrees(levels, specsOf(levels), { type: 'numeric', values }, options);
				const errorOf = (predict: (row: number) => number) =>
					values.reduce((sum, value, row) => sum + (value - predict(row)) ** 2, 0);
				const predicted = model.predict(levels);
				let least = Number.POSITIVE_INFINITY;
				for (let subset = 0; subset < 32; subset++) {
					const isIn = (row: number) => (subset >> (rows[row]?.code as number)) & 1;
					const means = [0, 1].map((side) => {
						const own = values.filter((_, row) => isIn(row) === side);
						return own.reduce((sum, value) => sum + value, 0) / own.length;
					});
					least = Math.min(
						least,
						errorOf((row) => means[isIn(row)] as number),
					);
				}
				assert.ok(errorOf((row) => predicted[row] as number) <= least + 1e-6);
			},
		),
	);
});

test('a row that counts three times is like three rows', () => {
	const times = numbers(ROWS, (row) => 1 + (row % 3));
	const repeated: number[] = [];
	times.forEach((count, row) => {
		for (let i = 0; i < count; i++) repeated.push(row);
	});
	// Few distinct values: edges between bins do not depend on how often a value occurs.
	const coarse = tableOf([
		amount.map((value) => Math.round(value * 10)),
		kind,
		gaps.map((value) => Math.round(value * 5)),
	]);
	const y = (target as { labels: Uint8Array }).labels;
	const options = { rounds: 20, random: createRandom(1) };
	const weighted = fitBoostedTrees(coarse, specsOf(coarse), target, { ...options, weights: times });
	const copied = fitBoostedTrees(
		pickRows(coarse, repeated),
		specsOf(coarse),
		{ type: 'binary', labels: Uint8Array.from(repeated, (row) => y[row] as number) },
		options,
	);
	const [first, second] = [weighted.logOdds(coarse), copied.logOdds(coarse)];
	first.forEach((value, row) => {
		assert.ok(Math.abs(value - (second[row] as number)) < 1e-6);
	});
});

test('the same seed gives the same trees and another seed others', () => {
	const options = { subsample: 0.7, columnSample: 0.7, validationShare: 0.2 };
	const first = fit(options).logOdds(table);
	assert.deepEqual(fit(options).logOdds(table), first);
	assert.notDeepEqual(fit({ ...options, random: createRandom(6) }).logOdds(table), first);
});

test('rows that a tree did not see are added to as well', () => {
	// The sums of training are those of prediction only if every row got every tree.
	const y = (target as { labels: Uint8Array }).labels;
	const area = auroc(fit({ subsample: 0.3, rounds: 60 }).predict(table), y);
	assert.ok(area > 0.95, String(area));
});

test('trees that were stored predict the same, bit for bit', () => {
	const targets: LearningTarget[] = [
		target,
		{ type: 'multiclass', codes: kind.map((code) => code % 3), classes: 3 },
		{ type: 'numeric', values: amount },
	];
	for (const of of targets) {
		const model = fit({ rounds: 10 }, of);
		const { json, tensors } = model.toState();
		const restored = restoreBoostedTrees({ json: JSON.parse(JSON.stringify(json)), tensors });
		assert.deepEqual(restored.predict(table), model.predict(table));
		assert.deepEqual(restored.contributions(table), model.contributions(table));
		assert.deepEqual(restored.importance(), model.importance());
	}
});

test('what the features add up to is the log-odds, for every class', () => {
	const model = fit({ rounds: 10 }, { type: 'multiclass', codes: kind.map((code) => code % 3), classes: 3 });
	const logits = model.logOdds(table);
	for (let output = 0; output < 3; output++) {
		const added = model.contributions(table, output);
		for (let row = 0; row < ROWS; row++) {
			const sum = added.subarray(row * 4, row * 4 + 4).reduce((total, value) => total + value, 0);
			assert.ok(Math.abs(sum - (logits[row * 3 + output] as number)) < 1e-9);
		}
	}
});

test('a row is predicted the same alone and in any company, with levels never seen', () => {
	const model = fit();
	const odd = tableOf([
		Float64Array.of(1e300, Number.NaN),
		Int32Array.of(UNSEEN_LEVEL, MISSING_LEVEL),
		Float64Array.of(0, -1e300),
	]);
	const together = model.predict(odd);
	assert.ok(together.every((share) => share > 0 && share < 1));
	for (const row of [0, 1]) assert.equal(model.predict(pickRows(odd, [row]))[0], together[row]);
});

test('training stops when the validation rows no longer gain', () => {
	const noise: LearningTarget = { type: 'binary', labels: labels(ROWS, () => random.integer(2) === 1) };
	assert.ok(fit({ rounds: 200, validationShare: 0.2 }, noise).rounds < 20);
	assert.ok(fit({ rounds: 200, validationShare: 0.2 }).rounds > 20);
});

test('rows named for validation are not trained on', () => {
	const validationRows = Int32Array.from({ length: ROWS / 4 }, (_, i) => 4 * i);
	const isValidation = (row: number) => row % 4 === 0;
	const train = (flipped: boolean) => {
		const y = (target as { labels: Uint8Array }).labels.map((label, row) =>
			flipped && isValidation(row) ? 1 - label : label,
		);
		return fit({ rounds: 50, validationRows }, { type: 'binary', labels: y });
	};
	// Their labels tell when to stop and nothing else.
	const [right, wrong] = [train(false), train(true)];
	assert.ok(right.rounds > 20 && wrong.rounds < 5, `${right.rounds} ${wrong.rounds}`);
	const rounds = wrong.rounds;
	assert.deepEqual(fit({ rounds, validationRows }).logOdds(table), wrong.logOdds(table));
});

test('what is predicted after each round can be followed, for rows that are not trained on too', () => {
	const validationRows = Int32Array.of(0, 1, 2, 3);
	const followed: Float64Array[] = [];
	const model = fit({
		rounds: 6,
		patience: 6,
		validationRows,
		onRound: (round, logOdds) => {
			followed[round] = logOdds.slice();
		},
	});
	assert.equal(followed.length, 7);
	const last = followed[model.rounds] as Float64Array;
	model.logOdds(table).forEach((value, row) => {
		assert.ok(Math.abs(value - (last[row] as number)) < 1e-12);
	});
});

test('the importance goes to the features that decide', () => {
	const y: LearningTarget = { type: 'binary', labels: labels(ROWS, (row) => (amount[row] as number) > 1) };
	const [first, ...others] = fit({ rounds: 5, maxLeaves: 2 }, y).importance();
	assert.equal(first, 1);
	assert.deepEqual(others, [0, 0]);
});

test('a single class, a single row and constant features are learnt without a split', () => {
	const one = fit({ rounds: 3 }, { type: 'binary', labels: new Uint8Array(ROWS).fill(1) });
	assert.ok(one.predict(table).every((share) => share > 0.99));
	const single = tableOf([Float64Array.of(3)]);
	const model = fitBoostedTrees(
		single,
		specsOf(single),
		{ type: 'numeric', values: Float64Array.of(8) },
		{ random: createRandom(1) },
	);
	assert.equal(model.predict(single)[0], 8);
});

test('settings out of range, other features and cancelled work are named errors', () => {
	assert.throws(() => fit({ learningRate: 0 }), { code: 'CONFIG_INVALID' });
	assert.throws(() => fit({}, { type: 'numeric', values: numbers(ROWS, () => Number.NaN) }), {
		code: 'TABLE_UNTRAINABLE',
	});
	assert.throws(() => fit({}, { type: 'numeric', values: new Float64Array(3) }), { code: 'TABLE_UNTRAINABLE' });
	assert.throws(() => fit({ rounds: 1 }).predict(tableOf([amount])), { code: 'SCHEMA_MISMATCH' });
	assert.throws(() => fit({ signal: AbortSignal.abort() }), { code: 'CANCELLED' });
	assert.throws(() => restoreBoostedTrees({ json: {}, tensors: {} }), { code: 'MODEL_INVALID' });
});
