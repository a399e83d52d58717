import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import { countPairs } from '../../src/evaluate/copies.ts';
import { surveyDisclosure } from '../../src/evaluate/disclosure-survey.ts';
import { drawIndependentColumns } from '../../src/evaluate/independent-columns.ts';
import { measureTable } from '../../src/evaluate/measure-table.ts';
import { attackMembership, measureAttack } from '../../src/evaluate/membership.ts';
import { findNearCopies } from '../../src/evaluate/near-copies.ts';
import { measureQuality } from '../../src/evaluate/quality.ts';
import type { QualityTable } from '../../src/evaluate/quality-table.ts';
import { takeRows } from '../../src/evaluate/take-rows.ts';
import { fc } from '../properties.ts';
import { categorical, numeric } from './golden.ts';

/** Five columns that hang together, numbers with two decimals. */
function people(rows: number, seed: number): QualityTable {
	const random = createRandom(seed);
	const age = Array.from({ length: rows }, () => 20 + Math.round(45 * random.uniform()));
	const income = age.map((years) => Math.round((years + 12 * random.normal()) * 5000) / 100);
	const spent = income.map((value) => Math.round(value * (30 + 5 * random.normal())) / 100);
	const job = income.map((value) => (value > 2400 ? 'senior' : value > 1700 ? 'clerk' : 'junior'));
	const town = Array.from({ length: rows }, () => `town ${random.integer(12)}`);
	return {
		rows,
		columns: [
			numeric('age', age),
			numeric('income', income),
			numeric('spent', spent),
			categorical('job', job),
			categorical('town', town),
		],
	};
}

test('the attack is the area under the curve with the error of DeLong', () => {
	// By hand: which share of the others each one is above, and below, equal ones half.
	const { auc, standardError } = measureAttack(Float64Array.of(9, 5, 4, 3), Float64Array.of(1, 3, 5));
	const above = [1, 5 / 6, 2 / 3, 1 / 2];
	const below = [1, 7 / 8, 3 / 8];
	const variance = (values: number[]) => {
		const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
		return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
	};
	assert.ok(Math.abs(auc - above.reduce((sum, share) => sum + share, 0) / 4) < 1e-12);
	assert.ok(Math.abs(auc - below.reduce((sum, share) => sum + share, 0) / 3) < 1e-12);
	assert.ok(Math.abs(standardError - Math.sqrt(variance(above) / 4 + variance(below) / 3)) < 1e-12);
});

test('an attacker finds the members of a repeated table and is blind on fresh rows', () => {
	const training = people(600, 1);
	const heldOut = people(300, 2);
	const repeated = attackMembership({ training, heldOut, synthetic: training }, createRandom(0));
	assert.equal(repeated.distance.auc, 1);
	assert.ok(repeated.densityRatio.auc > 0.95, `${repeated.densityRatio.auc}`);
	const fresh = attackMembership({ training, heldOut, synthetic: people(600, 3) }, createRandom(0));
	for (const { auc, standardError } of [fresh.distance, fresh.densityRatio]) {
		assert.ok(Math.abs(auc - 0.5) < 4 * standardError && standardError < 0.05, `${auc} +- ${standardError}`);
	}
});

test('near copies differ in at most one column beyond 1 % of the range, found as by going through all cells', () => {
	const row = fc.record({
		a: fc.integer({ min: 0, max: 300 }),
		b: fc.constantFrom(0, 1, 100),
		c: fc.constantFrom('x', 'y', null),
		d: fc.constantFrom('p', 'q'),
	});
	const tableOf = (rows: readonly { a: number; b: number; c: string | null; d: string }[]): QualityTable => ({
		rows: rows.length,
		columns: [
			numeric(
				'a',
				rows.map(({ a }) => a),
			),
			numeric(
				'b',
				rows.map(({ b }) => b),
			),
			categorical(
				'c',
				rows.map(({ c }) => c),
			),
			categorical(
				'd',
				rows.map(({ d }) => d),
			),
		],
	});
	const ends = [
		{ a: 0, b: 0, c: 'x', d: 'p' },
		{ a: 300, b: 100, c: 'y', d: 'q' },
	];
	fc.assert(
		fc.property(fc.array(row, { maxLength: 12 }), fc.array(row, { minLength: 1, maxLength: 12 }), (more, table) => {
			const training = [...ends, ...more];
			const expected = table.filter((own) =>
				training.some((other) => {
					const far = [
						Math.abs(own.a - other.a) > 3,
						Math.abs(own.b - other.b) > 1,
						own.c !== other.c,
						own.d !== other.d,
					];
					return far.filter(Boolean).length <= 1;
				}),
			).length;
			const tables = { training: tableOf(training), heldOut: tableOf(ends), synthetic: tableOf(table) };
			assert.equal(findNearCopies(tables, createRandom(0)).synthetic.copies, expected);
		}),
		{ numRuns: 200 },
	);
});

test('the pairs show each copied record once beside its copy, the loneliest first', () => {
	const training = people(200, 4);
	const heldOut = people(50, 5);
	const copied = takeRows(training, Int32Array.of(7, 7, 9, 11));
	const income = copied.columns[1];
	assert.ok(income?.type === 'numeric');
	income.values[2] = (income.values[2] as number) + 1e6;
	const { pairs } = findNearCopies({ training, heldOut, synthetic: copied }, createRandom(0));
	const exact = pairs.filter(({ kind }) => kind === 'exact');
	assert.equal(exact.length, 2);
	assert.ok((exact[0]?.isolation ?? 0) >= (exact[1]?.isolation ?? 1));
	for (const { cells } of exact) assert.ok(cells.every(({ synthetic, training: real }) => synthetic === real));
	const [near] = pairs.filter(({ kind }) => kind === 'near');
	assert.deepEqual(
		near?.cells.filter(({ synthetic, training: real }) => synthetic !== real).map(({ column }) => column),
		['income'],
	);
});

test('pairs of equal training rows are counted as what a left-out row would repeat', () => {
	const table = people(100, 6);
	const rows = Int32Array.of(...Array.from({ length: 100 }, (_, row) => row), 3, 4, 4);
	const { copies, rows: draws } = countPairs(takeRows(table, rows));
	assert.equal(copies, 1);
	assert.equal(draws, 51);
});

test('the attacker of a column knows those that hang together with it, and a repeated table tells most', () => {
	const training = people(800, 7);
	const heldOut = people(400, 8);
	const { pairs } = measureQuality(heldOut, training);
	const survey = (synthetic: QualityTable) =>
		surveyDisclosure({ training, heldOut, synthetic }, pairs, createRandom(0), { known: 2 });
	const repeated = survey(training);
	const spent = repeated.find(({ column }) => column === 'spent');
	assert.ok(spent?.known.includes('income') && !spent.known.includes('town'), spent?.known.join());
	const fresh = survey(people(800, 9)).find(({ column }) => column === 'spent');
	const independent = survey(drawIndependentColumns(training, 800, createRandom(1))).find(
		({ column }) => column === 'spent',
	);
	const protection = [spent, fresh, independent].map((found) => found?.synthetic.protection ?? Number.NaN);
	assert.ok((protection[0] as number) < (protection[1] as number), protection.join());
	assert.ok((protection[1] as number) < (protection[2] as number), protection.join());
	assert.ok(Math.abs((protection[1] as number) - (fresh?.heldOut.protection ?? 0)) < 0.05);
});

test('fresh rows are released; repeated rows, independent columns and too small a table are refused with the reason', () => {
	const training = people(900, 10);
	const heldOut = people(100, 11);
	const judge = (synthetic: QualityTable, few = heldOut) => {
		const { release } = measureTable({ training, heldOut: few, synthetic }, createRandom(0));
		return release.reasons.map(({ check }) => check);
	};
	assert.deepEqual(judge(people(900, 12)), []);
	assert.deepEqual(judge(takeRows(training, createRandom(3).sample(900, 450))), ['closest record', 'unique copies']);
	assert.deepEqual(judge(drawIndependentColumns(training, 900, createRandom(4))), ['quality']);
	assert.deepEqual(judge(people(900, 12), takeRows(heldOut, createRandom(3).sample(100, 10))), ['held-out rows']);
});
