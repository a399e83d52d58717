import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
	type CategoricalFeature,
	MISSING_LEVEL,
	type NumericFeature,
	UNSEEN_LEVEL,
} from '../../src/contracts/features.ts';
import { cellText, type TableBatch } from '../../src/contracts/table.ts';
import { finishProfile, type ProfileOptions } from '../../src/features/finish-profile.ts';
import { createFeatureFit, fitFeatures } from '../../src/features/fit-features.ts';
import { fromFeatures } from '../../src/features/from-features.ts';
import { profileBatch } from '../../src/features/profile-batch.ts';
import { requireTrainable } from '../../src/features/require-trainable.ts';
import { toFeatures } from '../../src/features/to-features.ts';
import { fc } from '../properties.ts';
import { type CellInput, cells, tableOf } from './table-of.ts';

function fitted(table: TableBatch, options: ProfileOptions = {}) {
	const profile = finishProfile(profileBatch(table), options);
	return { profile, specs: fitFeatures(profile, [table]) };
}

function textsOf(table: TableBatch, name: string): (string | null)[] {
	const column = table.columns[table.names.indexOf(name)] ?? assert.fail(`no column ${name}`);
	return Array.from({ length: table.rows }, (_, row) => cellText(column, row));
}

const two = (value: number) => String(value).padStart(2, '0');

test('rows of every kind turned into features and back are the same cells', () => {
	const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 6 });
	const time = fc.integer({ min: Date.UTC(2020, 0, 1) / 1000, max: Date.UTC(2026, 0, 1) / 1000 });
	const row = fc.record({
		amount: maybe(fc.integer({ min: -1_000_000, max: 1_000_000 }).map((value) => value / 100 + 0)),
		visits: maybe(fc.integer({ min: 0, max: 40 })),
		day: maybe(time.map((seconds) => new Date(seconds * 1000).toISOString().slice(0, 10))),
		at: maybe(time.map((seconds) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}+02:00`)),
		seconds: maybe(time),
		city: maybe(fc.constantFrom(' Bern', 'Uri', '__proto__', 'Zug')),
		active: maybe(fc.constantFrom('Yes', 'no')),
	});
	fc.assert(
		fc.property(fc.array(row, { minLength: 60, maxLength: 90 }), (rows) => {
			const column = (name: keyof (typeof rows)[number]): CellInput[] => rows.map((cell) => cell[name]);
			const table = tableOf(
				new Map([
					['amount', column('amount')],
					['visits', column('visits')],
					['day', column('day')],
					['at', column('at')],
					['unix_time', column('seconds')],
					['city', column('city')],
					['active', column('active')],
				]),
			);
			const { profile, specs } = fitted(table);
			const features = toFeatures(table, specs);
			for (const feature of features.columns) {
				assert.equal((feature.type === 'numeric' ? feature.values : feature.codes).length, table.rows);
			}
			const back = fromFeatures(features, specs, profile);
			assert.deepEqual(
				back.names,
				profile.columns.filter(({ role }) => role === 'feature').map(({ name }) => name),
			);
			for (const name of back.names) assert.deepEqual(textsOf(back, name), textsOf(table, name));
		}),
		{ numRuns: 60 },
	);
});

test('a datetime gives day, time of day and weekday; its day is not scored, that of a pure date is', () => {
	const table = tableOf({
		at: cells(70, (row) => `2024-03-${two((row % 28) + 1)} ${two(row % 24)}:30:00`),
		born: cells(70, (row) => `19${two(50 + (row % 40))}-05-0${(row % 9) + 1}`),
	});
	const { specs } = fitted(table);
	assert.deepEqual(
		specs.map(({ column, part, scored }) => [column, part, scored]),
		[
			['at', 'day', false],
			['at', 'time-of-day', true],
			['at', 'weekday', true],
			['born', 'day', true],
			['born', 'weekday', true],
		],
	);
	const [day, time, weekday] = toFeatures(table, specs).columns as [NumericFeature, NumericFeature, CategoricalFeature];
	assert.equal(day.values[0], Date.UTC(2024, 2, 1) / 86_400_000);
	assert.equal(time.values[5], 5 * 3600 + 1800);
	// 1 March 2024 was a Friday.
	assert.equal((specs[2] as { levels: readonly string[] }).levels[weekday.codes[0] as number], 'Friday');
});

test('times that are always midnight and days that are always the same weekday give no feature', () => {
	const { specs } = fitted(
		tableOf({ at: cells(60, (row) => `2024-${two((row % 2) * 2 + 1)}-01 00:00:00`), x: cells(60, (row) => row % 7) }),
	);
	assert.deepEqual(
		specs.map(({ part }) => part),
		['day', 'weekday', 'value'],
	);
	const mondays = tableOf({ at: cells(60, (row) => `2024-01-${two((row % 4) * 7 + 1)}`) });
	assert.deepEqual(
		fitted(mondays).specs.map(({ part }) => part),
		['day'],
	);
});

test('generated dates move to the nearest day of the generated weekday within the range of training', () => {
	const table = tableOf({ day: cells(70, (row) => `2024-01-${two((row % 14) + 1)}`) });
	const { profile, specs } = fitted(table);
	const first = Date.UTC(2024, 0, 1) / 86_400_000; // a Monday
	const days = Float64Array.from([first + 3, first + 3, first, first + 13.4, Number.NaN, first - 50]);
	const codes = Int32Array.from([2, 6, 6, 0, 3, 0]);
	const back = fromFeatures(
		{
			rows: 6,
			columns: [
				{ type: 'numeric', values: days },
				{ type: 'categorical', codes },
			],
		},
		specs,
		profile,
	);
	assert.deepEqual(textsOf(back, 'day'), ['2024-01-03', '2024-01-07', '2024-01-07', '2024-01-08', null, '2024-01-01']);
});

test('generated numbers are rounded as the column is and kept within its range', () => {
	const table = tableOf({ amount: cells(60, (row) => (row % 50) / 4), visits: cells(60, (row) => row % 30) });
	const { profile, specs } = fitted(table);
	const values = Float64Array.from([-3, 0.126, 7.7777, 1e9, Number.NaN, -0]);
	const back = fromFeatures(
		{
			rows: 6,
			columns: [
				{ type: 'numeric', values },
				{ type: 'numeric', values },
			],
		},
		specs,
		profile,
	);
	assert.deepEqual(textsOf(back, 'amount'), ['0', '0.13', '7.78', '12.25', null, '0']);
	assert.deepEqual(textsOf(back, 'visits'), ['0', '0', '8', '29', null, '0']);
});

test('unseen levels, missing spellings, junk and infinity in new rows are told apart', () => {
	const table = tableOf({
		city: cells(60, (row) => (row % 2 ? ' Bern' : 'Uri')),
		n: cells(60, (row) => (row === 9 ? 'NA' : row % 9)),
		ok: cells(60, (row) => (row % 3 ? 'Yes' : 'no')),
	});
	const { specs } = fitted(table);
	const fresh = tableOf({
		ok: ['YES', 'No', 'maybe', null, '-'],
		extra: [1, 2, 3, 4, 5],
		city: ['Bern ', 'Genf', '?', null, 'Uri'],
		n: ['3', 'inf', '-inf', 'x', 'NA'],
	});
	const [city, n, ok] = toFeatures(fresh, specs).columns as [CategoricalFeature, NumericFeature, CategoricalFeature];
	const levels = (specs[0] as { levels: readonly string[] }).levels;
	assert.deepEqual(
		[...city.codes],
		[levels.indexOf(' Bern'), UNSEEN_LEVEL, MISSING_LEVEL, MISSING_LEVEL, levels.indexOf('Uri')],
	);
	assert.deepEqual([...n.values], [3, 8, 0, Number.NaN, Number.NaN]);
	assert.deepEqual([...ok.codes], [0, 1, UNSEEN_LEVEL, MISSING_LEVEL, MISSING_LEVEL]);
	assert.throws(() => toFeatures(tableOf({ n: [1] }), specs), { code: 'SCHEMA_MISMATCH' });
});

test('specs fitted batch by batch are those fitted at once', () => {
	const make = (from: number, count: number) =>
		tableOf({
			amount: cells(count, (row) => ((from + row) * 37) % 1001),
			city: cells(count, (row) => `c${(from + row) % 6}`),
			at: cells(count, (row) => `2024-03-${two(((from + row) % 28) + 1)} 10:${two((from + row) % 60)}`),
		});
	const whole = make(0, 900);
	const profile = finishProfile(profileBatch(whole));
	const fit = createFeatureFit(profile);
	fit.add(make(0, 400));
	fit.add(make(400, 500));
	assert.deepEqual(fit.finish(), fitFeatures(profile, [whole]));
	assert.deepEqual(JSON.parse(JSON.stringify(fit.finish())), fit.finish());
});

test('constants come back with their value, keys, text, label and ignored columns do not', () => {
	const table = tableOf({
		id: cells(60, (row) => `k${row}`),
		country: cells(60, () => 'CH'),
		empty: cells(60, () => null),
		note: cells(60, (row) => `note number ${row} about something`),
		y: cells(60, (row) => row % 2),
		skip: cells(60, (row) => row % 3),
		n: cells(60, (row) => row % 9),
	});
	const { profile, specs } = fitted(table, { label: 'y', ignore: ['skip'] });
	assert.deepEqual(
		specs.map(({ column }) => column),
		['n'],
	);
	const back = fromFeatures(toFeatures(table, specs), specs, profile);
	assert.deepEqual(back.names, ['country', 'empty', 'n']);
	assert.deepEqual(textsOf(back, 'country'), textsOf(table, 'country'));
	assert.deepEqual(textsOf(back, 'empty'), textsOf(table, 'empty'));
});

test('a spec keeps ten thousand levels and the rest count as unseen', () => {
	const table = tableOf({ name: cells(24_000, (row) => `u${row % 12_000}`) });
	const { specs } = fitted(table, { kinds: new Map([['name', 'categorical']]) });
	assert.equal((specs[0] as { levels: readonly string[] }).levels.length, 10_000);
	const [column] = toFeatures(table, specs).columns as [CategoricalFeature];
	assert.equal(column.codes.filter((code) => code === UNSEEN_LEVEL).length, 4000);
});

test('columns named like properties of objects are columns like any other', () => {
	const table = tableOf(
		new Map<string, CellInput[]>([
			['__proto__', cells(60, (row) => row % 9)],
			['constructor', cells(60, (row) => (row % 2 ? 'toString' : 'valueOf'))],
		]),
	);
	const { profile, specs } = fitted(table);
	const back = fromFeatures(toFeatures(table, specs), specs, profile);
	for (const name of table.names) assert.deepEqual(textsOf(back, name), textsOf(table, name));
});

test('tables that nothing can be learnt from are refused with a hint', () => {
	const refuse = (table: TableBatch) => {
		const profile = finishProfile(profileBatch(table));
		assert.throws(
			() => requireTrainable(profile),
			(error: { code: string; hint: string }) => error.code === 'TABLE_UNTRAINABLE' && error.hint.length > 20,
		);
	};
	refuse(tableOf({ x: [1] }));
	refuse(tableOf({ x: cells(19, (row) => row % 4) }));
	refuse(tableOf({ x: cells(60, () => null), y: cells(60, () => 'same') }));
	refuse(tableOf({ id: cells(60, (row) => row) }));
	refuse(tableOf({}));
	requireTrainable(finishProfile(profileBatch(tableOf({ x: cells(20, (row) => row % 4) }))));
});
