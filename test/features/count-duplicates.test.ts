import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDuplicateCounter } from '../../src/features/count-duplicates.ts';
import { fc } from '../properties.ts';
import { type CellInput, tableOf } from './table-of.ts';

test('rows that are equal to one before them are counted, across batches of other types', () => {
	const cell: fc.Arbitrary<CellInput> = fc.constantFrom(null, '1', '2', '1.50', 'x', '-3', '1e21', '007');
	fc.assert(
		fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 30 }), fc.nat(30), (rows, cut) => {
			const counter = createDuplicateCounter();
			for (const part of [rows.slice(0, cut), rows.slice(cut)]) {
				if (part.length > 0) counter.add(tableOf({ a: part.map(([a]) => a), b: part.map(([, b]) => b) }));
			}
			const different = new Set(rows.map((row) => JSON.stringify(row))).size;
			assert.deepEqual(counter.counts(), { rows: rows.length - different, of: rows.length });
		}),
	);
});

test('the cells of a row are told apart by their column', () => {
	const counter = createDuplicateCounter();
	counter.add(tableOf({ a: [1, 2, null, 5], b: [2, 1, 5, null] }));
	assert.equal(counter.counts().rows, 0);
});

test('no more rows are remembered than may be, and the count says of how many it is', () => {
	const counter = createDuplicateCounter(3);
	counter.add(tableOf({ a: [1, 1] }));
	counter.add(tableOf({ a: [1, 1] }));
	assert.deepEqual(counter.counts(), { rows: 2, of: 3 });
});
