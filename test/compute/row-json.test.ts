import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowsAsJson } from '../../src/compute/row-json.ts';
import type { Cells, TableBatch } from '../../src/contracts/table.ts';
import { fc } from '../properties.ts';

const cell = fc.oneof(
	fc.constant(null),
	fc.string({ unit: 'binary' }),
	fc.double({ noNaN: true, noDefaultInfinity: true }),
	fc.constant(-0),
);

function columnOf(value: string | number | null): Cells {
	if (typeof value === 'number') return { type: 'number', values: Float64Array.of(value) };
	return { type: 'text', codes: Int32Array.of(value === null ? -1 : 0), dictionary: value === null ? [] : [value] };
}

test('a row of any names and cells comes back from its JSON as it was', () => {
	const name = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', 'constructor', '', '"', 'größe'));
	const row = fc.uniqueArray(fc.tuple(name, cell), { selector: ([key]) => key });
	fc.assert(
		fc.property(row, (entries) => {
			const batch: TableBatch = {
				rows: 1,
				names: entries.map(([key]) => key),
				columns: entries.map(([, value]) => columnOf(value)),
			};
			const [text] = rowsAsJson(batch);
			const parsed = new Map(Object.entries(JSON.parse(text as string) as object));
			assert.equal(parsed.size, entries.length);
			for (const [key, value] of entries) assert.ok(Object.is(parsed.get(key), value), key);
		}),
	);
});

test('keys come in the order of the columns, a missing cell is null, and -0 keeps its sign', () => {
	const batch: TableBatch = {
		rows: 2,
		names: ['__proto__', 'b', '1'],
		columns: [
			{ type: 'text', codes: Int32Array.of(0, -1), dictionary: ['x"\u2028é'] },
			{ type: 'number', values: Float64Array.of(-0, Number.NaN) },
			{ type: 'number', values: Float64Array.of(1e21, 0.1) },
		],
	};
	assert.deepEqual(rowsAsJson(batch), [
		'{"__proto__":"x\\"\u2028é","b":-0,"1":1e+21}',
		'{"__proto__":null,"b":null,"1":0.1}',
	]);
});
