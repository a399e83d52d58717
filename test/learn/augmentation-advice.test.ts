import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ArmPlan } from '../../src/learn/arm-plan.ts';
import { type AdvisedArm, concludeAdvice } from '../../src/learn/augmentation-advice.ts';

const FOLDS = 4;
const base = [0.5, 0.52, 0.48, 0.51, 0.49, 0.53, 0.47, 0.5];

function arm(method: ArmPlan['method'], amount: ArmPlan['amount'], gains: readonly number[]): AdvisedArm {
	return { method, amount, addedRows: 10, scores: base.map((score, i) => score + (gains[i % gains.length] as number)) };
}

function conclude(others: readonly AdvisedArm[], weights: readonly number[] = [0, 0.001]) {
	return concludeAdvice({
		target: { measure: 'ap' },
		rows: 1000,
		rareRows: 100,
		folds: FOLDS,
		repeats: 2,
		trainingRows: null,
		testShare: 1 / 3,
		arms: [arm('nothing', null, [0]), arm('class weights', null, weights), ...others],
	});
}

const good = arm('synthetic', 2, [0.1, 0.11, 0.09, 0.1]);

test('rows that are better than nothing and class weights are recommended in the best amount', () => {
	const { recommended, chosen, verdict } = conclude([arm('synthetic', 1, [0.05, 0.06]), good]);
	assert.deepEqual(recommended, { classes: 'rare', amount: 2, rows: 200 });
	assert.equal(chosen[0]?.amount, 2);
	assert.match(
		verdict,
		/^Recommended, 2 new rows per rare row: average precision .* 0\.600 with synthetic rows, 0\.500/,
	);
});

test('rows to balance the classes are counted for the whole table', () => {
	assert.deepEqual(conclude([{ ...good, amount: 'balance' }]).recommended, {
		classes: 'rare',
		amount: 'balance',
		rows: 800,
	});
});

test('rows that are better than nothing but no better than class weights are advised against', () => {
	const { recommended, verdict } = conclude([good], [0.1, 0.12]);
	assert.equal(recommended, null);
	assert.match(verdict, /^Advised against, .*What is shown to help: class weights\.$/);
});

test('one lucky fold does not make a recommendation', () => {
	const { recommended, verdict } = conclude([arm('synthetic', 1, [0.4, 0, 0, 0])]);
	assert.equal(recommended, null);
	assert.match(verdict, /Nothing else that was tried is shown to help/);
});

test('the amount that a fold is judged by is the best of the other folds, not its own', () => {
	// Each amount is far better in one fold and worse in the others: whoever picks by the fold itself gains.
	const lucky = [0, 1, 2, 3].map((fold) =>
		arm(
			'synthetic',
			fold + 1,
			[0, 1, 2, 3].map((i) => (i === fold ? 0.3 : -0.1)),
		),
	);
	const { chosen, recommended } = conclude(lucky);
	assert.ok(Math.abs((chosen[0]?.mean ?? 1) - 0.4) < 1e-9, String(chosen[0]?.mean));
	assert.equal(recommended, null);
});

test('a cheaper method that does as well or better is named', () => {
	const as = (gains: readonly number[]) =>
		conclude([good, arm('smote', 1, gains), arm('over-sampling', 1, [0])]).verdict;
	assert.match(as([0.08, 0.13]), /But SMOTE reaches .*may do as well and costs less/);
	assert.match(as([0.2, 0.21]), /But SMOTE reaches .*better and costs less/);
	assert.match(as([0.02, 0.03]), /better than copies and SMOTE, too: SMOTE/);
});

test('intervals of all arms are against nothing and against class weights', () => {
	const { arms } = conclude([good]);
	assert.deepEqual(
		arms.map(({ method, againstNothing, againstWeights }) => [
			method,
			againstNothing === null,
			againstWeights === null,
		]),
		[
			['nothing', true, false],
			['class weights', false, true],
			['synthetic', false, false],
		],
	);
	assert.ok(Math.abs((arms[2]?.againstNothing?.difference ?? 0) - 0.1) < 1e-12);
});
