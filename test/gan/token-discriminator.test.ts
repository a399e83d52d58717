import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import type { TokenColumn } from '../../src/contracts/tokens.ts';
import { type Backend, loadBackend } from '../../src/gan/backend.ts';
import { drawByWeight, measureMoments, rakeWeights } from '../../src/gan/moment-critic.ts';
import { restoreTokenDiscriminator, trainTokenDiscriminator } from '../../src/gan/token-discriminator.ts';

const COLUMNS: TokenColumn[] = [
	{ tokens: 4, frequencies: [0.25, 0.25, 0.25, 0.25], positions: [0.125, 0.375, 0.625, 0.875] },
	{ tokens: 4, frequencies: [0.25, 0.25, 0.25, 0.25], positions: null },
	{ tokens: 2, frequencies: [0.5, 0.5], positions: null },
];

let backend: Backend;
before(async () => {
	backend = await loadBackend();
});

/** The second token follows the first with the given probability; the third is 1 with probability `share`. */
function drawTokens(rows: number, seed: number, follows: number, share = 0.5): Int32Array {
	const random = createRandom(seed);
	const tokens = new Int32Array(rows * 3);
	for (let row = 0; row < rows; row++) {
		const first = random.integer(4);
		const second = random.uniform() < follows ? first : random.integer(4);
		tokens.set([first, second, random.uniform() < share ? 1 : 0], row * 3);
	}
	return tokens;
}

/** Share of rows whose second token is the first. */
function following(tokens: Int32Array): number {
	let count = 0;
	for (let at = 0; at < tokens.length; at += 3) count += tokens[at] === tokens[at + 1] ? 1 : 0;
	return (3 * count) / tokens.length;
}

function rowsAt(tokens: Int32Array, rows: Int32Array): Int32Array {
	return Int32Array.from(
		{ length: rows.length * 3 },
		(_, i) => tokens[(rows[Math.floor(i / 3)] as number) * 3 + (i % 3)] as number,
	);
}

const OPTIONS = { steps: 300, batchRows: 128 };

test('a discriminator finds the combinations that the generator makes too often, and weights by it mend them', async () => {
	const real = drawTokens(1500, 1, 0.9);
	const pool = drawTokens(6000, 2, 0.5);
	const discriminator = await trainTokenDiscriminator(backend, COLUMNS, real, pool, 3, OPTIONS);
	assert.ok(discriminator.scale > 0.5);
	const logits = discriminator.logits(pool);
	discriminator.dispose();
	// log(p / q): a following pair has log(.925 / .625) = .39, another log(.075 / .375) = -1.61.
	const mean = (isFollowing: boolean) => {
		const own = logits.filter((_, row) => (pool[row * 3] === pool[row * 3 + 1]) === isFollowing);
		return own.reduce((sum, logit) => sum + logit, 0) / own.length;
	};
	assert.ok(Math.abs(mean(true) - 0.39) < 0.2 && Math.abs(mean(false) + 1.61) < 0.7, `${mean(true)}, ${mean(false)}`);
	const drawn = rowsAt(pool, drawByWeight(Float64Array.from(logits, Math.exp), 1500, createRandom(4)));
	// .625 of the pool follow, .925 of the real rows.
	assert.ok(following(drawn) > 0.85 && following(drawn) < 0.95, `${following(drawn)}`);
});

test('a discriminator of rows that cannot be told apart switches itself off', async () => {
	const discriminator = await trainTokenDiscriminator(
		backend,
		COLUMNS,
		drawTokens(1500, 5, 0.7),
		drawTokens(6000, 6, 0.7),
		7,
		OPTIONS,
	);
	const logits = discriminator.logits(drawTokens(500, 8, 0.7));
	discriminator.dispose();
	assert.ok(Math.sqrt(logits.reduce((sum, logit) => sum + logit * logit, 0) / 500) < 0.15);
});

test('a discriminator is the same for the same seed, comes back from its state and leaves no tensor behind', async () => {
	const real = drawTokens(400, 9, 0.9);
	const pool = drawTokens(1200, 10, 0.5);
	const tensors = backend.tf.memory().numTensors;
	const train = () => trainTokenDiscriminator(backend, COLUMNS, real, pool, 11, { steps: 30, batchRows: 64 });
	const [first, second] = [await train(), await train()];
	const state = first.toState();
	const restored = restoreTokenDiscriminator(backend, {
		json: JSON.parse(JSON.stringify(state.json)),
		tensors: state.tensors,
	});
	assert.deepEqual(second.logits(pool), first.logits(pool));
	assert.deepEqual(restored.logits(pool), first.logits(pool));
	for (const open of [first, second, restored]) open.dispose();
	assert.equal(backend.tf.memory().numTensors, tensors);
});

test('raking gives the pool the tables of the real rows, one column and two columns at a time', () => {
	const real = drawTokens(4000, 12, 0.8, 0.3);
	const pool = drawTokens(12_000, 13, 0.6, 0.5);
	const start = new Float64Array(12_000).fill(1);
	const weights = rakeWeights(COLUMNS, pool, measureMoments(COLUMNS, real), start, { mostWeight: 6, priorRows: 0 });
	const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
	assert.ok(Math.abs(mean - 1) < 1e-6);
	assert.ok(weights.every((weight) => weight >= 0 && weight <= 6));
	const weighted = (has: (at: number) => boolean) =>
		weights.reduce((sum, weight, row) => sum + (has(row * 3) ? weight : 0), 0) / weights.length;
	const shareOf = (has: (at: number) => boolean) =>
		Array.from({ length: 4000 }, (_, row) => row * 3).filter(has).length / 4000;
	assert.ok(Math.abs(weighted((at) => pool[at + 2] === 1) - shareOf((at) => real[at + 2] === 1)) < 1e-6);
	for (let a = 0; a < 4; a++) {
		for (let b = 0; b < 4; b++) {
			const inPool = weighted((at) => pool[at] === a && pool[at + 1] === b);
			const inReal = shareOf((at) => real[at] === a && real[at + 1] === b);
			assert.ok(Math.abs(inPool - inReal) < 0.003, `cell ${a},${b}: ${inPool} and ${inReal}`);
		}
	}
});

test('rows are drawn as often as they weigh, and none twice where no weight exceeds the share of the pool', () => {
	const random = createRandom(14);
	const weights = Float64Array.from({ length: 3000 }, () => 2 * random.uniform());
	const picked = drawByWeight(weights, 1000, random);
	assert.equal(new Set(picked).size, 1000);
	const heavy = picked.filter((row) => (weights[row] as number) > 1).length;
	assert.ok(Math.abs(heavy - 750) < 40);
});
