import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import { finishProfile } from '../../src/features/finish-profile.ts';
import { createFeatureFit } from '../../src/features/fit-features.ts';
import { profileBatch } from '../../src/features/profile-batch.ts';
import { toFeatures } from '../../src/features/to-features.ts';
import { measureLabelLeakage } from '../../src/learn/label-leakage.ts';
import { type CellInput, cells, tableOf } from '../features/table-of.ts';

const ROWS = 3_000;
const random = createRandom(7, 'leakage');
const draw = Array.from({ length: ROWS }, () => random.uniform());
const rare = draw.map((value) => (value < 0.01 ? 1 : 0));

function leaks(columns: Record<string, CellInput[]>, label: string) {
	const batch = tableOf(columns);
	const fit = createFeatureFit(finishProfile(profileBatch(batch)));
	fit.add(batch);
	const specs = fit.finish();
	const at = specs.findIndex(({ column }) => column === label);
	return measureLabelLeakage(toFeatures(batch, specs), specs, at, createRandom(1, 'test'));
}

test('a column that tells a rare label is found, also by its missing cells; noise is a coin toss', () => {
	const found = leaks(
		{
			label: rare,
			kind: rare.map((label, row) => (label === 1 ? (['stolen', 'lost'][row % 2] ?? '') : 'none')),
			refunded: rare.map((label, row) => (label === 1 ? `${row % 5}` : null)),
			noise: cells(ROWS, () => Math.round(random.uniform() * 1_000)),
			hint: rare.map((label) => Math.round(label * 300 + random.uniform() * 1_000)),
		},
		'label',
	);
	const value = new Map(found.map((leak) => [leak.column, leak.value]));
	assert.ok((value.get('kind') ?? 0) > 0.99, JSON.stringify(found));
	assert.ok((value.get('refunded') ?? 0) > 0.99, JSON.stringify(found));
	assert.ok((value.get('noise') ?? 1) < 0.8, JSON.stringify(found));
	assert.ok((value.get('hint') ?? 1) < 0.95, JSON.stringify(found));
});

test('a number is told by explained variance on rows that were not learnt from', () => {
	const found = leaks(
		{
			price: draw.map((value) => Math.round(value * 1e4)),
			gross: draw.map((value) => Math.round(value * 1.19e4)),
			noise: cells(ROWS, () => Math.round(random.uniform() * 1_000)),
		},
		'price',
	);
	assert.deepEqual(
		found.map(({ column, measure }) => [column, measure]),
		[
			['gross', 'r2'],
			['noise', 'r2'],
		],
	);
	assert.ok((found[0]?.value ?? 0) > 0.95 && (found[1]?.value ?? 1) < 0.05, JSON.stringify(found));
});

test('a label with too few rows of a class tells nothing', () => {
	assert.deepEqual(
		leaks({ label: cells(ROWS, (row) => (row < 5 ? 1 : 0)), x: cells(ROWS, (row) => row % 9) }, 'label'),
		[],
	);
});
