import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import { loadBackend } from '../../src/gan/backend.ts';
import type { LossName } from '../../src/gan/losses.ts';
import { restoreMlpDiscriminator } from '../../src/gan/mlp-discriminator.ts';
import { restoreMlpGenerator } from '../../src/gan/mlp-generator.ts';
import { createMlpTrainer, restoreMlpTrainer } from '../../src/gan/mlp-trainer.ts';
import type { MlpOptions } from '../../src/gan/options.ts';
import { drawMixedRows, mixedLayout } from './mixed-table.ts';

const backend = await loadBackend();
const { tf } = backend;
const real = drawMixedRows(2000, 1);
const small: MlpOptions = {
	batchRows: 60,
	latentWidth: 8,
	generatorWidths: [24, 16],
	discriminatorWidths: [24, 16],
	historyEverySteps: 5,
	steps: 40,
};

const TEXTBOOK_OPTIONS = {
	loss: 'minimax',
	optimiser: 'sgd',
	schedule: { factor: 0.9, everySteps: 10 },
	discriminatorSteps: 2,
	featureMatching: 1,
	balance: true,
} as const satisfies MlpOptions;

/** Mean over all pairs of softmax spans of the total variation between the two contingency tables. */
function pairDistance(left: Float32Array, right: Float32Array): number {
	const spans = mixedLayout.spans.filter(({ activation }) => activation === 'softmax');
	const choiceAt = (rows: Float32Array, start: number, width: number) =>
		rows.subarray(start, start + width).indexOf(Math.max(...rows.subarray(start, start + width)));
	const distances: number[] = [];
	for (const [i, first] of spans.entries()) {
		for (const second of spans.slice(i + 1)) {
			const cells = new Float64Array(first.width * second.width);
			for (const [rows, sign] of [
				[left, 1],
				[right, -1],
			] as const) {
				for (let start = 0; start < rows.length; start += 9) {
					const a = choiceAt(rows, start + first.start, first.width);
					const b = choiceAt(rows, start + second.start, second.width);
					cells[a * second.width + b] = (cells[a * second.width + b] as number) + (sign * 9) / rows.length;
				}
			}
			distances.push(cells.reduce((sum, cell) => sum + Math.abs(cell), 0) / 2);
		}
	}
	return distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
}

/** Mean offset of the rows with each of the four levels. */
function offsetsByLevel(rows: Float32Array): number[] {
	return [0, 1, 2, 3].map((level) => {
		let [sum, count] = [0, 0];
		for (let start = 0; start < rows.length; start += 9) {
			if (rows[start + level] !== 1) continue;
			sum += rows[start + 4] as number;
			count++;
		}
		return sum / count;
	});
}

describe('training of the plain GAN', () => {
	for (const loss of ['wasserstein-gp', 'non-saturating'] as const satisfies readonly LossName[]) {
		it(`learns with ${loss} how columns hang together, much better than independent columns`, async () => {
			const options: MlpOptions = { ...small, loss, batchRows: 100, latentWidth: 16, steps: 180 };
			const trainer = createMlpTrainer(backend, mixedLayout, real, options, 3);
			await trainer.train({ untilStep: 180 });
			const generator = trainer.generator();
			const made = generator.sample(4000, createRandom(9));
			const fresh = drawMixedRows(4000, 2);
			const independent = fresh.slice();
			const random = createRandom(4);
			for (const { start, width } of mixedLayout.spans) {
				for (let row = 0; row < 4000; row++) {
					const from = random.integer(4000) * 9 + start;
					independent.set(fresh.subarray(from, from + width), row * 9 + start);
				}
			}
			const floor = pairDistance(independent, fresh);
			assert.ok(pairDistance(made, fresh) < floor / 5, `${pairDistance(made, fresh)} against ${floor}`);
			const expected = offsetsByLevel(fresh);
			for (const [level, offset] of offsetsByLevel(made).entries()) {
				assert.ok(Math.abs(offset - (expected[level] as number)) < 0.2, `level ${level}: mean offset ${offset}`);
			}
			trainer.dispose();
			generator.dispose();
		});
	}

	it('learns from the verdict alone where moments are not matched', async () => {
		const options: MlpOptions = { ...small, momentWeight: 0, batchRows: 100, latentWidth: 16, pac: 2, steps: 400 };
		const trainer = createMlpTrainer(backend, mixedLayout, real, options, 3);
		const untrained = trainer.generator();
		await trainer.train({ untilStep: 400 });
		assert.ok(trainer.history.momentDistance.every((distance) => distance === null));
		const trained = trainer.generator();
		const fresh = drawMixedRows(4000, 2);
		const distance = (made: Float32Array) => pairDistance(made, fresh);
		const [before, after] = [untrained, trained].map((part) => distance(part.sample(4000, createRandom(9))));
		assert.ok((after as number) < 0.5 * (before as number), `${after} against ${before}`);
		for (const part of [trainer, untrained, trained]) part.dispose();
	});

	const CHECKPOINTED: Readonly<Record<string, MlpOptions>> = {
		'packed rows': { ...small, pac: 2 },
		'the options of textbooks': { ...small, ...TEXTBOOK_OPTIONS },
	};
	for (const [name, options] of Object.entries(CHECKPOINTED)) {
		it(`goes on from a checkpoint exactly as it would have without the interruption: ${name}`, async () => {
			const whole = createMlpTrainer(backend, mixedLayout, real, options, 5);
			await whole.train({ untilStep: 40 });

			const saved: string[] = [];
			const first = createMlpTrainer(backend, mixedLayout, real, options, 5);
			const stop = new AbortController();
			const interrupted = first.train({
				untilStep: 40,
				signal: stop.signal,
				isCheckpointDue: (step) => step === 15,
				onCheckpoint: (state) => {
					saved.push(toText(state));
				},
				onProgress: ({ step }) => {
					if (step >= 20) stop.abort();
				},
			});
			await assert.rejects(interrupted, { code: 'CANCELLED' });
			assert.equal(saved.length, 1);
			const resumed = restoreMlpTrainer(backend, mixedLayout, real, fromText(saved[0] as string));
			assert.equal(resumed.step, 15);
			await resumed.train({ untilStep: 40 });

			assert.equal(toText(resumed.checkpoint()), toText(whole.checkpoint()));
			const [left, right] = [whole.generator(), resumed.generator()];
			assert.deepEqual(left.sample(50, createRandom(1)), right.sample(50, createRandom(1)));
			for (const part of [whole, first, resumed, left, right]) part.dispose();
		});
	}

	const CHANGES: Readonly<Record<string, MlpOptions>> = {
		'the minimax loss': { loss: 'minimax' },
		'gradient descent with step decay': { optimiser: 'sgd', schedule: { factor: 0.5, everySteps: 2 } },
		'two steps of the discriminator': { discriminatorSteps: 2 },
		'feature matching, also of packed rows': { featureMatching: 1, pac: 2 },
		'balance, once it has judged': { balance: true, historyEverySteps: 1 },
	};
	for (const [name, change] of Object.entries(CHANGES)) {
		it(`trains otherwise with ${name}`, async () => {
			const [plain, changed] = await Promise.all(
				[{ pac: change.pac ?? 1, historyEverySteps: change.historyEverySteps ?? 5 }, change].map(async (options) => {
					const trainer = createMlpTrainer(backend, mixedLayout, real, { ...small, ...options, steps: 8 }, 2);
					await trainer.train({ untilStep: 8 });
					const { generator } = trainer.checkpoint().tensors;
					trainer.dispose();
					return generator?.data as Float32Array;
				}),
			);
			assert.ok(changed?.every(Number.isFinite));
			assert.notDeepEqual(changed, plain);
		});
	}

	it('tells which network is winning at each look, and what was done about it', async () => {
		const trainer = createMlpTrainer(backend, mixedLayout, real, { ...small, balance: true, momentWeight: 0 }, 5);
		await trainer.train({ untilStep: 40 });
		const { step, balance } = trainer.history;
		assert.deepEqual(
			balance.map((entry) => entry.step),
			step,
		);
		assert.ok(balance.some(({ leader }) => leader !== 'even'));
		assert.ok(balance.some(({ action }) => action !== ''));
		trainer.dispose();
	});

	it('gives the same for the same seed and something else for another', async () => {
		const states: string[] = [];
		for (const seed of [0, 0, 1]) {
			const trainer = createMlpTrainer(backend, mixedLayout, real, { ...small, steps: 4 }, seed);
			await trainer.train({ untilStep: 4 });
			states.push(Buffer.from(trainer.checkpoint().tensors.generator?.data.buffer as ArrayBuffer).toString('hex'));
			trainer.dispose();
		}
		assert.equal(states[0], states[1]);
		assert.notEqual(states[0], states[2]);
	});

	it('leaks no tensor, from step to step nor when it is disposed of', async () => {
		const before = tf.memory().numTensors;
		const trainer = createMlpTrainer(backend, mixedLayout, real, { ...small, ...TEXTBOOK_OPTIONS }, 5);
		await trainer.train({ untilStep: 6 });
		const during = tf.memory().numTensors;
		await trainer.train({ untilStep: 11 });
		assert.equal(tf.memory().numTensors, during);
		await trainer.train({ untilStep: 26 });
		assert.equal(tf.memory().numTensors, during);
		const [generator, discriminator] = [trainer.generator(), trainer.discriminator()];
		generator.sample(10, createRandom(0));
		discriminator.logits(real.subarray(0, 90), 10);
		for (const part of [trainer, generator, discriminator]) part.dispose();
		assert.equal(tf.memory().numTensors, before);
	});

	it('records losses, accuracies and distances for the report, all arrays of one length', async () => {
		const trainer = createMlpTrainer(backend, mixedLayout, real, small, 5);
		await trainer.train({ untilStep: 40 });
		const { step, balance, ...measures } = trainer.history;
		assert.equal(balance.length, step.length);
		assert.deepEqual(step, [1, 5, 10, 15, 20, 25, 30, 35, 40]);
		for (const values of Object.values(measures)) {
			assert.equal(values.length, step.length);
			assert.ok(values.every(Number.isFinite));
		}
		for (const share of [...measures.realAccuracy, ...measures.fakeAccuracy]) assert.ok(share >= 0 && share <= 1);
		trainer.dispose();
	});

	it('starts again with half the rate when values stop being finite, and gives up after two times', async () => {
		const rows = real.slice();
		const trainer = createMlpTrainer(backend, mixedLayout, rows, small, 5);
		await trainer.train({ untilStep: 10 });
		rows.fill(Number.NaN);
		await assert.rejects(trainer.train({ untilStep: 20 }), { code: 'TRAINING_DIVERGED' });
		rows.set(real);
		await trainer.train({ untilStep: 20 });
		assert.equal(trainer.step, 20);
		assert.equal((trainer.checkpoint().json as { recoveries: number }).recoveries, 2);
		trainer.dispose();
	});

	it('refuses a table without rows to learn from, and options out of range', () => {
		const create = (rows: Float32Array, options: MlpOptions) =>
			createMlpTrainer(backend, mixedLayout, rows, options, 0);
		assert.throws(() => create(real.subarray(0, 9), {}), { code: 'TABLE_UNTRAINABLE' });
		assert.throws(() => create(real, { batchRows: 50, pac: 3 }), { code: 'CONFIG_INVALID', where: 'option "pac"' });
		assert.throws(() => create(real, { steps: 0 }), { code: 'CONFIG_INVALID', where: 'option "steps"' });
	});

	it('refuses a checkpoint that lacks a part, and the state of something else', () => {
		const trainer = createMlpTrainer(backend, mixedLayout, real, small, 0);
		const state = trainer.checkpoint();
		const { average: _, ...tensors } = state.tensors;
		assert.throws(() => restoreMlpTrainer(backend, mixedLayout, real, { json: state.json, tensors }), {
			code: 'MODEL_INVALID',
		});
		assert.throws(() => restoreMlpGenerator(backend, state), { code: 'MODEL_INVALID' });
		trainer.dispose();
	});
});

describe('generator and discriminator of the plain GAN', () => {
	it('make rows that meet every condition, also those that hardly ever meet', async () => {
		const trainer = createMlpTrainer(backend, mixedLayout, real, small, 5);
		await trainer.train({ untilStep: 40 });
		const generator = trainer.generator();
		for (const conditions of [
			[{ span: 0, choice: 3 }],
			[
				{ span: 3, choice: 0 },
				{ span: 2, choice: 1 },
			],
			[
				{ span: 0, choice: 0 },
				{ span: 2, choice: 1 },
				{ span: 3, choice: 1 },
			],
		]) {
			const made = generator.sample(700, createRandom(2), conditions);
			assert.equal(made.length, 700 * 9);
			for (let start = 0; start < made.length; start += 9) {
				for (const { span, choice } of conditions) {
					const { start: from, width } = mixedLayout.spans[span] as (typeof mixedLayout.spans)[number];
					const oneHot = [...made.subarray(start + from, start + from + width)];
					assert.deepEqual(
						oneHot,
						Array.from({ length: width }, (_, k) => (k === choice ? 1 : 0)),
					);
				}
			}
		}
		for (const condition of [
			{ span: 1, choice: 0 },
			{ span: 0, choice: 4 },
			{ span: 9, choice: 0 },
		]) {
			assert.throws(() => generator.sample(1, createRandom(2), [condition]), { code: 'CONDITION_INVALID' });
		}
		trainer.dispose();
		generator.dispose();
	});

	it('come back from their states as they were', async () => {
		const trainer = createMlpTrainer(backend, mixedLayout, real, { ...small, pac: 2 }, 5);
		await trainer.train({ untilStep: 10 });
		const [generator, discriminator] = [trainer.generator(), trainer.discriminator()];
		const generatorAgain = restoreMlpGenerator(backend, fromText(toText(generator.toState())));
		const discriminatorAgain = restoreMlpDiscriminator(backend, fromText(toText(discriminator.toState())));
		const made = generator.sample(5000, createRandom(8));
		assert.deepEqual(generatorAgain.sample(5000, createRandom(8)), made);
		assert.deepEqual(discriminatorAgain.logits(made, 5000), discriminator.logits(made, 5000));
		for (const part of [trainer, generator, discriminator, generatorAgain, discriminatorAgain]) part.dispose();
	});

	it('score a row by itself, whatever rows come with it', async () => {
		const trainer = createMlpTrainer(backend, mixedLayout, real, small, 5);
		await trainer.train({ untilStep: 10 });
		const discriminator = trainer.discriminator();
		const together = discriminator.logits(real.subarray(0, 20 * 9), 20);
		for (let row = 0; row < 20; row++) {
			const alone = discriminator.logits(real.subarray(row * 9, row * 9 + 9), 1)[0] as number;
			assert.ok(Math.abs(alone - (together[row] as number)) < 1e-5);
		}
		trainer.dispose();
		discriminator.dispose();
	});
});

type State = ReturnType<ReturnType<typeof createMlpTrainer>['checkpoint']>;

function toText({ json, tensors }: State): string {
	const numbers = Object.entries(tensors).map(([name, { shape, data }]) => [name, shape, [...data]]);
	return JSON.stringify([json, numbers]);
}

function fromText(text: string): State {
	const [json, numbers] = JSON.parse(text) as [unknown, [string, number[], number[]][]];
	const tensors = numbers.map(([name, shape, data]) => [name, { shape, data: Float32Array.from(data) }]);
	return { json, tensors: Object.fromEntries(tensors) };
}
