import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import type { LearningTarget } from '../../src/learn/learning-target.ts';
import { createTreeLoss } from '../../src/learn/tree-loss.ts';
import { numbers } from './build-table.ts';

const ROWS = 7;
const rows = Int32Array.from({ length: ROWS }, (_, row) => row);
const weights = numbers(ROWS, (row) => 0.5 + row);
const totalWeight = weights.reduce((sum, weight) => sum + weight, 0);
const targets: LearningTarget[] = [
	{ type: 'binary', labels: Uint8Array.of(1, 0, 0, 1, 1, 0, 1) },
	{ type: 'multiclass', codes: Int32Array.of(0, 1, 2, 2, 1, 0, 1), classes: 3 },
	{ type: 'numeric', values: Float64Array.of(1, -2, 0, 5, 3, 8, -1) },
];

for (const target of targets) {
	const loss = createTreeLoss(target, weights);
	const sums = numbers(ROWS * loss.outputs, () => 0);
	createRandom(3).fillNormal(sums);
	const meanAt = (at: number, change: number) => {
		const moved = sums.slice();
		moved[at] = (moved[at] as number) + change;
		loss.prepare(moved);
		return loss.mean(moved, rows) * totalWeight;
	};

	test(`derivatives of the ${target.type} loss are those of finite differences`, () => {
		for (let output = 0; output < loss.outputs; output++) {
			const into = { gradient: new Float64Array(ROWS), hessian: new Float64Array(ROWS) };
			loss.prepare(sums);
			loss.derivatives(sums, output, rows, into);
			for (let row = 0; row < ROWS; row++) {
				const at = row * loss.outputs + output;
				const step = 1e-3;
				const first = (meanAt(at, step) - meanAt(at, -step)) / (2 * step);
				const second = (meanAt(at, step) + meanAt(at, -step) - 2 * meanAt(at, 0)) / step ** 2;
				// Of several classes the second derivative is doubled: a bound that keeps the steps of all classes together short.
				const factor = target.type === 'multiclass' ? 2 : 1;
				assert.ok(Math.abs((into.gradient[row] as number) - first) < 1e-5);
				assert.ok(Math.abs((into.hessian[row] as number) - factor * second) < 1e-5);
			}
		}
	});

	test(`the ${target.type} loss starts from its best constant`, () => {
		const start = loss.start(rows);
		const at = (shift: number, output: number) => {
			const all = numbers(
				ROWS * loss.outputs,
				(i) => (start[i % loss.outputs] as number) + (i % loss.outputs === output ? shift : 0),
			);
			loss.prepare(all);
			return loss.mean(all, rows);
		};
		for (let output = 0; output < loss.outputs; output++) {
			assert.ok(at(0, output) < at(0.01, output));
			assert.ok(at(0, output) < at(-0.01, output));
		}
	});
}
