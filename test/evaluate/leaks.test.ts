import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import { measureClosestRecord } from '../../src/evaluate/closest-record.ts';
import { checkCopies, countCopies } from '../../src/evaluate/copies.ts';
import type { QualityColumn, QualityTable } from '../../src/evaluate/quality-table.ts';
import { takeRows } from '../../src/evaluate/take-rows.ts';
import { fc } from '../properties.ts';
import { categorical, numeric } from './golden.ts';

type Row = readonly [number | null, number | null, string | null];

function tableOf(rows: readonly Row[]): QualityTable {
	return {
		rows: rows.length,
		columns: [
			numeric(
				'a',
				rows.map((row) => row[0]),
			),
			numeric(
				'b',
				rows.map((row) => row[1]),
			),
			categorical(
				'c',
				rows.map((row) => row[2]),
			),
		],
	};
}

const number = fc.option(fc.integer({ min: -2, max: 2 }), { nil: null });
const row = fc.tuple(number, number, fc.option(fc.constantFrom('x', 'y', 'z'), { nil: null }));

test('copies are the rows whose every cell equals a training row, missing equal to missing', () => {
	fc.assert(
		fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), fc.array(row, { maxLength: 40 }), (training, table) => {
			const known = new Set(training.map((cells) => JSON.stringify(cells)));
			const expected = table.filter((cells) => known.has(JSON.stringify(cells))).length;
			assert.equal(countCopies(tableOf(training), tableOf(table)).copies, expected);
		}),
	);
});

test('zero and minus zero are the same cell', () => {
	assert.equal(countCopies(tableOf([[0, 1, 'x']]), tableOf([[-0, 1, 'x']])).copies, 1);
});

function randomTable(rows: number, seed: number): QualityTable {
	const random = createRandom(seed);
	const cells = Array.from({ length: rows }, (): Row => {
		const x = random.normal();
		return [x, random.uniform() < 0.1 ? null : 5 * random.normal(), x > 0 ? 'x' : 'y'];
	});
	return tableOf(cells);
}

test('a generator that repeats its training rows is caught by both measures, a fresh sample by neither', () => {
	const tables = { training: randomTable(1500, 1), heldOut: randomTable(1500, 2) };
	const fresh = { ...tables, synthetic: randomTable(800, 3) };
	const repeated = { ...tables, synthetic: takeRows(tables.training, createRandom(4).sample(1500, 800)) };
	assert.equal(checkCopies(tables.training, tables.heldOut, fresh.synthetic).synthetic.share, 0);
	assert.equal(checkCopies(tables.training, tables.heldOut, repeated.synthetic).synthetic.share, 1);
	assert.equal(checkCopies(tables.training, tables.heldOut, repeated.synthetic).heldOut.share, 0);
	const honest = measureClosestRecord(fresh, createRandom(5), { sample: 500 });
	assert.ok(Math.abs(honest.share - 0.5) < 4 * honest.standardError, `share ${honest.share}`);
	const memorised = measureClosestRecord(repeated, createRandom(5), { sample: 500 });
	assert.ok(memorised.share > 0.95, `share ${memorised.share}`);
	assert.equal(memorised.medianToTraining, 0);
});

test('the closest record is found by the mean of range-scaled gaps and level mismatches', () => {
	const training = tableOf([
		[0, 0, 'x'],
		[10, 4, 'y'],
	]);
	const heldOut = tableOf([
		[1, null, 'x'],
		[5, 2, 'z'],
	]);
	const found = measureClosestRecord({ training, heldOut, synthetic: tableOf([[1, 1, 'x']]) }, createRandom(0));
	// To training: |1-0|/10 + |1-0|/4 + 0 over 3 columns; to held out: 0 + 1 (missing against a value) + 0.
	assert.ok(Math.abs(found.medianToTraining - 0.35 / 3) < 1e-12);
	assert.ok(Math.abs(found.medianToHeldOut - 1 / 3) < 1e-12);
	assert.equal(found.share, 1);
});

test('equal distances count half', () => {
	const table = tableOf([[1, 2, 'x']]);
	assert.equal(measureClosestRecord({ training: table, heldOut: table, synthetic: table }, createRandom(0)).share, 0.5);
});

test('the standard error of the share is its spread over fresh samples, also where synthetic rows crowd', () => {
	for (const { crowd, rows } of [
		{ crowd: 1, rows: 60 },
		{ crowd: 20, rows: 60 },
		{ crowd: 1, rows: 540 },
	]) {
		const shares: number[] = [];
		let expected = 0;
		for (let seed = 0; seed < 60; seed++) {
			const centres = randomTable(300 / crowd, 1000 + seed);
			const synthetic = takeRows(
				centres,
				Int32Array.from({ length: 300 }, (_, row) => Math.floor(row / crowd)),
			);
			const tables = { training: randomTable(rows, 3 * seed + 1), heldOut: randomTable(60, 3 * seed + 2), synthetic };
			const found = measureClosestRecord(tables, createRandom(seed));
			shares.push(found.share);
			expected += found.standardError / 60;
		}
		const spread = Math.sqrt(shares.reduce((sum, share) => sum + (share - 0.5) ** 2, 0) / shares.length);
		assert.ok(spread / expected > 0.75 && spread / expected < 1.3, `spread ${spread}, standard error ${expected}`);
	}
});

test('a memorised table is caught though only a tenth of the real rows is held out', () => {
	const training = randomTable(900, 11);
	const tables = {
		training,
		heldOut: randomTable(100, 12),
		synthetic: takeRows(training, createRandom(4).permutation(900)),
	};
	const found = measureClosestRecord(tables, createRandom(5));
	assert.ok(found.share > 0.99, `share ${found.share}`);
	const half = takeRows(training, createRandom(4).sample(900, 300));
	const fresh = randomTable(300, 13);
	const mixed = {
		rows: 600,
		columns: half.columns.map((column, i) => joined(column, fresh.columns[i] as QualityColumn)),
	};
	const partly = measureClosestRecord({ ...tables, synthetic: mixed }, createRandom(5));
	assert.ok(partly.share > 0.6 && partly.share < 0.8, `share ${partly.share}`);
});

function joined(first: QualityColumn, second: QualityColumn): QualityColumn {
	if (first.type === 'numeric' && second.type === 'numeric') {
		return { ...first, values: Float64Array.of(...first.values, ...second.values) };
	}
	if (first.type !== 'categorical' || second.type !== 'categorical') throw new Error('The columns differ.');
	const recoded = second.codes.map((code) => (code < 0 ? code : first.levels.indexOf(second.levels[code] ?? '')));
	return { ...first, codes: Int32Array.of(...first.codes, ...recoded) };
}

test('the ratio to the second closest record is lower towards the rows that a table repeats', () => {
	const training = randomTable(400, 11);
	const heldOut = randomTable(400, 12);
	const repeated = takeRows(training, createRandom(4).sample(400, 200));
	const leaking = measureClosestRecord({ training, heldOut, synthetic: repeated }, createRandom(5));
	assert.ok(leaking.ratioToTraining < 0.01 && leaking.ratioToHeldOut > 0.05, JSON.stringify(leaking));
});
