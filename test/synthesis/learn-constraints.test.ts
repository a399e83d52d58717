import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Constraint } from '../../src/contracts/constraints.ts';
import { createRandom } from '../../src/contracts/random.ts';
import { describeConstraint } from '../../src/synthesis/constraints/describe-constraint.ts';
import { findBroken } from '../../src/synthesis/constraints/find-broken.ts';
import { keepHolding, learnConstraints } from '../../src/synthesis/constraints/learn-constraints.ts';
import { repairRows } from '../../src/synthesis/constraints/repair-rows.ts';
import { withoutConstraints } from '../../src/synthesis/constraints/without-constraints.ts';
import type { CellInput } from '../features/table-of.ts';
import { assertSame, fitted, ordersTable } from './orders-table.ts';

function learn(columns: Record<string, readonly CellInput[]>): { found: readonly Constraint[]; words: string[] } {
	const { features, specs } = fitted(columns);
	const found = learnConstraints(features, specs);
	return { found, words: found.map((constraint) => describeConstraint(constraint, specs)) };
}

function column<T extends CellInput>(rows: number, make: (row: number) => T): T[] {
	return Array.from({ length: rows }, (_, row) => make(row));
}

test('finds every rule of a shop, says it in plain words, and finds no other', () => {
	const { words } = learn(ordersTable(2000, 1));
	assert.deepEqual(words, [
		'city is always the one that goes with postcode',
		'exactly one of by_phone, by_web and in_shop is set',
		'price is a multiple of 50',
		'shipped_at is always after placed_at',
		'tax is 0.081 x net',
		'share_a, share_b and share_c add up to 100',
		'total is net + shipping + tax',
		'net is quantity x price, rounded',
		'month is the month of placed_at',
		'shipped_at and carrier are missing together',
		'shipped_at is missing wherever status is cancelled, and never where it is sent or returned',
	]);
});

test('ids are the same for other rows of the same table', () => {
	const ids = (seed: number) => learn(ordersTable(1500, seed)).found.map(({ id }) => id);
	assert.deepEqual(ids(2), ids(3));
	assert.ok(ids(2).includes('depends:postcode,city'));
});

/** Columns of every kind that hang together only by one hidden number. */
function noiseTable(rows: number, width: number, seed: number): Record<string, CellInput[]> {
	const random = createRandom(seed, 'noise');
	const hidden = column(rows, () => random.normal());
	const columns: Record<string, CellInput[]> = {};
	const kinds: ((x: number) => CellInput)[] = [
		(x) => Number((10 * x).toFixed(2)),
		(x) => Math.round(5 * x) + 20,
		(x) => (x > 1 ? 1 : 0),
		(x) => ['a', 'b', 'c', 'd', 'e'][Math.floor(Math.abs(2 * x)) % 5] as string,
		(x) => (random.uniform() < 0.2 ? null : Math.round(100 * Math.exp(x)) / 100),
		() => `L${Math.floor(60 * random.uniform() ** 3)}`,
		(x) => (x > 2 ? Math.round(10 * x) : 0),
		() => (random.uniform() < 0.02 ? 'yes' : 'no'),
		() => 1 + random.integer(3),
		() => new Date(Date.UTC(2024, 0, 1 + random.integer(400))).toISOString().slice(0, 10),
	];
	for (let i = 0; i < width; i++) {
		const kind = kinds[i % kinds.length] as (x: number) => CellInput;
		columns[`c${i}`] = column(rows, (row) => kind(0.5 * (hidden[row] as number) + random.normal()));
	}
	return columns;
}

test('finds nothing in tables without rules, however small or wide they are', () => {
	for (const [rows, width] of [
		[50, 60],
		[100, 200],
		[1000, 60],
	] as const) {
		for (let seed = 0; seed < 3; seed++) assert.deepEqual(learn(noiseTable(rows, width, seed)).words, []);
	}
});

test('a rule that a single row breaks is not one', () => {
	const columns = ordersTable(1000, 4);
	(columns.city as CellInput[])[17] = columns.city?.[17] === 'Bern' ? 'Uri' : 'Bern';
	for (const name of ['by_phone', 'by_web', 'in_shop']) (columns[name] as CellInput[])[17] = 1;
	(columns.total as number[])[17] = ((columns.total as number[])[17] as number) + 1;
	const ids = learn(columns).found.map(({ id }) => id);
	assert.ok(!ids.includes('depends:postcode,city'));
	assert.ok(!ids.some((id) => id.startsWith('one-hot:')));
	assert.ok(!ids.some((id) => id.startsWith('linear:total')));
	assert.ok(ids.includes('date-part:month,placed_at'));
});

test('a rule found in some rows is dropped when others break it', () => {
	const { features, specs } = fitted(ordersTable(500, 5));
	const found = learnConstraints(features, specs);
	const wrong = ordersTable(500, 6);
	wrong.price = (wrong.price as number[]).map((price, row) => (row === 3 ? price + 1 : price));
	const other = fitted(wrong);
	const kept = keepHolding(found, specs, { ...other.features });
	assert.ok(!kept.some(({ id }) => id === 'multiple:price' || id.startsWith('product:')));
	assert.ok(kept.some(({ id }) => id === 'missing-together:shipped_at,carrier'));
});

test('finds durations, equal columns, quotients in per cent, columns of which at most one is set, and unique pairs', () => {
	const random = createRandom(7);
	const rows = 800;
	const start = column(rows, () => Date.UTC(2024, 0, 1) + 60_000 * random.integer(500_000));
	const minutes = column(rows, () => 5 + random.integer(300));
	const time = (ms: number) => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
	const all = column(rows, () => 20 + random.integer(180));
	const part = all.map((value) => random.integer(value));
	const flag = column(rows, () => random.integer(5));
	const { words } = learn({
		began: start.map(time),
		ended: start.map((ms, row) => time(ms + 60_000 * (minutes[row] as number))),
		minutes,
		all,
		part,
		per_cent: part.map((value, row) => Math.round((1000 * value) / (all[row] as number)) / 10),
		again: part,
		red: flag.map((value) => (value === 1 ? 'yes' : 'no')),
		blue: flag.map((value) => (value === 2 ? 'yes' : 'no')),
		shop: column(rows, (row) => `S${row % 40}`),
		week: column(rows, (row) => `W${Math.floor(row / 40)}`),
	});
	for (const expected of [
		'minutes is the time from began to ended in minutes',
		'again is always equal to part',
		'per_cent is 100 x part / all, rounded',
		'at most one of red and blue is set',
		'no two rows have the same shop and week',
	]) {
		assert.ok(words.includes(expected), `${expected} is not in: ${words.join('; ')}`);
	}
});

test('columns that depend on a third are not said to depend on one another', () => {
	const random = createRandom(8);
	const shop = column(600, () => random.integer(40));
	const { words } = learn({
		shop: shop.map((value) => `S${value}`),
		city: shop.map((value) => `C${value % 13}`),
		country: shop.map((value) => ['CH', 'DE', 'FR'][(value % 13) % 3] as string),
		code: shop.map((value) => `K${40 - value}`),
	});
	assert.deepEqual(words, [
		'city is always the one that goes with shop',
		'code is always the one that goes with shop',
		'country is always the one that goes with city',
	]);
});

test('rows of training break none of their own constraints and are not changed', () => {
	const { features, specs } = fitted(ordersTable(700, 9));
	const found = learnConstraints(features, specs);
	assert.ok(found.length > 8);
	const { broken, counts } = findBroken(found, specs, features);
	assert.equal(broken.indexOf(1), -1);
	assert.ok(counts.every((count) => count === 0));
	const repaired = repairRows(found, specs, features);
	for (const [feature, before] of features.columns.entries()) assertSame(repaired.columns[feature], before);
});

test('a constraint can be let go by its id, and a mistyped id is told from the nearest one', () => {
	const { found } = learn(ordersTable(300, 10));
	const left = withoutConstraints(found, ['multiple:price']);
	assert.deepEqual(
		left,
		found.filter(({ id }) => id !== 'multiple:price'),
	);
	assert.equal(left.length, found.length - 1);
	assert.throws(() => withoutConstraints(found, ['multipel:price']), {
		code: 'CONDITION_INVALID',
		hint: 'Did you mean multiple:price?',
	});
});

test('of many rows some are searched and all are checked', () => {
	const columns = ordersTable(1200, 11);
	(columns.price as number[])[7] = 77;
	const { features, specs } = fitted(columns);
	const searched = learnConstraints(features, specs, { maxRows: 300 }).map(({ id }) => id);
	assert.ok(!searched.includes('multiple:price'));
	assert.ok(searched.includes('missing-together:shipped_at,carrier'));
	assert.ok(searched.includes('depends:postcode,city'));
});

test('finds levels that stand for ranges of a number, and numbers that are codes', () => {
	const random = createRandom(12);
	const rows = 900;
	const debt = column(rows, () => Math.max(0, Math.round(100 * (800 * random.uniform() - 300)) / 100));
	const zip = column(rows, () => 8000 + 37 * random.integer(150));
	const { words, found } = learn({
		debt,
		class: debt.map((value) => (value < 20 ? 'low' : value < 260 ? 'middle' : 'high')),
		zip,
		town: zip.map((value) => `T${(value * 7919) % 61}`),
		other: column(rows, () => random.integer(50)),
	});
	assert.deepEqual(words, [
		'town is always the one that goes with zip',
		'class goes by debt: from low to high low, middle and high',
	]);
	const [dependency] = found;
	assert.ok(dependency?.type === 'depends' && dependency.pairs.length === new Set(zip).size);
});

test('finds sums of many columns, chains of orders, and copies of a column once', () => {
	const random = createRandom(15);
	const rows = 500;
	const parts = Object.fromEntries(
		Array.from({ length: 9 }, (_, i) => [`p${i}`, column(rows, () => random.integer(500))]),
	);
	const low = column(rows, () => random.integer(100));
	const middle = low.map((value) => value + random.integer(100));
	const { words } = learn({
		...parts,
		all: column(rows, (row) => Object.values(parts).reduce((sum, part) => sum + (part[row] as number), 0)),
		low,
		middle,
		high: middle.map((value) => value + random.integer(100)),
		copy: low,
		again: low,
	});
	assert.deepEqual(words, [
		'middle is never below low',
		'high is never below middle',
		'copy is always equal to low',
		'again is always equal to low',
		'all is the sum of p0, p1, p2, p3, p4 and 4 more',
	]);
});
