import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import type { Backend } from '../../src/gan/backend.ts';
import { loadBackend } from '../../src/gan/backend.ts';
import { fitScorer } from '../../src/scoring/fit-scorer.ts';
import type { Scorer } from '../../src/scoring/scorer.ts';
import { checkSign, drawNoise, requireSign } from '../../src/scoring/sign-check.ts';
import type { NamedColumn } from './build-table.ts';
import { buildSpecs, buildTable } from './build-table.ts';

const settings = {
	groups: [{ features: 3, members: 8 }],
	hidden: 16,
	firstHidden: 8,
	steps: 80,
	firstSteps: 20,
	memberRows: 200,
};
let backend: Backend;

before(async () => {
	backend = await loadBackend();
});

async function fit(columns: readonly NamedColumn[]) {
	const specs = buildSpecs(columns);
	const table = buildTable(columns, specs);
	const scorer = await fitScorer(backend, table, specs, { seed: 2, settings });
	return { scorer, table, specs };
}

test('noise is more surprising than real rows, and a scorer with the sign reversed does not pass', async () => {
	const random = createRandom(1);
	const kinds = Array.from({ length: 400 }, () => (random.uniform() < 0.9 ? 'usual' : 'rare'));
	const { scorer, table } = await fit([
		{ name: 'kind', cells: kinds },
		{ name: 'a', cells: kinds.map((kind) => (kind === 'usual' ? 0 : 4) + random.normal()) },
		{ name: 'b', cells: kinds.map(() => Math.exp(random.normal())) },
	]);
	const check = checkSign(scorer, table, createRandom(3));
	assert.ok(check.passed && check.auroc > 0.8 && check.noiseMean > check.realMean, JSON.stringify(check));
	assert.equal(check.rows, 400);
	requireSign(check);
	assert.deepEqual(checkSign(scorer, table, createRandom(3)), check);

	const negated: Pick<Scorer, 'specs' | 'score'> = {
		specs: scorer.specs,
		score: (rows) => {
			const scored = scorer.score(rows);
			return { ...scored, surprise: scored.surprise.map((surprise) => -surprise) };
		},
	};
	const reversed = checkSign(negated, table, createRandom(3));
	assert.ok(!reversed.passed && reversed.auroc < 0.2);
	assert.throws(() => requireSign(reversed), { code: 'SIGN_CHECK_FAILED' });
	scorer.dispose();
});

test('a table that is itself noise passes', async () => {
	const random = createRandom(4);
	const uniform = () => Array.from({ length: 300 }, () => random.uniform());
	const { scorer, table } = await fit([
		{ name: 'a', cells: uniform() },
		{ name: 'b', cells: uniform() },
	]);
	const check = checkSign(scorer, table, createRandom(5));
	assert.ok(check.passed && Math.abs(check.auroc - 0.5) < 0.1, JSON.stringify(check));
	scorer.dispose();
});

test('noise stays within the range and the levels of each feature', () => {
	const specs = buildSpecs([
		{ name: 'a', cells: [-3, 5, 1] },
		{ name: 'b', cells: ['x', 'y', 'x'] },
		{ name: 'c', cells: [3, 4, 5], period: 24 },
		{ name: 'd', cells: [null, null, null] },
	]);
	const noise = drawNoise(specs, 500, createRandom(1));
	const numbers = (index: number) => {
		const column = noise.columns[index];
		assert.ok(column?.type === 'numeric');
		return [...column.values];
	};
	const [a, c, d] = [0, 2, 3].map(numbers) as [number[], number[], number[]];
	assert.ok(Math.min(...a) > -3.01 && Math.min(...a) < -2.8 && Math.max(...a) < 5.01 && Math.max(...a) > 4.8);
	assert.ok(Math.min(...c) < 1 && Math.max(...c) > 23);
	assert.ok(d.every(Number.isNaN));
	const levels = noise.columns[1];
	assert.ok(levels?.type === 'categorical');
	const first = levels.codes.filter((code) => code === 0).length;
	assert.ok(first > 200 && first < 300 && levels.codes.every((code) => code === 0 || code === 1));
});
