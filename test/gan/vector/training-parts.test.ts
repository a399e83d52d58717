import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRandom } from '../../../src/contracts/random.ts';
import { type BalanceEntry, handicapOf, judgeBalance } from '../../../src/gan/balance.ts';
import { rateShareAt } from '../../../src/gan/learning-rate.ts';
import { optimiserStep, startOptimiser } from '../../../src/gan/optimiser.ts';
import { smallTensors } from '../../../src/gan/small-tensors.ts';
import { createQualityWatch } from '../../../src/gan/vector/early-stopping.ts';
import { energyDistance } from '../../../src/gan/vector/energy-distance.ts';

const tf = smallTensors();

describe('optimiser', () => {
	it('sgd goes against the gradient by the learning rate and leaves the old weights alone', () => {
		const state = startOptimiser(tf, tf.tensor1d([1, -2]));
		const next = optimiserStep(tf, 'sgd', state, tf.tensor1d([0.5, 4]), 1, 0.1);
		assert.deepEqual([...next.parameters.dataSync()], [0.95, -2.4]);
		assert.deepEqual([...state.parameters.dataSync()], [1, -2]);
	});

	it('adam goes by the learning rate at first, whatever the size of the gradient', () => {
		const next = optimiserStep(tf, 'adam', startOptimiser(tf, tf.tensor1d([1, -2])), tf.tensor1d([0.5, 4]), 1, 0.1);
		for (const [i, expected] of [0.9, -2.1].entries()) {
			assert.ok(Math.abs((next.parameters.dataSync()[i] as number) - expected) < 1e-6);
		}
	});
});

describe('learning rate', () => {
	it('by step decay falls at once after each number of steps', () => {
		const share = (step: number) => rateShareAt({ factor: 0.5, everySteps: 100 }, step, 1000);
		assert.deepEqual([1, 100, 101, 200, 201].map(share), [1, 1, 0.5, 0.5, 0.25]);
	});

	it('half-then-linear stays for the first half and ends near nothing', () => {
		const share = (step: number) => rateShareAt('half-then-linear', step, 1000);
		assert.equal(share(500), 1);
		assert.ok(Math.abs(share(751) - 0.51) < 1e-12);
		assert.ok(share(1000) < 0.013);
		assert.equal(rateShareAt('constant', 1000, 1000), 1);
	});
});

describe('balance', () => {
	function watch(entries: BalanceEntry[], balance: boolean, accuracy: number, times: number): void {
		for (let i = 0; i < times; i++) {
			const newest = { step: entries.length + 1, realAccuracy: accuracy, fakeAccuracy: accuracy };
			entries.push(judgeBalance(entries, { balance, discriminatorSteps: 1 }, newest));
		}
	}

	it('slows a discriminator that is winning, and gives it its rate back when it has lost its lead', () => {
		const entries: BalanceEntry[] = [];
		watch(entries, true, 1, 10);
		assert.deepEqual(
			entries.slice(0, 5).map(({ leader, action, rateShare }) => [leader, action, rateShare]),
			[
				['discriminator', 'the discriminator learns at 0.5 of its rate', 1 / 2],
				['discriminator', 'the discriminator learns at 0.25 of its rate', 1 / 4],
				['discriminator', 'the discriminator learns at 0.125 of its rate', 1 / 8],
				['discriminator', 'the discriminator learns at 0.0625 of its rate', 1 / 16],
				['discriminator', '', 1 / 16],
			],
		);
		watch(entries, true, 0.5, 30);
		assert.equal(entries.at(-1)?.leader, 'generator');
		assert.ok(entries.some(({ action }) => action === 'one discriminator step more, now 2'));
		assert.deepEqual(handicapOf(entries, { balance: true, discriminatorSteps: 1 }), {
			rateShare: 1,
			discriminatorSteps: 4,
		});
	});

	it('leaves an even game alone', () => {
		const entries: BalanceEntry[] = [];
		watch(entries, true, 0.65, 10);
		assert.ok(entries.every(({ leader, action, rateShare }) => leader === 'even' && action === '' && rateShare === 1));
	});

	it('only tells who leads where it is not to act', () => {
		const entries: BalanceEntry[] = [];
		watch(entries, false, 1, 10);
		assert.ok(entries.every(({ action, rateShare }) => action === '' && rateShare === 1));
		assert.equal(entries.at(-1)?.leader, 'discriminator');
	});
});

describe('early stopping', () => {
	it('is over when nothing better has come for as long as its patience, and knows the best', () => {
		const watch = createQualityWatch(2);
		const seen = [5, 3, 4, 2, 2.5, 2.2].map((measure, i) => watch.add(measure, 10 * i));
		assert.deepEqual(
			seen.map(({ isBest }) => isBest),
			[true, true, false, true, false, false],
		);
		assert.deepEqual(
			seen.map(({ isOver }) => isOver),
			[false, false, false, false, false, true],
		);
		assert.deepEqual(watch.best, { measure: 2, step: 30 });
	});
});

describe('energy distance', () => {
	it('is what its formula says for points that can be counted by hand', () => {
		// 2 * mean(1, 4, 1, 2) - 2 - 3: points 0 and 2 against 1 and 4.
		assert.equal(energyDistance([0, 2], [1, 4], 1), 2 * 2 - 2 - 3);
		assert.equal(energyDistance([0, 0, 3, 4], [0, 0, 3, 4], 2), 2 * 5 - 5 - 5 - 5);
	});

	it('is next to nothing between samples of one distribution and grows with the shift', () => {
		const draw = (label: string, shift: number) => {
			const values = new Float64Array(1000);
			createRandom(1, label).fillNormal(values);
			return values.map((value) => value + shift);
		};
		const same = energyDistance(draw('a', 0), draw('b', 0), 1);
		assert.ok(Math.abs(same) < 0.01, String(same));
		assert.ok(energyDistance(draw('a', 0), draw('b', 1), 1) > 0.2);
	});
});
