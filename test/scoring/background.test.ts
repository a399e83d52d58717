import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { MISSING_LEVEL } from '../../src/contracts/features.ts';
import { createRandom } from '../../src/contracts/random.ts';
import type { Backend } from '../../src/gan/backend.ts';
import { loadBackend } from '../../src/gan/backend.ts';
import { type Background, fitBackground } from '../../src/scoring/background/background.ts';
import { createCounter, fitTrainingCounts } from '../../src/scoring/background/training-counts.ts';
import { binValues, fitValueBins, isInRange, rangeAround } from '../../src/scoring/background/value-bins.ts';
import { rankValue, shareNearby } from '../../src/scoring/background/value-ranks.ts';
import { explainRows } from '../../src/scoring/explain-rows.ts';
import { fitScorer } from '../../src/scoring/fit-scorer.ts';
import { sizeOf } from '../../src/scoring/group-surprise.ts';
import type { FeatureReason, GroupReason, NearestReason, Reason } from '../../src/scoring/reasons.ts';
import type { Scorer } from '../../src/scoring/scorer.ts';
import { restoreScoringModel, scoringModelState } from '../../src/scoring/scoring-model.ts';
import { buildSpecs, buildTable, type NamedColumn } from './build-table.ts';

test('a number falls into the bin of its twentieth, and one that fills several has a bin of its own', () => {
	const cells = [...new Array<number>(500).fill(0), ...Array.from({ length: 500 }, (_, i) => i + 1)];
	const [spec] = buildSpecs([{ name: 'x', cells }]);
	const { columns } = buildTable([{ name: 'x', cells }], buildSpecs([{ name: 'x', cells }]));
	const bins = fitValueBins(spec as NonNullable<typeof spec>, columns[0] as (typeof columns)[number]);
	const codes = binValues(bins, { type: 'numeric', values: Float64Array.of(-5, 0, 1, 499, 500, 9e9, Number.NaN) });
	assert.deepEqual([...codes], [0, 0, 1, 10, 10, 10, 254]);
	assert.deepEqual(rangeAround(bins, 0, 1), { from: 0, to: 1 });
	assert.deepEqual(rangeAround(bins, 10, 2), { from: 8, to: 10 });
});

test('hours go round midnight', () => {
	const spec = buildSpecs([{ name: 't', cells: [0, 1000, 86_000], period: 86_400 }])[0];
	const bins = fitValueBins(spec as NonNullable<typeof spec>, { type: 'numeric', values: Float64Array.of(0) });
	const codes = binValues(bins, { type: 'numeric', values: Float64Array.of(0, 3600, 86_399, 86_400, Number.NaN) });
	assert.deepEqual([...codes], [0, 1, 23, 0, 254]);
	const late = rangeAround(bins, 23, 1);
	assert.deepEqual(
		[22, 23, 0, 1, 254].map((bin) => isInRange(bin, late)),
		[true, true, true, false, false],
	);
	const points = Float64Array.of(100, 4000, 40_000, 86_300);
	assert.equal(shareNearby(points, 0, 86_400), 0.5);
});

test('where a number stands is told by the training rows on either side of it', () => {
	const points = Float64Array.from({ length: 1000 }, (_, i) => i);
	assert.deepEqual(rankValue(points, 999), { smaller: 0.999, larger: 0 });
	assert.deepEqual(rankValue(points, 1e6), { smaller: 1, larger: 0 });
	assert.deepEqual(rankValue(points, 250), { smaller: 0.25, larger: 0.749 });
	assert.equal(rankValue(points, Number.NaN), null);
	const repeated = Float64Array.of(1, 2, 2, 2, 3);
	assert.deepEqual(rankValue(repeated, 2), { smaller: 0.2, larger: 0.2 });
	assert.deepEqual(rankValue(repeated, 0), { smaller: 0, larger: 1 });
	assert.deepEqual(rankValue(repeated, 2.5), { smaller: 0.8, larger: 0.2 });
});

/** Devices that hang on the channel, and an amount that does; one row in a hundred breaks the rule. */
function shops(rows: number, seed: number): { columns: NamedColumn[]; broken: number[] } {
	const random = createRandom(seed, 'shops');
	const columns: (string | number | null)[][] = [[], [], [], [], []];
	const broken: number[] = [];
	for (let row = 0; row < rows; row++) {
		const isOnline = random.uniform() < 0.5;
		const isBroken = row % 100 === 99;
		if (isBroken) broken.push(row);
		const devices = isOnline !== isBroken ? ['phone', 'browser'] : ['terminal', 'kiosk'];
		columns[0]?.push(isOnline ? 'online' : 'shop');
		columns[1]?.push(devices[random.integer(2)] as string);
		columns[2]?.push(random.normal());
		columns[3]?.push(random.uniform() < 0.1 ? null : Math.exp(random.normal()));
		columns[4]?.push(['a', 'b', 'c'][random.integer(3)] as string);
	}
	const names = ['channel', 'device', 'noise', 'amount', 'letter'];
	return { columns: names.map((name, at) => ({ name, cells: columns[at] ?? [] })), broken };
}

describe('the reasons of a row', () => {
	const training = shops(3000, 1);
	const specs = buildSpecs(training.columns);
	// Training data without what is to be found.
	const isBroken = new Set(training.broken);
	const clean = training.columns.map(({ name, cells }) => ({
		name,
		cells: cells.filter((_, row) => !isBroken.has(row)),
	}));
	const table = buildTable(clean, specs);
	const later = shops(600, 2);
	const laterTable = buildTable(later.columns, specs);
	const valuesOf = (row: number) => later.columns.map(({ cells }) => cells[row] ?? null);
	let backend: Backend;
	let scorer: Scorer;
	let background: Background;

	before(async () => {
		backend = await loadBackend();
		const settings = {
			groups: [
				{ features: 3, members: 12 },
				{ features: 4, members: 12 },
			],
			hidden: 24,
			steps: 200,
			memberRows: 800,
		};
		scorer = await fitScorer(backend, table, specs, { seed: 1, normalOnly: true, settings });
		const rowNumbers = Array.from({ length: table.rows }, (_, row) => row + 1);
		background = fitBackground(scorer, table, specs, rowNumbers, createRandom(1));
	});

	function explain(rows: readonly number[]): Reason[][] {
		return explainRows(
			{ scorer, background },
			{ table: laterTable, rows: Int32Array.from(rows), values: valuesOf, top: 3 },
		);
	}

	test('name the values that never occur together, as counted in the training rows', () => {
		for (const [at, reasons] of explain(later.broken).entries()) {
			const groups = reasons.filter((reason): reason is GroupReason => reason.kind === 'together');
			assert.equal(groups.length, 1);
			assert.deepEqual(new Set(groups[0]?.features), new Set(['channel', 'device']));
			assert.equal(groups[0]?.observed, 0);
			assert.ok((groups[0]?.expected ?? 0) > 300);
			const row = later.broken[at] as number;
			const [channel, device] = valuesOf(row);
			assert.match(
				groups[0]?.text ?? '',
				/^(channel|device) "\w+" was never seen with (device|channel) "\w+" \(none of 2,970 training rows, 3\d\d would be by chance\)$/,
			);
			for (const value of [channel, device]) assert.ok(groups[0]?.text.includes(`"${value}"`));
		}
	});

	test('do not count a training row against itself', () => {
		const row = training.broken[0] as number;
		const own = buildTable(
			training.columns.map(({ name, cells }) => ({ name, cells: [...cells.slice(0, row + 1)] })),
			specs,
		);
		const counts = fitTrainingCounts(own, specs, createRandom(1));
		const values = training.columns.map(({ cells }) => cells[row] ?? null);
		const [reasons] = explainRows(
			{ scorer, background: { ...background, counts } },
			{ table: own, rows: Int32Array.of(row), values: () => values },
		);
		const group = reasons?.find((reason): reason is GroupReason => reason.kind === 'together');
		assert.equal(group?.observed, 0);
		assert.equal(group?.rows, row);
		assert.match(group?.text ?? '', /\(none of 99 other training rows/);
	});

	test('name no group where the values go together', () => {
		const normal = Array.from({ length: 90 }, (_, row) => row);
		assert.deepEqual(
			explain(normal).flatMap((reasons) => reasons.filter(({ kind }) => kind === 'together')),
			[],
		);
	});

	test('add up to the surprise, whatever else they say', () => {
		const rows = Int32Array.from([0, 99, 199, 5]);
		const { surprise } = scorer.score(laterTable);
		for (const [at, reasons] of explain([...rows]).entries()) {
			const sum = reasons.reduce((total, { contribution }) => total + contribution, 0);
			assert.ok(Math.abs(sum - (surprise[rows[at] as number] as number)) < 1e-6);
		}
	});

	test('name a normal training row, like the row in all that is not broken', () => {
		for (const [at, reasons] of explain(later.broken).entries()) {
			const nearest = reasons.find((reason): reason is NearestReason => reason.kind === 'nearest');
			assert.ok(nearest !== undefined);
			const cells = clean.map((column) => column.cells[nearest.rowNumber - 1]);
			const own = valuesOf(later.broken[at] as number);
			assert.ok((cells[0] === 'online') === (cells[1] === 'phone' || cells[1] === 'browser'));
			const kept = [0, 1, 4].filter((column) => cells[column] === own[column]).length;
			assert.ok(kept >= 2, `${cells} beside ${own}`);
		}
	});

	test('say where a value stands among those of training', () => {
		const named = explain([0, 1, 2])
			.flat()
			.filter((reason): reason is FeatureReason => 'feature' in reason);
		for (const reason of named) {
			if (reason.column === 'noise') {
				assert.ok(reason.smaller !== undefined && reason.larger !== undefined);
				const values = clean[2]?.cells as number[];
				const share = values.filter((value) => value < Number(reason.value)).length / values.length;
				assert.ok(Math.abs(reason.smaller - share) < 0.01);
			}
			if (reason.column === 'letter') assert.ok((reason.seen ?? 0) > 0.25);
		}
		const missing = later.columns[3]?.cells.indexOf(null) as number;
		const all = explainRows(
			{ scorer, background },
			{ table: laterTable, rows: Int32Array.of(missing), values: valuesOf },
		);
		const amount = all[0]?.find((reason): reason is FeatureReason => reason.column === 'amount');
		assert.ok(Math.abs((amount?.seen ?? 0) - 0.1) < 0.02);
	});

	test('are the same after the model was stored and restored', () => {
		const state = scoringModelState({ scorer, background, ensemble: null });
		const restored = restoreScoringModel(backend, {
			json: JSON.parse(JSON.stringify(state.json)),
			tensors: state.tensors,
		});
		const rows = Int32Array.from([99, 3]);
		const request = { table: laterTable, rows, values: valuesOf, top: 3 };
		assert.deepEqual(explainRows(restored, request), explain([...rows]));
		restored.scorer.dispose();
		assert.throws(() => restoreScoringModel(backend, scorer.toState()), { code: 'MODEL_INVALID' });
	});

	test('a pair is held against a row as far as it is worse than each of its values', () => {
		const candidates = Int32Array.of(0, 1, 2, -1);
		const broken = scorer.groupSurprise(laterTable, { rows: Int32Array.of(99), candidates });
		const normal = scorer.groupSurprise(laterTable, { rows: Int32Array.of(0), candidates });
		const pair = 0b11;
		assert.ok((broken[pair] as number) > 1.5, `${broken[pair]}`);
		assert.ok((normal[pair] as number) < 0, `${normal[pair]}`);
		assert.ok(Math.abs(broken[0b101] as number) < 0.6);
		for (const set of [0b1000, 0b1001, 0b1, 0b0]) assert.ok(Number.isNaN(broken[set]), String(set));
		assert.equal(sizeOf(0b1011), 3);
	});
});

test('combinations are counted in the rows, missing cells as a value of their own', () => {
	const columns: NamedColumn[] = [
		{ name: 'a', cells: ['x', 'x', 'y', null, null, 'x'] },
		{ name: 'b', cells: ['p', 'q', 'p', 'p', 'q', 'p'] },
	];
	const specs = buildSpecs(columns);
	const table = buildTable(columns, specs);
	const counts = fitTrainingCounts(table, specs, createRandom(1));
	const count = createCounter(counts);
	const bin = (feature: number, code: number) => {
		const bins = counts.bins[feature];
		if (!bins) throw new Error('no bins');
		const range = rangeAround(
			bins,
			binValues(bins, { type: 'categorical', codes: Int32Array.of(code) })[0] as number,
			1,
		);
		return { feature, range };
	};
	assert.equal(count([bin(0, 0)]), 3);
	assert.equal(count([bin(0, 0), bin(1, 0)]), 2);
	assert.equal(count([bin(0, MISSING_LEVEL), bin(1, 0)]), 1);
	assert.equal(counts.isComplete, true);
});
