import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import type { TokenColumn } from '../../src/contracts/tokens.ts';
import { createNoiseSource } from '../../src/features/private/noise-source.ts';
import { type Backend, loadBackend } from '../../src/gan/backend.ts';
import { measureNoisyMoments } from '../../src/gan/noisy-moments.ts';
import { epsilonOf } from '../../src/gan/privacy-accountant.ts';
import { planPrivacy } from '../../src/gan/privacy-plan.ts';
import { trainPrivately } from '../../src/gan/private-training.ts';

let backend: Backend;
before(async () => {
	backend = await loadBackend();
});

const COLUMNS: TokenColumn[] = [
	{ tokens: 3, frequencies: [0.5, 0.3, 0.2], positions: null },
	{ tokens: 3, frequencies: [0.5, 0.3, 0.2], positions: [0.2, 0.6, 0.9] },
	{ tokens: 2, frequencies: [0.5, 0.5], positions: null },
];
const ROWS = 3000;

/** The second column is the first in nine rows of ten; the third is a coin. */
function drawTokens(): Int32Array {
	const random = createRandom(1);
	const draw = () => {
		const share = random.uniform();
		return share < 0.5 ? 0 : share < 0.8 ? 1 : 2;
	};
	return Int32Array.from(
		Array.from({ length: ROWS }, () => {
			const first = draw();
			return [first, random.uniform() < 0.9 ? first : draw(), random.integer(2)];
		}).flat(),
	);
}

function shareEqual(tokens: Int32Array): number {
	let equal = 0;
	for (let at = 0; at < tokens.length; at += 3) if (tokens[at] === tokens[at + 1]) equal++;
	return (3 * equal) / tokens.length;
}

describe('a promise', () => {
	test('is spent on counts and training together, and no further', () => {
		const loss = { epsilon: 2, delta: 1e-5 };
		const work = { features: 10, constants: 2, training: { rate: 1 / 16, steps: 600 } };
		const { encoding, constants, pairs, training } = planPrivacy(loss, work);
		const zcdp = encoding.zcdp + constants.zcdp + pairs;
		const chance = encoding.thresholdChance + constants.thresholdChance;
		const spent = epsilonOf({ zcdp, training }, loss.delta - chance) - Math.log1p(-chance);
		assert.ok(spent <= loss.epsilon && spent > 0.999 * loss.epsilon, `${spent}`);
		assert.ok(Math.abs(constants.zcdp / encoding.zcdp - 0.2) < 1e-9);
	});

	test('that is none is refused', () => {
		const work = { features: 1, constants: 0, training: { rate: 0.1, steps: 10 } };
		for (const loss of [
			{ epsilon: 0, delta: 1e-6 },
			{ epsilon: Number.NaN, delta: 1e-6 },
			{ epsilon: 1, delta: 0 },
			{ epsilon: 1, delta: 0.5 },
		]) {
			assert.throws(() => planPrivacy(loss, work), { code: 'CONFIG_INVALID' });
		}
	});
});

describe('private training', () => {
	const train = async (noise: number, seed: string, steps = 150) => {
		const source = createNoiseSource(seed);
		return trainPrivately(backend, COLUMNS, drawTokens(), { rate: 0.1, noise, steps }, 1, source);
	};

	test('learns relations with little noise, and none with very much', async () => {
		const before = backend.tf.memory().numTensors;
		const [learnt, drowned] = [await train(0.5, 'a'), await train(200, 'a')];
		const shares = [learnt, drowned].map((generator) => shareEqual(generator.sample(4000, createRandom(2))));
		const [real] = [shareEqual(drawTokens())];
		assert.ok(Math.abs((shares[0] as number) - real) < 0.08, `${shares[0]} of ${real}`);
		assert.ok((shares[1] as number) < 0.75, `${shares[1]}`);
		learnt.dispose();
		drowned.dispose();
		assert.equal(backend.tf.memory().numTensors, before);
	});

	test('is the same with the same noise, and another with other noise', async () => {
		const states = [];
		for (const seed of ['a', 'a', 'b']) {
			const generator = await train(1, seed, 10);
			states.push(generator.toState().tensors.parameters?.data as Float32Array);
			generator.dispose();
		}
		assert.deepEqual(states[0], states[1]);
		assert.notDeepEqual(states[0], states[2]);
	});

	test('takes rows by chance: none at all is a step too', async () => {
		const source = createNoiseSource('none');
		const generator = await trainPrivately(
			backend,
			COLUMNS,
			drawTokens(),
			{ rate: 1e-9, noise: 1, steps: 3 },
			1,
			source,
		);
		assert.equal(generator.sample(5, createRandom(1)).length, 15);
		generator.dispose();
	});

	test('ends when it is cancelled', async () => {
		const abort = new AbortController();
		const source = createNoiseSource('c');
		const run = trainPrivately(backend, COLUMNS, drawTokens(), { rate: 0.1, noise: 1, steps: 500 }, 1, source, {
			signal: abort.signal,
			onProgress: (step) => step === 20 && abort.abort(),
		});
		await assert.rejects(run, { code: 'CANCELLED' });
	});
});

describe('noisy tables', () => {
	test('change by one in one cell of each table when a row changes its place, however few rows the cell has', () => {
		const tokens = drawTokens();
		const measure = (rows: Int32Array) => measureNoisyMoments(COLUMNS, rows, 500, createNoiseSource('m'));
		const before = measure(tokens);
		// Rows of a combination that few have, one after the other, become the most usual one.
		const changed = tokens.slice();
		let moved = 0;
		for (let at = 0; at < changed.length; at += 3) {
			if (changed[at] !== 2 || changed[at + 1] !== 1) continue;
			const last = measure(changed);
			changed.set([0, 0, changed[at + 2] as number], at);
			const next = measure(changed);
			for (const [pair, { counts }] of next.pairs.entries()) {
				const differences = [...counts].map((count, cell) =>
					Math.abs(count - (last.pairs[pair]?.counts[cell] as number)),
				);
				const clear = differences.filter((difference) => difference > 1e-6);
				assert.ok(clear.length <= 2 && clear.every((difference) => difference < 1.4), `${clear}`);
			}
			moved++;
		}
		assert.ok(moved > 10, `${moved}`);
		assert.equal(before.pairs.length, 3);
		assert.equal(measureNoisyMoments(COLUMNS, tokens, 0, createNoiseSource('m')).pairs.length, 0);
	});
});
