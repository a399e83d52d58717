import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import { encodeRows, fitCoordinates, standardise, standardiseLog } from '../../src/scoring/coordinates.ts';
import { dealSubspaces } from '../../src/scoring/member-inputs.ts';
import { collectBags, hashRows, indexBags } from '../../src/scoring/row-hash.ts';
import { buildSpecs, buildTable, takeRows } from './build-table.ts';

const columns = [
	{ name: 'number', cells: [1, 2, 4, 8, null, 16] },
	{ name: 'level', cells: ['a', 'a', 'b', 'c', 'd', null] },
	{ name: 'hour', cells: [0, 6, 12, 18, 3, 9], period: 24 },
	{ name: 'same', cells: [3, 3, 3, 3, 3, 3] },
	{ name: 'left out', cells: [1, 2, 3, 4, 5, 6], scored: false },
];
const specs = buildSpecs(columns);
const table = buildTable(columns, specs);

function encode(indicatorLevels: number) {
	const coordinates = fitCoordinates(table, specs, indicatorLevels);
	const target = new Float32Array(table.rows * coordinates.width);
	encodeRows(coordinates, table, (row) => row, table.rows, target, coordinates.width);
	const column = (c: number) =>
		Array.from({ length: table.rows }, (_, row) => target[row * coordinates.width + c] as number);
	return { coordinates, column };
}

test('numbers become standardised signed logarithms of their standardised values', () => {
	const { coordinates, column } = encode(12);
	// z = (x - mean(x)) / std(x); v = sign(z) log1p(|z|); (v - mean(v)) / std(v), numpy, x = [1, 2, 4, 8, 16]
	const expected = [-0.9712, -0.81591, -0.45015, 0.53307, 1.70419];
	for (const [row, value] of [0, 1, 2, 3, 5].entries()) {
		assert.ok(Math.abs((column(0)[value] as number) - (expected[row] as number)) < 1e-4, String(column(0)));
	}
	assert.equal(column(0)[4], 0);
	assert.ok((column(1)[4] as number) > 1 && (column(1)[0] as number) < 0);
	const linear = coordinates.features[0];
	assert.ok(linear?.kind === 'linear');
	assert.ok(Math.abs(standardiseLog(linear, standardise(linear, 16)) - (column(0)[5] as number)) < 1e-6);
});

test('levels become centred indicators, those beyond the limit one of them, and unseen ones the mean', () => {
	const { coordinates, column } = encode(2);
	const level = coordinates.features[1];
	assert.ok(level?.kind === 'levels');
	// a, b, rest (c and d), missing
	assert.equal(level.span.width, 4);
	const from = level.span.start;
	const isOn = (c: number) => column(from + c).map((value) => value > 0);
	assert.deepEqual(isOn(0), [true, true, false, false, false, false]);
	assert.deepEqual(isOn(2), [false, false, false, true, true, false]);
	assert.deepEqual(isOn(3), [false, false, false, false, false, true]);
	for (let c = 0; c < 4; c++) assert.ok(Math.abs(column(from + c).reduce((sum, value) => sum + value, 0)) < 1e-6);

	const wide = fitCoordinates(table, specs, 12);
	const unseen = buildTable(
		[columns[0], { name: 'level', cells: ['z'] }, ...columns.slice(2)] as typeof columns,
		specs,
	);
	const target = new Float32Array(wide.width);
	encodeRows(wide, { ...unseen, rows: 1 }, () => 0, 1, target, wide.width);
	const span = wide.features[1]?.span as { start: number; width: number };
	assert.ok(target.subarray(span.start, span.start + span.width).every((value) => value === 0));
});

test('a cycle has no seam, and constants and features that are not scored are not encoded', () => {
	const { coordinates, column } = encode(12);
	const cyclic = coordinates.features[2];
	assert.ok(cyclic?.kind === 'cyclic');
	const { start } = cyclic.span;
	assert.ok(Math.abs((column(start + 1)[0] as number) - Math.SQRT2) < 1e-6);
	assert.ok(Math.abs((column(start)[1] as number) - Math.SQRT2) < 1e-6);
	assert.equal(coordinates.features[3]?.span.width, 0);
	assert.equal(coordinates.features[4], null);
	assert.deepEqual(coordinates.dependent, [0, 1, 2]);
});

test('subspaces have distinct features and use each equally often', () => {
	const features = [0, 2, 3, 5, 6, 8, 9];
	const dealt = dealSubspaces(features, 4, 14, createRandom(1));
	const uses = new Map(features.map((feature) => [feature, 0]));
	for (const hand of dealt) {
		assert.equal(new Set(hand).size, 4);
		for (const feature of hand) uses.set(feature, (uses.get(feature) as number) + 1);
	}
	assert.deepEqual([...uses.values()], new Array(7).fill(8));
});

test('equal content has one hash, wherever the row is, and other content another', () => {
	const rows = 20_000;
	const many = [
		{ name: 'a', cells: Array.from({ length: rows }, (_, i) => i % 200) },
		{ name: 'b', cells: Array.from({ length: rows }, (_, i) => Math.floor(i / 200) / 8) },
	];
	const manySpecs = buildSpecs(many);
	const built = buildTable(many, manySpecs);
	const hashes = hashRows(built, [0, 1]);
	const halves = [0, 1].map((half) => new Set(Array.from({ length: rows }, (_, row) => hashes[2 * row + half])));
	// 20,000 of 2^32: about 0.05 chance pairs.
	for (const half of halves) assert.ok(half.size > rows - 5, String(half.size));
	const moved = hashRows(takeRows(built, [7, 19_999]), [0, 1]);
	assert.deepEqual([...moved], [hashes[14], hashes[15], hashes[39_998], hashes[39_999]]);
	const signs = { rows: 2, columns: [{ type: 'numeric' as const, values: new Float64Array([0, -0]) }] };
	const zero = hashRows(signs, [0]);
	assert.deepEqual(zero.slice(0, 2), zero.slice(2));

	const bags = collectBags(hashes, [
		Int32Array.from([1, 2]),
		...new Array(33).fill(new Int32Array(0)),
		Int32Array.from([2]),
	]);
	const entryOf = indexBags(bags);
	const entry = (row: number) => entryOf(hashes[2 * row] as number, hashes[2 * row + 1] as number);
	assert.equal(entry(3), -1);
	assert.deepEqual([...bags.members.slice(entry(1) * 2, entry(1) * 2 + 2)], [1, 0]);
	assert.deepEqual([...bags.members.slice(entry(2) * 2, entry(2) * 2 + 2)], [1, 4]);
});
