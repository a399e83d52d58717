import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allRows, joinBatches } from '../../src/compute/join-batches.ts';
import { type Cells, cellText, type TableBatch } from '../../src/contracts/table.ts';
import { fc } from '../properties.ts';

const texts = (...values: (string | null)[]): Cells => {
	const dictionary = [...new Set(values.filter((value) => value !== null))];
	return {
		type: 'text',
		codes: Int32Array.from(values, (value) => (value === null ? -1 : dictionary.indexOf(value))),
		dictionary,
	};
};
const numbers = (...values: number[]): Cells => ({ type: 'number', values: Float64Array.from(values) });
const batchOf = (cells: Cells): TableBatch => ({
	rows: cells.type === 'number' ? cells.values.length : cells.codes.length,
	names: ['a'],
	columns: [cells],
});
const textsOf = ({ columns, rows }: TableBatch): (string | null)[] =>
	Array.from({ length: rows }, (_, row) => cellText(columns[0] as Cells, row));

const cells: fc.Arbitrary<Cells> = fc.oneof(
	fc.array(fc.option(fc.string({ unit: 'binary' }), { nil: null })).map((values) => texts(...values)),
	fc.array(fc.oneof(fc.double({ noDefaultInfinity: true }), fc.constant(-0))).map((values) => numbers(...values)),
);

test('every picked cell reads as it did before, in the order of the parts', () => {
	const part = cells.chain((column) => {
		const batch = batchOf(column);
		const rows = batch.rows === 0 ? fc.constant([]) : fc.array(fc.nat(batch.rows - 1));
		return rows.map((picked) => ({ batch, rows: picked }));
	});
	fc.assert(
		fc.property(fc.array(part, { minLength: 1 }), (parts) => {
			const expected = parts.flatMap(({ batch, rows }) => rows.map((row) => textsOf(batch)[row]));
			assert.deepEqual(textsOf(joinBatches(parts)), expected);
		}),
	);
});

test('numbers stay numbers, and beside texts they become the text they were', () => {
	const joined = joinBatches([
		{ batch: batchOf(numbers(1, 2)), rows: [1] },
		{ batch: batchOf(numbers(3)), rows: [0] },
	]);
	assert.deepEqual(joined.columns, [numbers(2, 3)]);
	const mixed = joinBatches([
		{ batch: batchOf(numbers(-0, Number.NaN, 2.5)), rows: [0, 1, 2] },
		{ batch: batchOf(texts('x', '2.5')), rows: [0, 1] },
	]);
	assert.deepEqual(mixed.columns, [
		{ type: 'text', codes: Int32Array.of(0, -1, 1, 2, 1), dictionary: ['-0', '2.5', 'x'] },
	]);
});

test('texts of rows that were not picked are not kept', () => {
	const joined = joinBatches([{ batch: batchOf(texts('a', 'b', 'c')), rows: [1] }]);
	assert.deepEqual(joined.columns, [texts('b')]);
});

test('nothing joins to an empty batch, and all rows of a batch to itself', () => {
	assert.deepEqual(joinBatches([]), { rows: 0, names: [], columns: [] });
	const batch = batchOf(texts('a', null, 'b'));
	assert.deepEqual(joinBatches([{ batch, rows: allRows(batch) }]), batch);
});
