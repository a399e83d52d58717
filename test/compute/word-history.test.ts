import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wordHistory } from '../../src/compute/word-history.ts';
import type { FeatureSpec } from '../../src/contracts/features.ts';
import type { HistoryPlan } from '../../src/contracts/history.ts';
import type { TableBatch } from '../../src/contracts/table.ts';
import { createEntityHistory } from '../../src/features/history/entity-history.ts';
import { createHistoryFit } from '../../src/features/history/fit-history.ts';
import type { FeatureReason, Reason } from '../../src/scoring/reasons.ts';
import { type CellInput, cells, tableOf } from '../features/table-of.ts';

/** Twenty cards, each with its own amounts; the last row is a stolen one, and the ten before it are in a hurry. */
const ROWS = 411;
const LAST = ROWS - 1;
const table = tableOf({
	at: cells(ROWS, (row) => (row < 400 ? row * 3600 : 400 * 3600 + row * 60)),
	card: cells(ROWS, (row) => (row < 400 ? `c${row % 20}` : 'c3')),
	amount: cells(ROWS, (row) => (row === LAST ? 4200 : row < 400 ? 10 * ((row % 20) + 1) + ((row * 7) % 9) : 44)),
	device: cells(ROWS, (row): CellInput => (row === LAST ? 'kiosk' : 'phone')),
});
const plan: HistoryPlan = {
	entities: ['card'],
	time: { column: 'at', dateFormat: null },
	numbers: ['amount'],
	levels: [{ column: 'device', ignoreCase: false }],
	places: [],
};

function historyOfTable(): { specs: FeatureSpec[]; past: TableBatch } {
	const history = createEntityHistory(plan);
	const coded = history.code(table);
	const out = history.names.map(() => new Float64Array(ROWS));
	for (let row = 0; row < ROWS; row++) history.step(coded, row, out);
	const past: TableBatch = {
		rows: ROWS,
		names: history.names,
		columns: out.map((values) => ({ type: 'number', values })),
	};
	const fit = createHistoryFit(plan, history.state);
	fit.add(past);
	const levels = { type: 'categorical', name: 'device', column: 'device', part: 'value', scored: true } as const;
	return {
		specs: [{ ...levels, missingShare: 0, levels: ['phone', 'kiosk'], counts: [ROWS - 1, 1] }, ...fit.finish()],
		past,
	};
}

const { specs, past } = historyOfTable();

function reasonFor(spec: FeatureSpec, contribution: number): FeatureReason {
	const value = spec.name === 'device' ? 'kiosk' : 3;
	const { column, name: feature } = spec;
	return { column, feature, value, contribution, marginal: contribution, dependence: 0, typical: '' };
}

test('a habit is told by the cell and what is usual for the entity, once, and the parts still add up', () => {
	const reasons: Reason[] = [
		...specs.map((spec, at) => reasonFor(spec, 5 - at)),
		{ column: null, contribution: 0.5 },
		{ kind: 'nearest', column: null, contribution: 0, rowNumber: 3 },
	];
	const worded = wordHistory(specs, table, past)(reasons, LAST);
	const sum = (parts: readonly Reason[]) => parts.reduce((total, { contribution }) => total + contribution, 0);
	assert.ok(Math.abs(sum(worded) - sum(reasons)) < 1e-12);
	assert.deepEqual(worded.slice(-2), reasons.slice(-2));
	const named = worded.filter((reason): reason is FeatureReason => reason.column !== null);
	assert.deepEqual(
		named.map(({ contribution }) => contribution),
		named.map(({ contribution }) => contribution).toSorted((a, b) => b - a),
	);
	const habits = named.filter(({ column }) => column === 'amount');
	assert.equal(habits.length, 1);
	assert.equal(habits[0]?.value, 4200);
	assert.match(
		habits[0]?.text ?? '',
		/^amount 4,200 is far above the habit of this card \(usually \d+(\.\d)? to \d+(\.\d)?\)$/,
	);
	assert.match(habits[0]?.typical ?? '', /30 earlier rows/);

	const burst = named.find(({ feature }) => /in 1 day/.test(feature));
	assert.match(
		burst?.text ?? '',
		/^1[0-2] earlier rows of this card in the last day, the last one 60 seconds before; usually 0 to [1-5]$/,
	);
	const device = named.find(({ feature }) => feature === 'device');
	assert.equal(device?.text, 'device kiosk: never before with this card (30 earlier rows)');
});

test('a first row has no habit to be far from', () => {
	const habit = specs.find(({ column }) => column === 'amount') as FeatureSpec;
	const [worded] = wordHistory(specs, table, past)([reasonFor(habit, 1)], 0) as FeatureReason[];
	assert.equal(worded?.text, undefined);
	assert.equal(worded?.typical, 'no amount of this card before; compared with all');
});

test('without a history reasons stay as they are', () => {
	const reasons = [reasonFor(specs[0] as FeatureSpec, 1)];
	assert.deepEqual(wordHistory(specs, table, null)(reasons, 0), reasons);
});
