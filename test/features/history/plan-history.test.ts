import assert from 'node:assert/strict';
import { test } from 'node:test';
import { finishProfile } from '../../../src/features/finish-profile.ts';
import { createEntityHistory } from '../../../src/features/history/entity-history.ts';
import { createHistoryFit } from '../../../src/features/history/fit-history.ts';
import { planHistory } from '../../../src/features/history/plan-history.ts';
import { profileBatch } from '../../../src/features/profile-batch.ts';
import { toFeatures } from '../../../src/features/to-features.ts';
import { type CellInput, cells, tableOf } from '../table-of.ts';

const ROWS = 600;
const table = tableOf({
	id: cells(ROWS, (row) => `k${row * 7919}`),
	at: cells(ROWS, (row) => new Date(Date.UTC(2024, 0, 1) + row * 3_600_000).toISOString().slice(0, 19)),
	seconds: cells(ROWS, (row) => row * 3600),
	card: cells(ROWS, (row) => `c${row % 20}`),
	shop: cells(ROWS, (row) => `s${(row * 7) % 31}`),
	/** A habit of the card. */
	amount: cells(ROWS, (row) => 10 * ((row % 20) + 1) + ((row * 7919) % 11)),
	/** An attribute of the card. */
	age: cells(ROWS, (row) => 20 + (row % 20)),
	/** Nobody's. */
	noise: cells(ROWS, (row) => (row * 7919) % 1009),
	device: cells(ROWS, (row): CellInput => (row % 5 === 0 ? 'phone' : 'laptop')),
	shop_lat: cells(ROWS, (row) => ((row * 7) % 31) / 10 + 50.5),
	shop_lon: cells(ROWS, (row) => ((row * 7) % 31) / 7 + 8.5),
	note: cells(ROWS, (row) => `a longer text about the ${row}th of all the rows, with words`),
});
const profile = finishProfile(profileBatch(table), { key: 'id' });

test('numbers, levels and places are found, keys and free text left out', () => {
	const plan = planHistory(profile, ['card', 'shop'], 'at');
	assert.deepEqual(plan.time, { column: 'at', dateFormat: 'YYYY-MM-DDTHH:mm:ss' });
	assert.deepEqual(plan.places, [{ first: 'shop_lat', second: 'shop_lon', unit: 'degrees' }]);
	assert.ok(['amount', 'age', 'noise'].every((name) => plan.numbers.includes(name)));
	assert.deepEqual(
		plan.levels.map(({ column }) => column),
		['device'],
	);
	assert.deepEqual(planHistory(profile, ['card'], 'seconds').time, { column: 'seconds', dateFormat: null });
	assert.equal(planHistory(profile, ['card'], null).time, null);
});

test('an unknown column is refused with the nearest name, and a time that is none', () => {
	assert.throws(() => planHistory(profile, ['crad'], 'at'), { code: 'COLUMN_UNKNOWN', hint: 'Did you mean "card"?' });
	assert.throws(() => planHistory(profile, ['card'], 'device'), { code: 'CONFIG_INVALID', where: 'column "device"' });
});

test('only what entities have a habit of is scored against it', () => {
	const plan = planHistory(profile, ['card'], 'at');
	const history = createEntityHistory(plan);
	const coded = history.code(table);
	const out = history.names.map(() => new Float64Array(ROWS));
	for (let row = 0; row < ROWS; row++) history.step(coded, row, out);
	const past = {
		rows: ROWS,
		names: history.names,
		columns: out.map((values) => ({ type: 'number', values }) as const),
	};
	const fit = createHistoryFit(plan, history.state);
	fit.add(past);
	const specs = fit.finish();
	const habits = specs.flatMap(({ column, history: mark }) => (mark?.fact.startsWith('habit') ? [column] : []));
	assert.deepEqual([...new Set(habits)], ['amount']);
	assert.ok(specs.every(({ scored, part }) => scored && part === 'history'));
	for (const spec of specs) assert.ok(spec.type === 'numeric' && spec.min <= spec.max, spec.name);

	const features = toFeatures(table, specs, past);
	const habit = features.columns[specs.findIndex(({ column }) => column === 'amount')];
	assert.ok(habit?.type === 'numeric' && habit.values[0] === 0 && Math.abs(habit.values[599] as number) < 3);
	assert.throws(() => toFeatures(table, specs), { code: 'SCHEMA_MISMATCH' });
});

test('of entities without numbers only what every row has is scored', () => {
	const bare = tableOf({
		at: cells(60, (row) => row * 3600),
		card: cells(60, (row) => `c${row % 4}`),
		device: cells(60, (row) => (row % 3 === 0 ? 'phone' : 'laptop')),
	});
	const plan = planHistory(finishProfile(profileBatch(bare)), ['card'], 'at');
	const history = createEntityHistory(plan);
	const coded = history.code(bare);
	const out = history.names.map(() => new Float64Array(bare.rows));
	for (let row = 0; row < bare.rows; row++) history.step(coded, row, out);
	const fit = createHistoryFit(plan, history.state);
	fit.add({ rows: 60, names: history.names, columns: out.map((values) => ({ type: 'number', values })) });
	assert.deepEqual(
		fit.finish().map(({ history: mark }) => mark?.fact),
		['burst'],
	);
});
