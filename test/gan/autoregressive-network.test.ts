import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import type { TokenColumn } from '../../src/contracts/tokens.ts';
import { type Backend, loadBackend } from '../../src/gan/backend.ts';
import { createColumnDrawer } from '../../src/gan/column-drawer.ts';
import type { OrderedBatch } from '../../src/gan/factorised-network.ts';
import { createTokenNetwork, type TokenNetwork } from '../../src/gan/token-network.ts';

let backend: Backend;
before(async () => {
	backend = await loadBackend();
});

const COLUMNS: TokenColumn[] = [
	{ tokens: 3, frequencies: [0.5, 0.3, 0.2], positions: null },
	{ tokens: 4, frequencies: [0.4, 0.3, 0.2, 0.1], positions: [0.2, 0.55, 0.8, null] },
	{ tokens: 2, frequencies: [0.9, 0.1], positions: null },
];
const DENSE = { columns: COLUMNS, embedding: 3, hidden: 5 };
const ROWS = 6;

function drawBatch(seed: number, order: number[], extra: Partial<OrderedBatch> = {}): OrderedBatch {
	const random = createRandom(seed);
	const tokens = Int32Array.from({ length: ROWS * 3 }, (_, i) =>
		random.integer((COLUMNS[i % 3] as TokenColumn).tokens),
	);
	return { tokens, rows: ROWS, order, dropout: null, weights: null, ...extra };
}

for (const [name, shape] of [
	['in which every column tells every other', DENSE],
	['in which columns tell the others through a few numbers', { ...DENSE, rank: 4 }],
] as const) {
	describe(`the network ${name}`, () => {
		let network: TokenNetwork;
		before(() => {
			network = createTokenNetwork(backend, shape);
		});

		/** [features, rows] */
		function surprisal(flat: Float32Array, batch: OrderedBatch): Float32Array {
			const { tf } = backend;
			const result = tf.tidy(() => network.surprisalTensor(tf.tensor1d(flat), batch));
			const values = (result.dataSync() as Float32Array).slice();
			result.dispose();
			return values;
		}

		function perturbed(seed: number): Float32Array {
			const random = createRandom(seed);
			const flat = network.initial(100, random);
			return flat.map((value) => (value < -1e6 ? value : value + 0.3 * random.normal()));
		}

		test('a new network whose heads are silent knows the shares of each column', () => {
			const flat = network.initial(1e6, createRandom(1));
			const [heads, biases] = network.plan.layout.sizes.slice(-2) as [number, number];
			flat.fill(0, flat.length - biases - heads, flat.length - biases);
			const batch = drawBatch(2, [0, 1, 2]);
			const values = surprisal(flat, batch);
			for (let feature = 0; feature < 3; feature++) {
				for (let row = 0; row < ROWS; row++) {
					const token = batch.tokens[row * 3 + feature] as number;
					const share = (COLUMNS[feature] as TokenColumn).frequencies[token] as number;
					assert.ok(Math.abs((values[feature * ROWS + row] as number) + Math.log(share)) < 1e-4);
				}
			}
		});

		test('a column depends on the columns before it in the order and on no other', () => {
			const flat = perturbed(3);
			const order = [2, 0, 1];
			const batch = drawBatch(4, order);
			const before = surprisal(flat, batch);
			for (const [place, feature] of order.entries()) {
				const tokens = batch.tokens.slice();
				const { tokens: count } = COLUMNS[feature] as TokenColumn;
				for (let row = 0; row < ROWS; row++)
					tokens[row * 3 + feature] = ((tokens[row * 3 + feature] as number) + 1) % count;
				const after = surprisal(flat, { ...batch, tokens });
				for (const [otherPlace, other] of order.entries()) {
					const same = before
						.subarray(other * ROWS, (other + 1) * ROWS)
						.every((value, row) => value === after[other * ROWS + row]);
					assert.equal(same, otherPlace < place, `column ${other} when column ${feature} changes`);
				}
			}
		});

		test('the probabilities of all rows sum to 1, whatever the order', () => {
			const flat = perturbed(5);
			const all: number[] = [];
			for (let a = 0; a < 3; a++) for (let b = 0; b < 4; b++) for (let c = 0; c < 2; c++) all.push(a, b, c);
			for (const order of [
				[0, 1, 2],
				[1, 2, 0],
			]) {
				const batch = { tokens: Int32Array.from(all), rows: 24, order, dropout: null, weights: null };
				const values = surprisal(flat, batch);
				let total = 0;
				for (let row = 0; row < 24; row++) {
					total += Math.exp(-[0, 1, 2].reduce((sum, feature) => sum + (values[feature * 24 + row] as number), 0));
				}
				assert.ok(Math.abs(total - 1) < 1e-4, `sum ${total}`);
			}
		});

		test('the gradient is that of finite differences, with dropped units and weighted rows', () => {
			const { tf } = backend;
			const random = createRandom(6);
			const dropout = Float32Array.from({ length: ROWS * 3 * 5 }, () => (random.uniform() < 0.25 ? 0 : 4 / 3));
			const weights = Float32Array.from({ length: ROWS }, () => 2 * random.uniform());
			const batch = drawBatch(7, [1, 0, 2], { dropout, weights });
			const flat = perturbed(8);
			const loss = (parameters: Float32Array) => {
				const values = surprisal(parameters, batch);
				let sum = 0;
				for (let i = 0; i < values.length; i++) sum += ((values[i] as number) * (weights[i % ROWS] as number)) / ROWS;
				return sum;
			};
			const tensor = tf.tidy(() => network.gradientTensor(tf.tensor1d(flat), batch));
			const gradient = (tensor.dataSync() as Float32Array).slice();
			tensor.dispose();
			let checked = 0;
			for (let i = 0; i < flat.length; i++) {
				if ((flat[i] as number) < -1e6) {
					assert.equal(gradient[i], 0);
					continue;
				}
				if (i % 3 !== 0) continue;
				const step = 1e-2;
				const moved = (by: number) => loss(flat.map((value, at) => (at === i ? value + by : value)));
				const slope = (moved(step) - moved(-step)) / (2 * step);
				assert.ok(Math.abs(slope - (gradient[i] as number)) < 2e-3, `parameter ${i}: ${slope} and ${gradient[i]}`);
				checked++;
			}
			assert.ok(checked > 60);
		});

		test('rows are drawn by the probabilities that the network gives', () => {
			const { tf } = backend;
			const flat = perturbed(9);
			const order = [1, 2, 0];
			const batch = drawBatch(10, order);
			const expected = surprisal(flat, batch);
			const drawer = createColumnDrawer(backend, network.plan, flat);
			const making = drawer.begin(ROWS);
			for (const feature of order) {
				const tokenAt = (row: number) => batch.tokens[row * 3 + feature] as number;
				const logs = tf.tidy(() => tf.logSoftmax(making.logitsTensor(feature)));
				const values = logs.dataSync() as Float32Array;
				logs.dispose();
				const { tokens } = COLUMNS[feature] as TokenColumn;
				// Where no column is known all rows have the same odds, given once.
				const perRow = values.length === tokens ? 0 : tokens;
				for (let row = 0; row < ROWS; row++) {
					const own = values[row * perRow + tokenAt(row)] as number;
					assert.ok(Math.abs(own + (expected[feature * ROWS + row] as number)) < 1e-4, `column ${feature}, row ${row}`);
				}
				making.tell(feature, tokenAt);
			}
			making.dispose();
			drawer.dispose();
		});
	});
}
