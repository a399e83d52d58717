import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import type { TokenColumn } from '../../src/contracts/tokens.ts';
import { createAutoregressiveTrainer } from '../../src/gan/autoregressive-trainer.ts';
import { type Backend, loadBackend } from '../../src/gan/backend.ts';
import {
	choosePoolShare,
	createJudgedGenerator,
	type JudgedParts,
	restoreJudgedGenerator,
} from '../../src/gan/judged-generator.ts';
import { measureMoments } from '../../src/gan/moment-critic.ts';
import { trainTokenDiscriminator } from '../../src/gan/token-discriminator.ts';

const ROWS = 2000;
const COLUMNS: TokenColumn[] = [
	{ tokens: 3, frequencies: [0.5, 0.3, 0.2], positions: null },
	{ tokens: 3, frequencies: [0.5, 0.3, 0.2], positions: [0.25, 0.65, 0.9] },
];

/** The second token is nearly always the first. */
function drawTokens(): Int32Array {
	const random = createRandom(1);
	const draw = () => (random.uniform() < 0.5 ? 0 : random.uniform() < 0.6 ? 1 : 2);
	const tokens = new Int32Array(ROWS * 2);
	for (let row = 0; row < ROWS; row++) {
		const first = draw();
		tokens.set([first, random.uniform() < 0.9 ? first : draw()], row * 2);
	}
	return tokens;
}

const real = drawTokens();
let backend: Backend;
let parts: JudgedParts;

before(async () => {
	backend = await loadBackend();
	// Stopped early, so that there is something left to judge.
	const trainer = createAutoregressiveTrainer(
		backend,
		COLUMNS,
		real,
		{ steps: 30, embedding: 4, learningRate: 0.01 },
		2,
	);
	await trainer.train({ untilStep: 30 });
	const generator = trainer.generator();
	trainer.dispose();
	const pool = generator.sample(6 * ROWS, createRandom(3));
	const discriminator = await trainTokenDiscriminator(backend, COLUMNS, real, pool, 4, { steps: 100, batchRows: 128 });
	parts = { columns: COLUMNS, generator, discriminator, moments: measureMoments(COLUMNS, real), poolShare: 6 };
});

after(() => {
	parts.generator.dispose();
	parts.discriminator?.dispose();
});

/** Half the sum of the differences between the shares of all pairs of tokens. */
function distance(tokens: Int32Array): number {
	const shares = (of: Int32Array) => {
		const cells = new Float64Array(9);
		for (let at = 0; at < of.length; at += 2) {
			const cell = (of[at] as number) * 3 + (of[at + 1] as number);
			cells[cell] = (cells[cell] as number) + 2 / of.length;
		}
		return cells;
	};
	const own = shares(tokens);
	return shares(real).reduce((sum, share, cell) => sum + Math.abs(share - (own[cell] as number)) / 2, 0);
}

test('judged rows are nearer to real ones than those of the generator, with the discriminator and more so with raking', () => {
	const alone = distance(parts.generator.sample(3000, createRandom(5)));
	const judged = distance(createJudgedGenerator({ ...parts, moments: null }).sample(3000, createRandom(5)));
	const raked = distance(createJudgedGenerator(parts).sample(3000, createRandom(5)));
	assert.ok(judged < 0.8 * alone, `${judged} and ${alone}`);
	assert.ok(raked < 0.02 && raked < judged, `${raked} and ${judged}`);
});

test('every judged row meets the conditions, and given cells stay', () => {
	const generator = createJudgedGenerator(parts);
	const allowed = generator.sample(500, createRandom(6), { shares: [null, Float32Array.of(0, 1, 1)] });
	for (let at = 0; at < allowed.length; at += 2) assert.ok((allowed[at + 1] as number) > 0);
	const given = Int32Array.from({ length: 1000 }, (_, at) => (at % 2 === 0 ? Math.floor(at / 2) % 3 : -1));
	const filled = generator.sample(500, createRandom(7), { given });
	for (let row = 0; row < 500; row++) assert.equal(filled[row * 2], row % 3);
});

test('a judged generator comes back from its state with the same rows', () => {
	const generator = createJudgedGenerator(parts);
	const state = generator.toState();
	const again = restoreJudgedGenerator(backend, {
		json: JSON.parse(JSON.stringify(state.json)),
		tensors: state.tensors,
	});
	assert.deepEqual(again.sample(700, createRandom(8)), generator.sample(700, createRandom(8)));
	again.dispose();
	assert.throws(() => restoreJudgedGenerator(backend, { json: {}, tensors: {} }), { code: 'MODEL_INVALID' });
});

test('the better the generator, the smaller the pool that its rows are chosen from', () => {
	const { columns, moments } = parts;
	const shareOf = (pool: Int32Array) => choosePoolShare({ columns, discriminator: null, moments }, pool);
	assert.equal(shareOf(real), 1.5);
	// Two tokens that have nothing to do with each other: most of the pool does not fit.
	const random = createRandom(9);
	const strange = real.map((token, at) => (at % 2 === 0 ? token : random.integer(3)));
	assert.ok(shareOf(strange) >= 2, `${shareOf(strange)}`);
});
