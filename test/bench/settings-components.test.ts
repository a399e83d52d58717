import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { readComponents, writeComponents } from '../../bench/settings/component-file.ts';
import { type Components, combine, fitComponents, joinBags } from '../../bench/settings/fit-components.ts';
import { MIXED, type NeighbourChoice, SHIPPED } from '../../bench/settings/settings-grid.ts';
import { createRandom } from '../../src/contracts/random.ts';
import { type Backend, loadBackend } from '../../src/gan/backend.ts';
import { fitScorer } from '../../src/scoring/fit-scorer.ts';
import { DEFAULT_SETTINGS, type ScoringSettings } from '../../src/scoring/options.ts';
import { buildSpecs, buildTable } from '../scoring/build-table.ts';

const SEED = 7;
/** Few members and few steps: what is tested is how the parts are put together. */
const QUICK: Partial<ScoringSettings> = {
	groups: [
		{ features: 2, members: 6 },
		{ features: 3, members: 6 },
	],
	memberRows: 60,
	hidden: 8,
	steps: 15,
	firstSteps: 8,
};

const random = createRandom(2);
const first = Array.from({ length: 240 }, () => random.normal());
const columns = [
	{ name: 'first', cells: first },
	{ name: 'second', cells: first.map((value) => value + 0.3 * random.normal()) },
	{ name: 'third', cells: first.map(() => random.normal()) },
];
const specs = buildSpecs(columns);
const table = buildTable(columns, specs);

let backend: Backend;
let components: Components;
before(async () => {
	backend = await loadBackend();
	components = await fitComponents(backend, table, specs, SEED, QUICK);
});

async function surpriseWith(settings: Partial<ScoringSettings>): Promise<Float64Array> {
	const scorer = await fitScorer(backend, table, specs, { seed: SEED, settings: { ...QUICK, ...settings } });
	const { surprise } = scorer.score(table);
	scorer.dispose();
	return surprise;
}

function largestDifference(a: Float64Array, b: Float64Array): number {
	return a.reduce((most, value, row) => Math.max(most, Math.abs(value - (b[row] as number))), 0);
}

test('components put together at the shipped setting are the surprise of the shipped scorer', async () => {
	assert.ok(largestDifference(combine(components, SHIPPED), await surpriseWith({})) < 1e-6);
});

test('and at another setting that of a scorer with that setting', async () => {
	const other: NeighbourChoice = { rows: 8, core: 0.85, weight: 0.5 };
	const theirs = await surpriseWith({
		neighbours: { ...DEFAULT_SETTINGS.neighbours, rows: other.rows },
		neighbourCore: other.core,
	});
	assert.ok(largestDifference(combine(components, other), theirs) < 1e-6);
	assert.ok(largestDifference(combine(components, SHIPPED), theirs) > 1e-3, 'the settings differ');
});

test('the weight moves the score in a straight line from the trained discriminators to the neighbours', () => {
	const at = (weight: number) => combine(components, { ...SHIPPED, weight });
	const trained = components.trained.map((value, row) => value + (components.marginal[row] as number));
	assert.ok(largestDifference(at(0), trained) < 1e-9);
	assert.ok(
		largestDifference(
			at(0.25),
			at(0).map((value, row) => 0.75 * value + 0.25 * (at(1)[row] as number)),
		) < 1e-9,
	);
});

test('bags of several sizes count alike, but for those that hold the row', () => {
	const term = joinBags([
		[Float64Array.of(2, 2), Float64Array.of(1, 0)],
		[Float64Array.of(4, 4), Float64Array.of(3, 0)],
	]);
	assert.deepEqual([...term], [3.5, 3]);
	const mixed = combine(components, MIXED);
	assert.ok(mixed.every(Number.isFinite));
	assert.ok(largestDifference(mixed, combine(components, SHIPPED)) > 1e-3, 'they are not the shipped bags');
});

test('components come back from their file as they were', () => {
	const folder = mkdtempSync(join(tmpdir(), 'counterfoil-components-'));
	try {
		const path = join(folder, 'cache', 'one.f64');
		assert.equal(readComponents(path), null);
		writeComponents(path, components);
		assert.deepEqual(readComponents(path), components);
	} finally {
		rmSync(folder, { recursive: true });
	}
});
