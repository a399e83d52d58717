import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleBatches } from '../../src/features/sample-batches.ts';
import { cells, tableOf } from './table-of.ts';

function sampled(rows: number, perBatch: number, wanted: number): number[] {
	const sample = sampleBatches(wanted);
	for (let first = 0; first < rows; first += perBatch) {
		sample.add(tableOf({ row: cells(Math.min(perBatch, rows - first), (row) => first + row) }));
	}
	return sample.batches().flatMap((batch) => {
		const [column] = batch.columns;
		return column?.type === 'number' ? [...column.values] : [];
	});
}

test('a small table is kept whole', () => {
	assert.deepEqual(
		sampled(150, 40, 100),
		Array.from({ length: 150 }, (_, row) => row),
	);
});

test('of a large one about as many as wanted are kept, from all of it, the same however it is cut', () => {
	const rows = sampled(50_000, 7_000, 1_000);
	assert.ok(rows.length > 700 && rows.length <= 2_000, String(rows.length));
	assert.deepEqual(rows, sampled(50_000, 50_000, 1_000));
	const inFirstHalf = rows.filter((row) => row < 25_000).length / rows.length;
	assert.ok(Math.abs(inFirstHalf - 0.5) < 0.06, String(inFirstHalf));
});
