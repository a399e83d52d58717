import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellText } from '../../src/contracts/table.ts';
import { createColumnBuilder } from '../../src/ingest/build-columns.ts';
import { parseCanonicalNumber } from '../../src/ingest/canonical-number.ts';
import { fc } from '../properties.ts';

const numberLike = fc.oneof(
	fc.double({ noNaN: true }).map(String),
	fc.integer().map(String),
	fc.bigInt().map(String),
	fc.stringMatching(/^-?[0-9]{0,8}\.?[0-9]{0,18}(e-?[0-9]{1,3})?$/),
	fc.constantFrom(
		'-0',
		'0.0',
		'007',
		'1e5',
		'1.50',
		'+1',
		'.5',
		'5.',
		'-',
		'.',
		' 1',
		'0x10',
		'Infinity',
		'NaN',
		'1_000',
	),
	fc.constantFrom(
		'9007199254740993',
		'1e21',
		'1e-7',
		'0.000001',
		'0.0000001',
		'123456789012345.6',
		'1.7976931348623157e+308',
	),
);

test('a text is a number exactly if String writes that number so', () => {
	fc.assert(
		fc.property(numberLike, (text) => {
			const value = Number(text);
			const isCanonical = Number.isFinite(value) && String(value) === text;
			assert.ok(Object.is(parseCanonicalNumber(text), isCanonical ? value : Number.NaN), text);
		}),
		{ numRuns: 5_000 },
	);
});

test('the text of every cell comes out as it went in', () => {
	fc.assert(
		fc.property(fc.array(fc.oneof(numberLike, fc.string(), fc.constant(''))), (texts) => {
			const builder = createColumnBuilder();
			for (const text of texts) builder.addText(text);
			const cells = builder.take();
			assert.deepEqual(
				texts.map((_, row) => cellText(cells, row)),
				texts.map((text) => (text === '' ? null : text)),
			);
		}),
	);
});

test('a column of canonical numbers is one of numbers, and one other text makes it text', () => {
	const builder = createColumnBuilder();
	for (const text of ['1', '', '-2.5', '1e+21']) builder.addText(text);
	const numbers = builder.take();
	assert.deepEqual(numbers, { type: 'number', values: Float64Array.of(1, Number.NaN, -2.5, 1e21) });
	for (const text of ['1', '', '007', '1']) builder.addText(text);
	assert.deepEqual(builder.take(), { type: 'text', codes: Int32Array.of(0, -1, 1, 0), dictionary: ['1', '007'] });
});

test('a builder grows beyond its first room in both kinds', () => {
	const builder = createColumnBuilder();
	for (let row = 0; row < 5_000; row++) builder.addText(String(row));
	for (let row = 0; row < 5_000; row++) builder.addText(`x${row % 7}`);
	const cells = builder.take();
	assert.equal(cellText(cells, 4_999), '4999');
	assert.equal(cellText(cells, 9_999), 'x1');
	assert.equal(cells.type === 'text' && cells.dictionary.length, 5_007);
});

test('infinite numbers become text and an empty text can be present', () => {
	const builder = createColumnBuilder();
	builder.addNumber(-0);
	builder.addNumber(Number.POSITIVE_INFINITY);
	builder.addNumber(Number.NaN);
	builder.addPresentText('');
	const cells = builder.take();
	assert.deepEqual(
		[0, 1, 2, 3].map((row) => cellText(cells, row)),
		['-0', 'Infinity', null, ''],
	);
});
