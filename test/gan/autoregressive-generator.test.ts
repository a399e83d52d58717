import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { ModelState } from '../../src/contracts/model-state.ts';
import { createRandom } from '../../src/contracts/random.ts';
import type { TokenColumn } from '../../src/contracts/tokens.ts';
import { restoreAutoregressiveGenerator } from '../../src/gan/autoregressive-generator.ts';
import {
	type AutoregressiveTrainer,
	createAutoregressiveTrainer,
	learningRateAt,
	restoreAutoregressiveTrainer,
} from '../../src/gan/autoregressive-trainer.ts';
import { type Backend, loadBackend } from '../../src/gan/backend.ts';

const ROWS = 1500;
const OPTIONS = {
	steps: 200,
	batchRows: 128,
	embedding: 8,
	dropout: 0,
	learningRate: 0.01,
	averageDecay: 0.95,
	historyEverySteps: 50,
};

/** The second column follows the first, the third is noise that sees neither. */
function drawTokens(): Int32Array {
	const random = createRandom(1);
	const tokens = new Int32Array(ROWS * 3);
	for (let row = 0; row < ROWS; row++) {
		const first = random.uniform() < 0.5 ? 0 : random.uniform() < 0.6 ? 1 : 2;
		tokens.set([first, random.uniform() < 0.95 ? first : random.integer(3), random.integer(2)], row * 3);
	}
	return tokens;
}

function columnsOf(tokens: Int32Array): TokenColumn[] {
	return [3, 3, 2].map((count, feature) => {
		const frequencies = new Array<number>(count).fill(0);
		for (let row = 0; row < ROWS; row++) {
			const token = tokens[row * 3 + feature] as number;
			frequencies[token] = (frequencies[token] as number) + 1 / ROWS;
		}
		return { tokens: count, frequencies, positions: null };
	});
}

const tokens = drawTokens();
const columns = columnsOf(tokens);
let backend: Backend;
let trainer: AutoregressiveTrainer;

before(async () => {
	backend = await loadBackend();
	trainer = createAutoregressiveTrainer(backend, columns, tokens, OPTIONS, 7);
	await trainer.train({ untilStep: trainer.totalSteps });
});

/** Share of rows for each pair of values of the first two columns. */
function pairShares(drawn: Int32Array): number[] {
	const shares = new Array<number>(9).fill(0);
	for (let at = 0; at < drawn.length; at += 3) {
		const pair = (drawn[at] as number) * 3 + (drawn[at + 1] as number);
		shares[pair] = (shares[pair] as number) + 3 / drawn.length;
	}
	return shares;
}

describe('an autoregressive generator', () => {
	test('draws pairs of values as often as the rows it learnt from have them', () => {
		const generator = trainer.generator();
		const real = pairShares(tokens);
		const drawn = pairShares(generator.sample(6000, createRandom(2)));
		generator.dispose();
		for (const [pair, share] of real.entries()) {
			assert.ok(Math.abs(share - (drawn[pair] as number)) < 0.03, `pair ${pair}: ${share} and ${drawn[pair]}`);
		}
	});

	test('meets what is allowed and what is given in every row, and draws the rest to fit', () => {
		const generator = trainer.generator();
		const random = createRandom(3);
		const allowed = generator.sample(3000, random, { shares: [null, Float32Array.of(0, 0, 1), null] });
		for (let at = 0; at < allowed.length; at += 3) assert.equal(allowed[at + 1], 2);
		assert.ok(allowed.filter((token, at) => at % 3 === 0 && token === 2).length > 2400);
		const given = Int32Array.from({ length: 3000 * 3 }, (_, at) => (at % 3 === 0 ? Math.floor(at / 3) % 3 : -1));
		const filled = generator.sample(3000, random, { given });
		let follow = 0;
		for (let row = 0; row < 3000; row++) {
			assert.equal(filled[row * 3], row % 3);
			follow += filled[row * 3 + 1] === row % 3 ? 1 : 0;
		}
		assert.ok(follow > 2600);
		assert.throws(() => generator.sample(1, random, { shares: [new Float32Array(3)] }), { code: 'CONDITION_INVALID' });
		generator.dispose();
	});

	test('gives the likelihood that it draws by', () => {
		const generator = trainer.generator();
		const one = generator.surprisal(Int32Array.of(1, 1, 0, 1, 2, 0), createRandom(4), [0, 1, 2]);
		const drawn = generator.sample(20_000, createRandom(5), { given: fillFirst(20_000, 1) });
		const share = (second: number) => drawn.filter((token, at) => at % 3 === 1 && token === second).length / 20_000;
		assert.ok(Math.abs(share(1) - Math.exp(-(one[1] as number))) < 0.02);
		assert.ok(Math.abs(share(2) - Math.exp(-(one[4] as number))) < 0.02);
		generator.dispose();
	});

	test('is colder at a low temperature: usual values more often', () => {
		const generator = trainer.generator();
		const usual = (temperature: number) =>
			generator.sample(4000, createRandom(6), { temperature }).filter((token, at) => at % 3 === 0 && token === 0)
				.length;
		assert.ok(usual(0.3) > 1.3 * usual(1));
		assert.ok(usual(3) < 0.9 * usual(1));
		generator.dispose();
	});

	test('comes back from its state with the same rows, and leaves no tensor behind', () => {
		const tensors = backend.tf.memory().numTensors;
		const generator = trainer.generator();
		const state = generator.toState();
		const json = JSON.parse(JSON.stringify(state.json));
		const again = restoreAutoregressiveGenerator(backend, { json, tensors: state.tensors });
		assert.deepEqual(again.sample(500, createRandom(8)), generator.sample(500, createRandom(8)));
		generator.dispose();
		again.dispose();
		assert.equal(backend.tf.memory().numTensors, tensors);
	});
});

describe('training an autoregressive generator', () => {
	test('makes rows that were set aside more likely, to near their entropy', () => {
		const { heldOut, step } = trainer.history;
		assert.deepEqual(step, [50, 100, 150, 200]);
		// Entropy: .94 nats of the first, .27 of the second given it (0.95 + a third of 0.05 follow), .69 of the noise.
		assert.ok((heldOut[3] as number) < (heldOut[0] as number));
		assert.ok((heldOut[3] as number) < 2.1 && (heldOut[3] as number) > 1.7, `held out ${heldOut[3]}`);
	});

	test('goes on from a checkpoint bit for bit', async () => {
		const first = createAutoregressiveTrainer(backend, columns, tokens, OPTIONS, 7);
		await first.train({ untilStep: 130 });
		const state = first.checkpoint();
		first.dispose();
		const second = restoreAutoregressiveTrainer(backend, columns, tokens, {
			json: JSON.parse(JSON.stringify(state.json)),
			tensors: state.tensors,
		});
		await second.train({ untilStep: 200 });
		assert.deepEqual(second.history, trainer.history);
		const [a, b] = [second.generator(), trainer.generator()];
		assert.deepEqual(a.toState().tensors.parameters?.data, b.toState().tensors.parameters?.data);
		for (const open of [second, a, b]) open.dispose();
	});

	test('stops where rows set aside are predicted no better, keeps the best parameters, and does so after a restart too', async () => {
		// Noise: there is nothing to learn, only rows to be learnt by heart.
		const random = createRandom(3);
		const noise = Int32Array.from({ length: 200 * 24 }, () => random.integer(4));
		const noiseColumns = Array.from({ length: 24 }, () => ({
			tokens: 4,
			frequencies: [0.25, 0.25, 0.25, 0.25],
			positions: null,
		}));
		const options = { steps: 1000, batchRows: 64, learningRate: 0.02, heldOut: 0.25, embedding: 4 };
		const whole = createAutoregressiveTrainer(backend, noiseColumns, noise, options, 1);
		const states: ModelState[] = [];
		await whole.train({
			untilStep: 1000,
			isCheckpointDue: (step) => step % 200 === 0,
			onCheckpoint: (state) => void states.push(state),
		});
		assert.ok(whole.step < 1000 && whole.bestStep <= whole.step - 250, `${whole.bestStep} of ${whole.step}`);
		const { heldOut, step } = whole.history;
		assert.equal(heldOut[step.indexOf(whole.bestStep)], Math.min(...heldOut));
		const again = restoreAutoregressiveTrainer(backend, noiseColumns, noise, states[0] as ModelState);
		await again.train({ untilStep: 1000 });
		assert.equal(again.step, whole.step);
		const [a, b] = [again.generator(), whole.generator()];
		assert.deepEqual(a.toState().tensors.parameters?.data, b.toState().tensors.parameters?.data);
		for (const open of [whole, again, a, b]) open.dispose();
	});

	test('ends between two steps when it is cancelled', async () => {
		const control = new AbortController();
		const stopped = createAutoregressiveTrainer(backend, columns, tokens, OPTIONS, 7);
		const training = stopped.train({ untilStep: 200, signal: control.signal, onProgress: () => control.abort() });
		await assert.rejects(training, { code: 'CANCELLED' });
		assert.equal(stopped.step, 50);
		stopped.dispose();
	});

	test('refuses a table without rows or columns', () => {
		assert.throws(() => createAutoregressiveTrainer(backend, [], new Int32Array(0), {}, 1), {
			code: 'TABLE_UNTRAINABLE',
		});
	});

	test('the rate rises, stays and falls to its end', () => {
		const at = (step: number) => learningRateAt(step, { steps: 1000, learningRate: 1 });
		assert.ok(at(1) < 0.05 && at(30) > 0.95);
		assert.equal(at(200), 1);
		assert.ok(at(650) > 0.4 && at(650) < 0.6);
		assert.ok(Math.abs(at(1000) - 0.01) < 1e-9);
	});
});

function fillFirst(rows: number, token: number): Int32Array {
	return Int32Array.from({ length: rows * 3 }, (_, at) => (at % 3 === 0 ? token : -1));
}
