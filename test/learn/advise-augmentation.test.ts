import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeatureTable } from '../../src/contracts/features.ts';
import { createRandom, type Random } from '../../src/contracts/random.ts';
import { pickRows } from '../../src/features/pick-rows.ts';
import { type AdviseInput, type AdviseOptions, adviseAugmentation } from '../../src/learn/advise-augmentation.ts';
import { codes, numbers, specsOf, tableOf } from './build-table.ts';

const ROWS = 1200;

/** The rare class lies on a line that the other class keeps away from: a few rows do not show a tree the line. */
function drawClass(random: Random, rows: number, isRare: boolean): FeatureTable {
	const [x, y] = [new Float64Array(rows), new Float64Array(rows)];
	for (let row = 0; row < rows; row++) {
		const first = random.integer(1000);
		x[row] = first;
		y[row] = isRare ? first + random.integer(60) - 30 : (first + 60 + random.integer(880)) % 1000;
	}
	return tableOf([x, y, numbers(rows, () => random.integer(1000)), codes(rows, () => random.integer(3))]);
}

const random = createRandom(1);
const labels = Uint8Array.from({ length: ROWS }, (_, row) => (row % 20 === 0 ? 1 : 0));
const rows = labels.reduce((sum, label) => sum + label, 0);
const [rare, others] = [drawClass(random, rows, true), drawClass(random, ROWS - rows, false)];
let [nextRare, nextOther] = [0, 0];
const order = Array.from(labels, (label) => (label === 1 ? nextRare++ : rows + nextOther++));
const table = pickRows(
	tableOf(
		rare.columns.map((column, i) => {
			const other = others.columns[i];
			if (column.type === 'numeric' && other?.type === 'numeric') {
				return Float64Array.of(...column.values, ...other.values);
			}
			if (column.type === 'categorical' && other?.type === 'categorical')
				return Int32Array.of(...column.codes, ...other.codes);
			throw new TypeError('features differ');
		}),
	),
	order,
);
const seen: Int32Array[] = [];
const fits = { disposed: 0 };

/** The truth itself: as good as a generator can be. */
const perfect: AdviseInput['fitGenerator'] = async (training, _, report) => {
	seen.push(training);
	report(1);
	return { sample: (count, draws, label) => drawClass(draws, count, label === 1), dispose: () => fits.disposed++ };
};
/** Rows of the other class under the rare label. */
const harmful: AdviseInput['fitGenerator'] = async () => ({ sample: (count, draws) => drawClass(draws, count, false) });

function advise(
	fitGenerator: AdviseInput['fitGenerator'],
	options: Partial<AdviseOptions & Pick<AdviseInput, 'target'>> = {},
) {
	const { target = { measure: 'ap' }, ...others } = options;
	return adviseAugmentation(
		{ table, specs: specsOf(table), labels, target, fitGenerator },
		{ random: createRandom(7), learner: { rounds: 10 }, repeats: 1, ...others },
	);
}

test('rows that add what the few rare ones cannot say are recommended, with intervals that leave out 0', async () => {
	const advice = await advise(perfect, { repeats: 2, amounts: [2, 'balance'], bothAmounts: [] });
	const ours = advice.chosen.find(({ method }) => method === 'synthetic');
	assert.ok((ours?.againstNothing.low ?? 0) > 0 && (ours?.againstWeights.low ?? 0) > 0, advice.verdict);
	assert.match(advice.verdict, /^Recommended, .*: average precision/);
	assert.equal(advice.recommended?.rows, advice.recommended?.amount === 'balance' ? ROWS - 2 * rows : 2 * rows);
});

test('rows of both classes are recommended where they say more than rows of the rare class', async () => {
	const { arms, recommended, verdict } = await advise(perfect, { repeats: 2, amounts: [0.5], bothAmounts: [4] });
	const both = arms.find(({ method }) => method === 'synthetic, both classes');
	assert.equal(both?.addedRows, (4 * ROWS * 4) / 5);
	assert.deepEqual(recommended, { classes: 'both', amount: 4, rows: 4 * ROWS });
	assert.match(verdict, /^Recommended, 4 new rows per row, half of them rare: /);
});

test('rows of both classes are as many for any table beyond a few thousand rows', async () => {
	const { arms } = await advise(perfect, { folds: 2, amounts: [], bothAmounts: [1, 40, 80] });
	const both = arms.filter(({ method }) => method === 'synthetic, both classes');
	assert.deepEqual(
		both.map(({ addedRows }) => addedRows),
		[600, 20_000],
	);
});

test('as if the table had fewer rows, parts of it learn from so many and are tested on their others', async () => {
	seen.length = 0;
	const { folds, repeats, trainingRows, interval } = await advise(perfect, {
		folds: 3,
		repeats: 4,
		amounts: [1],
		bothAmounts: [],
		trainingRows: 250,
	});
	assert.deepEqual([folds, repeats, trainingRows, interval.method], [3, 1, 250, 't of separate parts']);
	// Each class is rounded by itself.
	for (const { length } of seen) assert.ok(Math.abs(length - 250) <= 1, `${length}`);
	const together = seen.flatMap((training) => [...training]);
	assert.equal(new Set(together).size, together.length);
	for (const training of seen) {
		const rareOnes = training.reduce((sum, row) => sum + (labels[row] as number), 0);
		assert.ok(Math.abs(rareOnes - (250 * rows) / ROWS) <= 1.5, `${rareOnes}`);
	}
});

test('parts that are too small to learn from so many rows are refused', async () => {
	for (const trainingRows of [100, 390, 1000]) {
		await assert.rejects(advise(perfect, { folds: 3, trainingRows }), { code: 'TABLE_UNTRAINABLE' });
	}
});

test('rows that harm are advised against', async () => {
	const advice = await advise(harmful);
	assert.equal(advice.recommended, null);
	assert.match(advice.verdict, /^Advised against, .*interval/);
	const worst = advice.arms.find(({ method, amount }) => method === 'synthetic' && amount === 'balance');
	assert.ok((worst?.againstNothing?.difference ?? 0) < -0.02, advice.verdict);
});

test('copies by another name are not recommended', async () => {
	const copying: AdviseInput['fitGenerator'] = async (training) => {
		const own = pickRows(
			table,
			training.filter((row) => labels[row] === 1),
		);
		return {
			sample: (count, draws) =>
				pickRows(
					own,
					Int32Array.from({ length: count }, () => draws.integer(own.rows)),
				),
		};
	};
	assert.equal((await advise(copying)).recommended, null);
});

test('the generator of a fold never sees its test rows, and every row is tested once in each repeat', async () => {
	seen.length = 0;
	fits.disposed = 0;
	await advise(perfect, { folds: 4, repeats: 2, amounts: [1] });
	assert.equal(seen.length, 8);
	assert.equal(fits.disposed, 8);
	for (const repeat of [seen.slice(0, 4), seen.slice(4)]) {
		const times = new Uint8Array(ROWS);
		for (const training of repeat) for (const row of training) times[row] = (times[row] as number) + 1;
		assert.ok(times.every((count) => count === 3));
	}
});

test('where a threshold is chosen, the rows that choose it are set aside from generator and learner', async () => {
	for (const target of [{ measure: 'f1' }, { measure: 'recall', precision: 0.5 }] as const) {
		seen.length = 0;
		const { arms } = await advise(perfect, { folds: 4, amounts: [1], target });
		for (const training of seen) assert.ok(Math.abs(training.length - ((ROWS * 3) / 4) * 0.75) <= 2);
		for (const { scores } of arms) assert.ok(scores.every((score) => score >= 0 && score <= 1));
	}
});

test('every method adds the same number of rows, and amounts beyond balance are left out', async () => {
	const { arms } = await advise(perfect, { amounts: [1, 50, 'balance'] });
	const added = (method: string) => arms.filter((arm) => arm.method === method).map(({ addedRows }) => addedRows);
	assert.deepEqual(added('synthetic'), [48, 912 - 48]);
	assert.deepEqual(added('smote'), added('synthetic'));
	assert.deepEqual(added('over-sampling'), added('synthetic'));
	assert.deepEqual(added('nothing'), [0]);
});

test('the same seed gives the same advice, and progress ends at 1', async () => {
	const progress: number[] = [];
	const first = await advise(perfect, { amounts: [1], onProgress: (done) => progress.push(done) });
	assert.deepEqual(await advise(perfect, { amounts: [1] }), first);
	assert.equal(progress.at(-1), 1);
	assert.deepEqual(
		progress.toSorted((a, b) => a - b),
		progress,
	);
	assert.deepEqual(JSON.parse(JSON.stringify(first)), first);
});

test('too few rare rows to judge by are refused', async () => {
	await assert.rejects(advise(perfect, { folds: 25 }), { code: 'TABLE_UNTRAINABLE' });
});
