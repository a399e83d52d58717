import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cells, TableBatch } from '../../src/contracts/table.ts';
import { decodeShard, encodeShard } from '../../src/ingest/arrow-shard.ts';
import { fc } from '../properties.ts';

const text = fc.string({ unit: 'binary' });

function cellsOf(rows: number): fc.Arbitrary<Cells> {
	const numbers = fc
		.array(fc.oneof(fc.double({ noDefaultInfinity: true }), fc.constant(Number.NaN), fc.constant(-0)), {
			minLength: rows,
			maxLength: rows,
		})
		.map((values): Cells => ({ type: 'number', values: Float64Array.from(values) }));
	const texts = fc
		.uniqueArray(text)
		.chain((dictionary) =>
			fc
				.array(fc.integer({ min: -1, max: dictionary.length - 1 }), { minLength: rows, maxLength: rows })
				.map((codes): Cells => ({ type: 'text', codes: Int32Array.from(codes), dictionary })),
		);
	return fc.oneof(numbers, texts);
}

const names = fc.uniqueArray(
	fc.oneof(
		text.filter((name) => name !== ''),
		fc.constantFrom('__proto__', 'a'),
	),
	{ minLength: 1, maxLength: 5 },
);
const batches: fc.Arbitrary<TableBatch> = fc
	.tuple(fc.integer({ min: 0, max: 40 }), names)
	.chain(([rows, names]) =>
		fc.tuple(...names.map(() => cellsOf(rows))).map((columns): TableBatch => ({ rows, names, columns })),
	);

test('what a shard encodes is what it decodes, and equal batches give equal bytes', () => {
	fc.assert(
		fc.property(batches, (batch) => {
			const bytes = encodeShard(batch);
			assert.deepStrictEqual(decodeShard(bytes), batch);
			assert.deepEqual(encodeShard(structuredClone(batch)), bytes);
		}),
		{ numRuns: 300 },
	);
});

test('a shard can be decoded from any place in a larger buffer', () => {
	const batch: TableBatch = {
		rows: 2,
		names: ['n'],
		columns: [{ type: 'number', values: Float64Array.of(1.5, Number.NaN) }],
	};
	const bytes = encodeShard(batch);
	const shifted = new Uint8Array(bytes.length + 3);
	shifted.set(bytes, 3);
	assert.deepStrictEqual(decodeShard(shifted.subarray(3)), batch);
});

test('bytes that are no shard are refused', () => {
	const code = 'ARROW_UNREADABLE';
	const bytes = encodeShard({ rows: 1, names: ['n'], columns: [{ type: 'number', values: Float64Array.of(1) }] });
	assert.throws(() => decodeShard(new Uint8Array(0)), { code });
	assert.throws(() => decodeShard(Buffer.from('no arrow')), { code });
	assert.throws(() => decodeShard(bytes.subarray(0, bytes.length - 20)), { code });
});
