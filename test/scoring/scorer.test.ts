import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import type { Backend } from '../../src/gan/backend.ts';
import { loadBackend } from '../../src/gan/backend.ts';
import type { FitScorerOptions } from '../../src/scoring/fit-scorer.ts';
import { fitScorer } from '../../src/scoring/fit-scorer.ts';
import { restoreScorer } from '../../src/scoring/restore-scorer.ts';
import type { Scorer } from '../../src/scoring/scorer.ts';
import type { NamedColumn } from './build-table.ts';
import { areaUnderCurve, buildSpecs, buildTable, takeRows } from './build-table.ts';

/** Small enough for a test, of the same structure as the defaults. */
const SMALL: Partial<FitScorerOptions['settings']> & object = {
	groups: [
		{ features: 2, members: 8 },
		{ features: 3, members: 8 },
	],
	hidden: 16,
	firstHidden: 8,
	steps: 60,
	firstSteps: 20,
	batch: 64,
	memberRows: 200,
};

/** Payments of a kind: every sort of feature, and amounts that depend on the category. */
function payments(rows: number, seed: number): NamedColumn[] {
	const random = createRandom(seed, 'payments');
	const category: (string | null)[] = [];
	const amount: (number | null)[] = [];
	const balance: number[] = [];
	const time: number[] = [];
	const flag: string[] = [];
	for (let row = 0; row < rows; row++) {
		const kind = random.integer(4);
		category.push(random.uniform() < 0.05 ? null : (['food', 'fuel', 'rent', 'fun'][kind] as string));
		amount.push(random.uniform() < 0.1 ? null : Math.exp(kind + 0.3 * random.normal()));
		balance.push(1000 * random.normal());
		time.push((86_400 + 3600 * (kind * 5 + random.normal())) % 86_400);
		flag.push(random.uniform() < 0.9 ? 'no' : 'yes');
	}
	return [
		{ name: 'category', cells: category },
		{ name: 'amount', cells: amount },
		{ name: 'balance', cells: balance },
		{ name: 'time', cells: time, period: 86_400 },
		{ name: 'flag', cells: flag },
		{ name: 'constant', cells: new Array<number>(rows).fill(7) },
		{ name: 'day', cells: Array.from({ length: rows }, (_, row) => row), scored: false },
	];
}

const columns = payments(700, 1);
const specs = buildSpecs(columns);
const table = buildTable(columns, specs);
let backend: Backend;

before(async () => {
	backend = await loadBackend();
});

function sumRows(matrix: Float64Array, width: number): number[] {
	return Array.from({ length: matrix.length / width }, (_, row) =>
		matrix.subarray(row * width, (row + 1) * width).reduce((sum, value) => sum + value, 0),
	);
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
	assert.equal(actual.length, expected.length);
	for (let i = 0; i < actual.length; i++) {
		const distance = Math.abs((actual[i] as number) - (expected[i] as number));
		assert.ok(distance <= tolerance, `${i}: ${actual[i]} is not ${expected[i]}`);
	}
}

describe('a scorer of a mixed table', () => {
	let scorer: Scorer;
	let tensorsBefore: number;

	before(async () => {
		tensorsBefore = backend.tf.memory().numTensors;
		scorer = await fitScorer(backend, table, specs, { seed: 5, settings: SMALL });
	});

	test('gives a row the same figures alone, elsewhere in a batch and in a batch of 10,000', () => {
		const many = takeRows(
			table,
			Array.from({ length: 10_000 }, (_, i) => (i * 37) % 700),
		);
		const batch = scorer.score(many, { reasons: 'columns' });
		for (const at of [0, 1, 255, 256, 4711, 9999]) {
			const alone = scorer.score(takeRows(many, [at]), { reasons: 'columns' });
			for (const key of ['score', 'surprise', 'discriminatorOutput', 'pValue'] as const) {
				assert.ok(Math.abs((alone[key][0] as number) - (batch[key][at] as number)) < 1e-6, `${key} of row ${at}`);
			}
		}
		assert.deepEqual(batch.surprise.slice(0, 700), batch.surprise.slice(7000, 7700));
	});

	test('splits the surprise into contributions that add up, either way, and 0 for what is not scored', () => {
		const cheap = scorer.score(table, { reasons: 'columns' });
		assertClose(sumRows(cheap.contributions as Float64Array, specs.length), cheap.surprise, 1e-6);
		const rows = Int32Array.from([3, 99, 500, 4]);
		const full = scorer.score(table, { reasons: 'full', rows });
		const wanted = [...rows].map((row) => full.surprise[row] as number);
		assertClose(sumRows(full.contributions as Float64Array, specs.length), wanted, 1e-6);
		for (let row = 0; row < rows.length; row++) assert.equal(full.contributions?.[row * specs.length + 6], 0);
		assertClose(full.surprise, cheap.surprise, 0);
		assert.equal(scorer.score(table).contributions, undefined);
	});

	test('is the same after it was saved and restored', () => {
		const state = scorer.toState();
		const restored = restoreScorer(backend, { json: JSON.parse(JSON.stringify(state.json)), tensors: state.tensors });
		const options = { reasons: 'full', rows: Int32Array.from([7]) } as const;
		assert.deepEqual(restored.score(table, options), scorer.score(table, options));
		restored.dispose();
	});

	test('refuses a state that is not one, and a table with other columns', () => {
		const state = scorer.toState();
		assert.throws(() => restoreScorer(backend, { json: { format: 'other' }, tensors: {} }), { code: 'MODEL_INVALID' });
		const { references: _, ...tensors } = state.tensors;
		assert.throws(() => restoreScorer(backend, { json: state.json, tensors }), { code: 'MODEL_INVALID' });
		const fewer = { rows: table.rows, columns: table.columns.slice(1) };
		assert.throws(() => scorer.score(fewer), { code: 'SCHEMA_MISMATCH' });
	});

	test('is the same for the same seed and another for another seed', async () => {
		const again = await fitScorer(backend, table, specs, { seed: 5, settings: SMALL });
		assert.deepEqual(again.score(table), scorer.score(table));
		again.dispose();
		const other = await fitScorer(backend, table, specs, { seed: 6, settings: SMALL });
		assert.notDeepEqual(other.score(table).surprise, scorer.score(table).surprise);
		other.dispose();
	});

	test('finds unseen levels, missing values, far numbers and changed constants more surprising', () => {
		const plain = columns.map((column) => ({ ...column, cells: [column.cells[10] ?? null] }));
		const changed = (name: string, cell: string | number | null) =>
			plain.map((column) => (column.name === name ? { ...column, cells: [cell] } : column));
		const surpriseOf = (row: NamedColumn[]) => {
			const { contributions, surprise } = scorer.score(buildTable(row, specs), { reasons: 'columns' });
			assert.ok(Number.isFinite(surprise[0]));
			return contributions as Float64Array;
		};
		const usual = surpriseOf(plain);
		for (const [name, cell] of [
			['category', 'casino'],
			['flag', null],
			['balance', null],
			['balance', 1e5],
			['balance', -1e300],
			['constant', 8],
			['constant', null],
		] as const) {
			const index = columns.findIndex((column) => column.name === name);
			const found = surpriseOf(changed(name, cell))[index] as number;
			assert.ok(found > (usual[index] as number) + 2, `${name} ${cell}: ${found}, usual ${usual[index]}`);
		}
		const [near, far] = [1e5, 1e7].map((cell) => surpriseOf(changed('balance', cell))[2] as number);
		assert.ok((far as number) > (near as number));
	});

	test('calibrates: training rows are spread over 0 to 1 and p-values are their counterpart', () => {
		const { score, pValue } = scorer.score(table);
		const sorted = score.slice().sort();
		for (const share of [0.1, 0.5, 0.9, 0.99]) {
			assert.ok(Math.abs((sorted[Math.floor(share * 700)] as number) - share) < 0.01);
		}
		for (let row = 0; row < 700; row++) {
			assert.ok(Math.abs((score[row] as number) + (pValue[row] as number) - 1) < 0.01);
		}
	});

	test('leaves no tensor behind', async () => {
		const loaded = backend.tf.memory().numTensors;
		scorer.score(table, { reasons: 'full', rows: Int32Array.from([1, 2]) });
		assert.equal(backend.tf.memory().numTensors, loaded);
		scorer.dispose();
		assert.equal(backend.tf.memory().numTensors, tensorsBefore);
	});
});

test('rows that members trained on are judged by the others, also when they come back in another table', async () => {
	// Noise: whoever trained on a row long enough knows it as real, whoever did not cannot.
	const random = createRandom(8);
	const noise = Array.from({ length: 6 }, (_, i) => ({
		name: `n${i}`,
		cells: Array.from({ length: 120 }, () => random.normal()),
	}));
	const noiseSpecs = buildSpecs(noise);
	const rows = buildTable(noise, noiseSpecs);
	const groups = [{ features: 6, members: 8 }];
	const settings = { ...SMALL, groups, steps: 300, hidden: 48, weightDecay: 0, temperatureMax: 0 };
	const scorer = await fitScorer(backend, rows, noiseSpecs, { seed: 1, normalOnly: true, settings });
	const state = scorer.toState();
	const json = JSON.parse(JSON.stringify(state.json)) as { groups: { temperature: number }[] };
	for (const group of json.groups) group.temperature = 1;
	const sharp = restoreScorer(backend, { json, tensors: state.tensors });
	const forgetful = restoreScorer(backend, {
		json,
		tensors: {
			...state.tensors,
			'bags/hashes': { shape: [0, 2], data: new Uint32Array(0) },
			'neighbours/hashes': { shape: [0, 2], data: new Uint32Array(0) },
		},
	});
	const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
	const outOfBag = mean(sharp.score(rows).discriminatorOutput);
	const inBag = mean(forgetful.score(rows).discriminatorOutput);
	assert.ok(inBag > outOfBag + 1, `in bag ${inBag}, out of bag ${outOfBag}`);
	const back = takeRows(rows, [17, 3]);
	assert.deepEqual(
		sharp.score(back).surprise,
		Float64Array.from([17, 3], (row) => sharp.score(rows).surprise[row] as number),
	);
	for (const open of [scorer, sharp, forgetful]) open.dispose();
});

test('combinations that never occur are found where each value by itself is common', async () => {
	const random = createRandom(3);
	const colours = ['red', 'green', 'blue', 'black'];
	const cells = Array.from({ length: 5 }, () => [] as (string | number)[]);
	const rowsTotal = 1500;
	const planted: number[] = [];
	for (let row = 0; row < rowsTotal; row++) {
		const kind = random.integer(4);
		const isPlanted = row % 60 === 0;
		if (isPlanted) planted.push(row);
		const other = isPlanted ? (kind + 1 + random.integer(3)) % 4 : kind;
		cells[0]?.push(colours[kind] as string);
		cells[1]?.push(other * 2 + 0.2 * random.normal());
		cells[2]?.push(random.normal());
		cells[3]?.push(random.normal());
		cells[4]?.push(random.normal());
	}
	const named = cells.map((column, i) => ({ name: `c${i}`, cells: column }));
	const namedSpecs = buildSpecs(named);
	const rows = buildTable(named, namedSpecs);
	const settings = { memberRows: 600, steps: 200, firstSteps: 80, hidden: 32 };
	const scorer = await fitScorer(backend, rows, namedSpecs, { seed: 1, settings });
	const plantedRows = Int32Array.from(planted);
	const { surprise, marginal, contributions } = scorer.score(rows, { reasons: 'columns' });
	const full = scorer.score(rows, { reasons: 'full', rows: plantedRows });
	scorer.dispose();
	const auc = (values: readonly number[]) =>
		areaUnderCurve(
			planted.map((row) => values[row] as number),
			values.filter((_, row) => row % 60 !== 0),
		);
	const byMarginals = auc(sumRows(marginal as Float64Array, 5));
	const together = auc([...surprise]);
	assert.ok(byMarginals < 0.6, `marginals alone ${byMarginals}`);
	assert.ok(together > 0.85, `with discriminators ${together}`);

	// The two columns that do not go together are blamed, and by the full split more than by the equal one.
	const blame = (parts: Float64Array, marginals: Float64Array, row: number) =>
		[0, 1].reduce((sum, f) => sum + (parts[row * 5 + f] as number) - (marginals[row * 5 + f] as number), 0);
	const blameFull = planted.reduce(
		(sum, _, i) => sum + blame(full.contributions as Float64Array, full.marginal as Float64Array, i),
		0,
	);
	const blameEqual = planted.reduce(
		(sum, row) => sum + blame(contributions as Float64Array, marginal as Float64Array, row),
		0,
	);
	assert.ok(blameFull > blameEqual && blameEqual > 0, `full ${blameFull}, equal ${blameEqual}`);
});

test('tables of one feature, of constants, of duplicates and of missing cells are scored', async () => {
	const rows = 40;
	const repeat = (cells: readonly (number | string | null)[]) =>
		Array.from({ length: rows }, (_, row) => cells[row % cells.length] ?? null);
	const tables: Record<string, NamedColumn[]> = {
		one: [{ name: 'a', cells: Array.from({ length: rows }, (_, i) => i * i) }],
		constant: [{ name: 'a', cells: repeat([3]) }],
		duplicates: [
			{ name: 'a', cells: repeat([1, 2]) },
			{ name: 'b', cells: repeat(['x', 'y']) },
		],
		missing: [
			{ name: 'a', cells: repeat([null]) },
			{ name: 'b', cells: repeat([1, null]) },
			{ name: 'c', cells: repeat(['x', null, 'y']) },
		],
	};
	for (const [name, named] of Object.entries(tables)) {
		const namedSpecs = buildSpecs(named);
		const built = buildTable(named, namedSpecs);
		const scorer = await fitScorer(backend, built, namedSpecs, { seed: 1, settings: SMALL });
		const { score, surprise } = scorer.score(built, { reasons: 'full' });
		assert.ok(surprise.every(Number.isFinite) && score.every((s) => s >= 0 && s <= 1), name);
		if (name === 'constant') assert.ok(score.every((s) => s === 0.5));
		scorer.dispose();
	}
});

test('a fit reports its progress to the end, can be cancelled, and refuses what it cannot learn from', async () => {
	const seen: number[] = [];
	let total = 0;
	const onProgress = (progress: { done: number; total: number }) => {
		seen.push(progress.done);
		total = progress.total;
	};
	const scorer = await fitScorer(backend, table, specs, { seed: 1, settings: SMALL, onProgress });
	scorer.dispose();
	assert.equal(seen.at(-1), total);
	assert.deepEqual(
		seen,
		[...new Set(seen)].sort((a, b) => a - b),
	);

	const tensors = backend.tf.memory().numTensors;
	const controller = new AbortController();
	const cancelled = fitScorer(backend, table, specs, {
		seed: 1,
		settings: SMALL,
		signal: controller.signal,
		onProgress: ({ done }) => done >= 70 && controller.abort(),
	});
	await assert.rejects(cancelled, { code: 'CANCELLED' });
	assert.equal(backend.tf.memory().numTensors, tensors);

	const nine = takeRows(table, [...Array(9).keys()]);
	await assert.rejects(fitScorer(backend, nine, specs, { seed: 1 }), { code: 'TABLE_UNTRAINABLE' });
	const unscored = specs.map((spec) => ({ ...spec, scored: false }));
	await assert.rejects(fitScorer(backend, table, unscored, { seed: 1 }), { code: 'TABLE_UNTRAINABLE' });
});
