import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import type { TableBatch } from '../../src/contracts/table.ts';
import { exactLevelsOf } from '../../src/features/column-tally.ts';
import { finishProfile } from '../../src/features/finish-profile.ts';
import { mergeProfiles } from '../../src/features/merge-profiles.ts';
import { profileBatch } from '../../src/features/profile-batch.ts';
import { fc } from '../properties.ts';
import { type CellInput, cells, cellsOf, tableOf } from './table-of.ts';

const cell = fc.oneof(
	fc.integer({ min: -50, max: 50 }),
	fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
	fc.constantFrom('a', ' a', 'b', '', 'NA', '?', '2024-01-02', '03/04/2024', '1.50', '00123', 'inf', '__proto__'),
	fc.constant(null),
);

test('profiles of parts, merged in order, equal the profile of the whole', () => {
	fc.assert(
		fc.property(
			fc.array(cell, { minLength: 1, maxLength: 60 }),
			fc.array(fc.nat(60), { maxLength: 4 }),
			(column, cuts) => {
				const bounds = [0, ...cuts.map((cut) => Math.min(cut, column.length)).sort((a, b) => a - b), column.length];
				const parts = bounds.slice(1).map((end, i) => profileBatch(tableOf({ x: column.slice(bounds[i], end) })));
				const whole = finishProfile(profileBatch(tableOf({ x: column })));
				assert.deepEqual(finishProfile(mergeProfiles(parts)), whole);
			},
		),
		{ numRuns: 300 },
	);
});

test('a column of more distinct values than are counted merges step by step as in one go, also through JSON', () => {
	const shards: TableBatch[] = [];
	const random = createRandom(4);
	for (let shard = 0; shard < 4; shard++) {
		const amounts = Float64Array.from({ length: 40_000 }, () =>
			random.uniform() < 0.3 ? 0 : Math.round(Math.exp(random.normal() * 2 + 5) * 1e6) / 1e6,
		);
		const names = cells(40_000, (row) => `user ${shard}-${row}`);
		shards.push({
			rows: 40_000,
			names: ['amount', 'name'],
			columns: [{ type: 'number', values: amounts }, cellsOf(names)],
		});
	}
	const parts = shards.map(profileBatch);
	const once = finishProfile(mergeProfiles(parts));
	const stepwise = parts.reduce((merged, part) => JSON.parse(JSON.stringify(mergeProfiles([merged, part]))));
	assert.deepEqual(finishProfile(stepwise), once);

	const all = Float64Array.from(
		shards.flatMap((shard) => [...(shard.columns[0] as { values: Float64Array }).values]),
	).sort();
	const [amount, name] = once.columns;
	assert.equal(amount?.kind, 'numeric');
	assert.equal(amount?.levels[0]?.level, '0');
	assert.equal(amount?.levels[0]?.count, all.filter((value) => value === 0).length);
	assert.ok(Math.abs((amount?.distinct ?? 0) / new Set(all).size - 1) < 0.05);
	assert.equal(amount?.numbers?.max, all[all.length - 1]);
	const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
	assert.ok(Math.abs((amount?.numbers?.mean ?? 0) / mean - 1) < 1e-9);
	for (const percent of [35, 50, 90, 99]) {
		const value = amount?.numbers?.quantiles[percent] as number;
		const rank = all.findIndex((other) => other >= value) / all.length;
		assert.ok(Math.abs(rank - percent / 100) < 0.005, `${percent} % lies at ${rank}`);
	}
	assert.equal(name?.kind, 'text');
	assert.ok(Math.abs((name?.distinct ?? 0) / 160_000 - 1) < 0.05);
});

test('the wider a table, the fewer distinct values of a column are counted one by one', () => {
	assert.deepEqual([1, 20, 200, 4_096].map(exactLevelsOf), [100_000, 100_000, 10_000, 1_000]);
	const same = cells(1_600, () => 'a');
	const others = Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`c${i}`, same]));
	const table = tableOf({ ...others, names: cells(1_600, (row) => `user ${row}`) });
	const column = profileBatch(table).columns.at(-1);
	assert.equal(column?.beyond?.exactDistinct, 1_600);
	assert.equal(column?.texts.length, 1_000);
});

test('mean, deviation, extremes and quantiles are those of the finite numbers', () => {
	const table = tableOf({ x: ['1', '2', '2.0', '5', 'inf', 'NA', null, ...cells(300, () => '2')] });
	const [column] = finishProfile(profileBatch(table)).columns;
	assert.equal(column?.kind, 'integer');
	assert.equal(column?.missing, 2);
	assert.equal(column?.distinct, 3);
	assert.deepEqual(column?.levels, [
		{ level: '2', count: 302 },
		{ level: '1', count: 1 },
		{ level: '5', count: 1 },
	]);
	const { min, max, mean, std, decimals, quantiles, infinite } = column?.numbers ?? assert.fail();
	assert.deepEqual([min, max, decimals, infinite], [1, 5, 0, 1]);
	assert.ok(Math.abs(mean - 610 / 304) < 1e-12);
	const variance = ((1 - mean) ** 2 + 302 * (2 - mean) ** 2 + (5 - mean) ** 2) / 304;
	assert.ok(Math.abs(std - Math.sqrt(variance)) < 1e-12);
	assert.deepEqual([quantiles.length, quantiles[0], quantiles[50], quantiles[100]], [101, 1, 2, 5]);
});

test('one odd cell with many digits does not decide how a column is rounded', () => {
	const amounts: CellInput[] = cells(500, (row) => (row % 100) / 4);
	amounts[7] = 12.300000000000001;
	const [column] = finishProfile(profileBatch(tableOf({ amount: amounts }))).columns;
	assert.equal(column?.numbers?.decimals, 2);
});

test('shards with other columns are not merged', () => {
	const a = profileBatch(tableOf({ x: [1] }));
	const b = profileBatch(tableOf({ y: [1] }));
	assert.throws(() => mergeProfiles([a, b]), { code: 'SCHEMA_MISMATCH' });
});

test('label, key and ignored columns keep their kind of role and unknown names are refused', () => {
	const table = tableOf({
		card: cells(60, (row) => `c${row}`),
		y: cells(60, (row) => row % 2),
		a: cells(60, (row) => row % 7),
		b: cells(60, (row) => row % 5),
	});
	const partial = profileBatch(table);
	const profile = finishProfile(partial, { key: 'card', label: 'y', truth: ['a'], ignore: ['b'] });
	assert.deepEqual(
		profile.columns.map(({ role }) => role),
		['key', 'label', 'truth', 'ignored'],
	);
	assert.ok(profile.columns[1]?.note?.includes('Set aside'));
	assert.throws(() => finishProfile(partial, { label: 'z' }), { code: 'COLUMN_UNKNOWN' });
});

test('a kind given by the user is taken, unless the cells cannot be read so', () => {
	const partial = profileBatch(
		tableOf({ zip: cells(60, (row) => 10_000 + (row % 9)), word: cells(60, (row) => `w${row % 3}`) }),
	);
	const profile = finishProfile(partial, { kinds: new Map([['zip', 'categorical']]) });
	assert.equal(profile.columns[0]?.kind, 'categorical');
	assert.throws(() => finishProfile(partial, { kinds: new Map([['word', 'numeric']]) }), { code: 'CONFIG_INVALID' });
	assert.throws(() => finishProfile(partial, { kinds: new Map([['word', 'datetime']]) }), { code: 'CONFIG_INVALID' });
});
