import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CategoricalFeature, FeatureColumn, FeatureTable } from '../../src/contracts/features.ts';
import { createRandom } from '../../src/contracts/random.ts';
import { cellValue } from '../../src/contracts/table.ts';
import { finishProfile } from '../../src/features/finish-profile.ts';
import { fromFeatures } from '../../src/features/from-features.ts';
import { profileBatch } from '../../src/features/profile-batch.ts';
import { settleDates } from '../../src/features/settle-dates.ts';
import { toFeatures } from '../../src/features/to-features.ts';
import { findBroken, type KeptCells } from '../../src/synthesis/constraints/find-broken.ts';
import { learnConstraints } from '../../src/synthesis/constraints/learn-constraints.ts';
import { repairRows } from '../../src/synthesis/constraints/repair-rows.ts';
import { fc } from '../properties.ts';
import { assertSame, fitted, ordersTable } from './orders-table.ts';

const orders = fitted(ordersTable(600, 1));
const profile = finishProfile(profileBatch(orders.batch));
const constraints = learnConstraints(orders.features, orders.specs);

/** [rows] each column drawn on its own: rows that break nearly everything. */
function shuffled(table: FeatureTable, seed: number, share: number): FeatureTable {
	const random = createRandom(seed);
	const columns = table.columns.map((column): FeatureColumn => {
		const from = Int32Array.from({ length: table.rows }, (_, row) =>
			random.uniform() < share ? random.integer(table.rows) : row,
		);
		return column.type === 'numeric'
			? { type: 'numeric', values: Float64Array.from(from, (row) => column.values[row] as number) }
			: { type: 'categorical', codes: Int32Array.from(from, (row) => column.codes[row] as number) };
	});
	return { rows: table.rows, columns };
}

function pick(table: FeatureTable, rows: readonly number[]): FeatureTable {
	const columns = table.columns.map(
		(column): FeatureColumn =>
			column.type === 'numeric'
				? { type: 'numeric', values: Float64Array.from(rows, (row) => column.values[row] as number) }
				: { type: 'categorical', codes: Int32Array.from(rows, (row) => column.codes[row] as number) },
	);
	return { rows: rows.length, columns };
}

function keptRows(broken: Uint8Array): number[] {
	return [...broken.keys()].filter((row) => broken[row] === 0);
}

function cell(column: FeatureColumn | undefined, row: number): number | undefined {
	return column?.type === 'numeric' ? column.values[row] : column?.codes[row];
}

test('what is left after repair holds every constraint, also when it is written and read again', () => {
	fc.assert(
		fc.property(fc.integer({ min: 0, max: 1e6 }), fc.constantFrom(0.1, 0.5, 1), (seed, share) => {
			const repaired = repairRows(constraints, orders.specs, shuffled(orders.features, seed, share));
			const { broken, counts } = findBroken(constraints, orders.specs, repaired);
			const kept = pick(repaired, keptRows(broken));
			assert.ok(kept.rows > 0.3 * repaired.rows, `${kept.rows} of ${repaired.rows} rows left, ${counts.join(' ')}`);
			const written = fromFeatures(kept, orders.specs, profile);
			const read = toFeatures(written, orders.specs);
			// Repaired cells are as the columns write them: in range, with no more decimals.
			for (const [feature, column] of kept.columns.entries()) assertSame(read.columns[feature], column);
			const again = findBroken(constraints, orders.specs, read);
			assert.deepEqual(
				again.counts,
				counts.map(() => 0),
			);

			// The rules as the table was made by, not as they were learnt.
			const at = (name: string) => written.columns[written.names.indexOf(name)] ?? assert.fail(name);
			const number = (name: string, row: number) => Number(cellValue(at(name), row));
			for (let row = 0; row < kept.rows; row++) {
				const city = ['Bern', 'Uri', 'Zug', 'Chur', 'Genf', 'Biel'][
					((Number(String(cellValue(at('postcode'), row)).slice(3)) - 3000) / 7) % 6
				];
				assert.equal(cellValue(at('city'), row), city);
				assert.equal(number('net', row), number('quantity', row) * number('price', row));
				const total = number('net', row) + number('shipping', row) + number('tax', row);
				assert.ok(Math.abs(number('total', row) - total) < 0.001);
				assert.equal(number('share_a', row) + number('share_b', row) + number('share_c', row), 100);
				const shipped = cellValue(at('shipped_at'), row);
				assert.equal(shipped === null, cellValue(at('status'), row) === 'cancelled');
				assert.equal(shipped === null, cellValue(at('carrier'), row) === null);
				const placed = String(cellValue(at('placed_at'), row));
				if (shipped !== null) assert.ok(placed < String(shipped));
				assert.equal(number('month', row), Number(placed.slice(5, 7)));
				assert.equal(number('price', row) % 50, 0);
			}
		}),
		{ numRuns: 12 },
	);
});

test('repairing again changes nothing, and rows that break nothing are left alone', () => {
	const drawn = settleDates(shuffled(orders.features, 3, 0.3), orders.specs);
	const before = findBroken(constraints, orders.specs, drawn).broken;
	const repaired = repairRows(constraints, orders.specs, drawn);
	const after = findBroken(constraints, orders.specs, repaired).broken;
	const again = repairRows(constraints, orders.specs, repaired);
	assert.ok(before.indexOf(0) >= 0 && before.indexOf(1) >= 0);
	for (const [feature, column] of repaired.columns.entries()) {
		for (let row = 0; row < repaired.rows; row++) {
			if (before[row] === 0) assert.equal(cell(column, row), cell(drawn.columns[feature], row));
			if (after[row] === 0) assert.equal(cell(again.columns[feature], row), cell(column, row));
		}
	}
});

test('features that were asked for stay as they are, and rows can still be repaired', () => {
	for (const name of ['city', 'total', 'tax', 'shipped_at', 'status', 'by_web', 'share_c', 'month', 'price']) {
		const fixed = new Set([...orders.specs.keys()].filter((feature) => orders.specs[feature]?.column === name));
		const drawn = settleDates(shuffled(orders.features, 5, 0.2), orders.specs, fixed);
		const repaired = repairRows(constraints, orders.specs, drawn, { fixed });
		for (const feature of fixed) assertSame(repaired.columns[feature], drawn.columns[feature], name);
		const count = (table: FeatureTable) =>
			findBroken(constraints, orders.specs, table).broken.reduce((sum, one) => sum + one, 0);
		assert.ok(count(repaired) < 0.8 * count(drawn), `${name}: ${count(repaired)} of ${count(drawn)}`);
	}
});

test('a level that is too rare to be learnt is drawn anew among those that go with the other column', () => {
	const random = createRandom(2);
	const shop = Array.from({ length: 2000 }, () => Math.floor(400 * random.uniform()));
	const table = fitted({
		shop: shop.map((value) => `S${value}`),
		region: shop.map((value) => `R${value % 4}`),
		size: shop.map(() => random.integer(9)),
	});
	const found = learnConstraints(table.features, table.specs);
	assert.deepEqual(
		found.map(({ id }) => id),
		['depends:shop,region'],
	);
	const drawn = shuffled(table.features, 6, 1);
	const repaired = repairRows(found, table.specs, drawn);
	const { counts } = table.specs[0] as { counts: readonly number[] };
	const before = (drawn.columns[0] as CategoricalFeature).codes;
	let rare = 0;
	for (let row = 0; row < drawn.rows; row++) {
		const code = before[row] as number;
		const isRare = code >= 200 || (counts[code] as number) < 5;
		if (isRare) rare++;
		const kept = isRare ? 1 : 0;
		assert.equal(cell(repaired.columns[kept], row), cell(drawn.columns[kept], row));
	}
	assert.ok(rare > 100);
	assert.equal(findBroken(found, table.specs, repaired).broken.indexOf(1), -1);
});

test('rows that must differ are told from those of earlier tables too', () => {
	const rows = 400;
	const table = fitted({
		shop: Array.from({ length: rows }, (_, row) => `S${row % 20}`),
		week: Array.from({ length: rows }, (_, row) => `W${Math.floor(row / 20)}`),
	});
	const found = learnConstraints(table.features, table.specs);
	assert.deepEqual(
		found.map(({ id }) => id),
		['unique:shop,week'],
	);
	const kept: KeptCells = new Map();
	assert.deepEqual(
		findBroken(found, table.specs, pick(table.features, [1, 2, 1]), kept).broken,
		Uint8Array.of(0, 0, 1),
	);
	const next = findBroken(found, table.specs, pick(table.features, [2, 3, 3]), kept);
	assert.deepEqual(next.broken, Uint8Array.of(1, 0, 1));
	assert.deepEqual(next.counts, [2]);
});

test('a constraint about a column that the table does not have is an error', () => {
	const { features, specs } = fitted({ a: Array.from({ length: 40 }, (_, row) => row % 7) });
	assert.throws(() => repairRows(constraints, specs, features), { code: 'MODEL_INVALID' });
});

test('a number that is a code becomes one that occurs, and a level follows the range of its number', () => {
	const random = createRandom(13);
	const zip = Array.from({ length: 900 }, () => 8000 + 37 * random.integer(150));
	const age = Array.from({ length: 900 }, () => 1 + random.integer(90));
	const table = fitted({
		zip,
		town: zip.map((value) => `T${(value * 7919) % 61}`),
		age,
		group: age.map((value) => (value < 18 ? 'child' : value < 65 ? 'adult' : 'old')),
	});
	const found = learnConstraints(table.features, table.specs);
	assert.deepEqual(
		found.map(({ id }) => id),
		['depends:zip,town', 'bands:group,age'],
	);
	const drawn = shuffled(table.features, 14, 1);
	const numbers = drawn.columns[0];
	if (numbers?.type === 'numeric') {
		for (let row = 0; row < drawn.rows; row++) {
			numbers.values[row] = Math.min(8000 + 37 * 149, (numbers.values[row] as number) + random.integer(30));
		}
	}
	for (const fixed of [new Set<number>(), new Set([1, 3])]) {
		const repaired = repairRows(found, table.specs, drawn, { fixed });
		assert.equal(findBroken(found, table.specs, repaired).broken.indexOf(1), -1);
		for (const feature of fixed) assertSame(repaired.columns[feature], drawn.columns[feature]);
		const written = fromFeatures(repaired, table.specs, finishProfile(profileBatch(table.batch)));
		const [zips, towns, ages, groups] = written.columns;
		for (let row = 0; row < written.rows; row++) {
			const [zipCode, town] = [zips, towns].map((cells) => (cells === undefined ? null : cellValue(cells, row)));
			assert.ok(zip.includes(Number(zipCode)) && town === `T${(Number(zipCode) * 7919) % 61}`);
			const [years, group] = [ages, groups].map((cells) => (cells === undefined ? null : cellValue(cells, row)));
			assert.equal(group, Number(years) < 18 ? 'child' : Number(years) < 65 ? 'adult' : 'old');
		}
	}
});
