import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellText } from '../../src/contracts/table.ts';
import { compileDatePattern } from '../../src/features/date-pattern.ts';
import { findDateReadings } from '../../src/features/find-date-formats.ts';
import { createTextReaders, interpretBatch } from '../../src/features/interpret-batch.ts';
import { findNumberReadings, type ToldNumbers } from '../../src/features/number-style.ts';
import { createBatchBuilder } from '../../src/ingest/build-columns.ts';
import { fc } from '../properties.ts';

const NOTHING_TOLD: ToldNumbers = { decimal: null, thousands: null, delimiter: ',' };

function readingsOf(columns: Readonly<Record<string, readonly string[]>>, told: Partial<ToldNumbers> = {}): unknown[] {
	const texts = Object.entries(columns).map(([name, list]) => ({ name, texts: list }));
	return findNumberReadings(texts, { ...NOTHING_TOLD, ...told }).map((reading) => [
		reading.column,
		reading.decimal,
		reading.thousands,
		reading.isAmbiguous,
	]);
}

test('decimal commas and groups of digits are found, numbers as they are usually written need nothing', () => {
	assert.deepEqual(readingsOf({ a: ['1.234,56', '-0,5', '12'] }), [['a', ',', '.', false]]);
	assert.deepEqual(readingsOf({ a: ['1,5', '22,75'] }), [['a', ',', null, false]]);
	assert.deepEqual(readingsOf({ a: ['1,234.56', '7'] }), [['a', '.', ',', false]]);
	assert.deepEqual(readingsOf({ a: ['1,234,567', '7'] }), [['a', '.', ',', false]]);
	assert.deepEqual(readingsOf({ a: ['1 234,5', '12\u00a0345,25', '3,5'] }), [['a', ',', ' ', false]]);
	assert.deepEqual(readingsOf({ a: ["1'234.50", '7.25'] }), [['a', '.', "'", false]]);
	assert.deepEqual(readingsOf({ a: ['1.5', '1.234', '1e5', '7', '.5', 'NA', '-'] }), []);
	assert.deepEqual(readingsOf({ a: ['1.234', '5.678'] }), []);
});

test('what a column does not tell, the other columns do, then the delimiter; and it is said', () => {
	assert.deepEqual(readingsOf({ a: ['1,5'], b: ['1.234', '12.500'] }), [
		['a', ',', null, false],
		['b', ',', '.', true],
	]);
	assert.deepEqual(readingsOf({ a: ['1.5'], b: ['1,234', '12,500'] }), [['b', '.', ',', true]]);
	assert.deepEqual(readingsOf({ b: ['1,234'] }), [['b', '.', ',', true]]);
	assert.deepEqual(readingsOf({ b: ['1,234'] }, { delimiter: ';' }), [['b', ',', null, true]]);
	const usual = [{ column: 'b', decimal: ',', thousands: null, isAmbiguous: false }] as const;
	assert.deepEqual(readingsOf({ b: ['1,234'] }, { usual }), [['b', ',', null, false]]);
});

test('amounts with a currency or per cent, and negative ones as in accounts, are numbers', () => {
	const cases: readonly (readonly [texts: readonly string[], reading: unknown, numbers: readonly string[]])[] = [
		[
			['$1,234.50', '-$5', '$-6', '($7.25)', '8'],
			['.', ',', '$'],
			['1234.50', '-5', '-6', '-7.25', '8'],
		],
		[
			['1.234,56 €', '-0,5 €', '12€'],
			[',', '.', '€'],
			['1234.56', '-0.5', '12'],
		],
		[
			['5%', '7.5 %'],
			['.', null, '%'],
			['5', '7.5'],
		],
		[
			['0,1 %', '-2 %'],
			[',', null, '%'],
			['0.1', '-2'],
		],
		[
			["CHF 1'234.50", 'CHF 3'],
			['.', "'", 'CHF'],
			['1234.50', '3'],
		],
		[
			['(1,200.00)', '35.10'],
			['.', ',', ''],
			['-1200.00', '35.10'],
		],
		[
			['1.200,00-', '35,10'],
			[',', '.', ''],
			['-1200.00', '35.10'],
		],
		[
			['(5)', '7'],
			['.', null, ''],
			['-5', '7'],
		],
		[
			['1,00,000.50', '12,34,567', '1,000'],
			['.', ',', undefined],
			['100000.50', '1234567', '1000'],
		],
	];
	for (const [texts, [decimal, thousands, unit], numbers] of cases as readonly [string[], unknown[], string[]][]) {
		const [reading] = findNumberReadings([{ name: 'a', texts }], NOTHING_TOLD);
		assert.deepEqual([reading?.decimal, reading?.thousands, reading?.unit], [decimal, thousands, unit], texts[0]);
		const builder = createBatchBuilder(['a']);
		for (const text of texts) builder.columns[0]?.addText(text);
		const read = interpretBatch(builder.take(texts.length), {
			numbers: reading ? [reading] : [],
			dates: [],
			nulls: [],
		});
		const cells = texts.map((_, row) => cellText(read.columns[0] as (typeof read.columns)[number], row));
		assert.deepEqual(cells, numbers);
	}
});

test('what is no one unit, or may be a code, is left as it is', () => {
	for (const texts of [
		['$5', '€5'],
		['5%', '7'],
		['(5)', '(6)'],
		['(030)', '(040)'],
		['$007', '$008'],
		['5 kg', '7 kg'],
		['12:30', '13:45'],
		['1-2', '3-4'],
		['A5', 'B7'],
		['1,00,00', '2,00,00'],
	]) {
		assert.deepEqual(readingsOf({ a: texts }), [], texts.join());
	}
});

test('what is told wins', () => {
	assert.deepEqual(readingsOf({ b: ['1,234'] }, { decimal: ',' }), [['b', ',', null, false]]);
	assert.deepEqual(readingsOf({ b: ['1.234'] }, { decimal: ',', thousands: '.' }), [['b', ',', '.', false]]);
	assert.deepEqual(readingsOf({ b: ['1.234,5'] }, { thousands: '' }), [['b', ',', null, false]]);
});

test('columns that contradict themselves, or are no numbers, are left as they are', () => {
	assert.deepEqual(readingsOf({ a: ['1,5', '1.25'] }), []);
	for (const text of [
		'1.2.3',
		'192.168.0.1',
		'31.12.2025',
		'4111 1111 1111 1111',
		'48.1,11.5',
		'a,b',
		'1,5 kg',
		'1,,5',
	]) {
		assert.deepEqual(readingsOf({ a: [text, '1,5'] }), [], text);
	}
});

test('numbers are understood as they were written, whatever the style', () => {
	const styles = [
		['.', ','],
		[',', '.'],
		[',', ' '],
		['.', "'"],
		[',', null],
	] as const;
	fc.assert(
		fc.property(
			fc.constantFrom(...styles),
			fc.array(fc.integer({ min: -99_999_999, max: 99_999_999 }), { minLength: 1, maxLength: 20 }),
			([decimal, thousands], cents) => {
				const texts = cents.map((value) => {
					const [whole = '', fraction = ''] = (Math.abs(value) / 100).toFixed(2).split('.');
					const grouped = thousands === null ? whole : whole.replace(/\B(?=(\d{3})+$)/g, thousands);
					return `${value < 0 ? '-' : ''}${grouped}${decimal}${fraction}`;
				});
				const builder = createBatchBuilder(['x']);
				for (const text of texts) builder.columns[0]?.addText(text);
				const numbers = findNumberReadings([{ name: 'x', texts }], NOTHING_TOLD);
				const batch = interpretBatch(builder.take(texts.length), { numbers, dates: [], nulls: [] });
				const [cells] = batch.columns;
				assert.ok(cells);
				assert.deepEqual(
					cents.map((_, row) => Math.round(Number(cellText(cells, row)) * 100)),
					cents.map((value) => value + 0),
				);
			},
		),
	);
});

test('texts that are missing cells are missing, the rest of a column stays', () => {
	const builder = createBatchBuilder(['a', 'n', 'b']);
	for (const [a, n, b] of [
		['k.A.', '-999', '1,5'],
		['x', '3', 'k.A.'],
		['y', '', 'odd'],
	] as const) {
		builder.columns[0]?.addText(a);
		builder.columns[1]?.addText(n);
		builder.columns[2]?.addText(b);
	}
	const numbers = [{ column: 'b', decimal: ',', thousands: null, isAmbiguous: false }] as const;
	const { columns } = interpretBatch(builder.take(3), { numbers, dates: [], nulls: ['k.A.', '-999'] });
	assert.deepEqual(
		columns.map((cells) => [0, 1, 2].map((row) => cellText(cells, row))),
		[
			[null, 'x', 'y'],
			[null, '3', null],
			['1.5', null, 'odd'],
		],
	);
});

test('texts of missing cells of one column are values of the others', () => {
	const builder = createBatchBuilder(['a', 'b']);
	for (const column of builder.columns) for (const text of ['-1', '?', '3']) column.addText(text);
	const columnNulls = [{ column: 'b', texts: ['-1'] }];
	const { columns } = interpretBatch(builder.take(3), { numbers: [], dates: [], nulls: ['?'], columnNulls });
	assert.deepEqual(
		columns.map((cells) => [0, 1, 2].map((row) => cellText(cells, row))),
		[
			['-1', null, '3'],
			[null, null, '3'],
		],
	);
	const only = createTextReaders({ numbers: [], dates: [], nulls: [], columnNulls }, ['a', 'b']);
	assert.deepEqual([...only.keys()], ['b']);
});

test('dates with short years, names of months and halves of days are found by all of a column', () => {
	const days = (write: (day: number, month: number) => string) =>
		Array.from({ length: 20 }, (_, i) => write(((i * 7) % 28) + 1, (i % 12) + 1));
	const two = (value: number) => String(value).padStart(2, '0');
	const names = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'June', 'July', 'Aug', 'Sept', 'Oct', 'Nov', 'Dec'];
	for (const [format, texts] of [
		['D.M.YY', days((day, month) => `${two(day)}.${two(month)}.24`)],
		[
			'D.M.YY H:mm',
			days((day, month) => `${day}.${month}.24 ${two(day)}:${two(month)}`).map((text) =>
				text.replace(/2[4-8]:/, '23:'),
			),
		],
		['M/D/YY', days((day, month) => `${month}/${day}/24`)],
		['D/M/YY', [...days((day, month) => `${day}/${month}/24`), 'NA', '']],
		['D MMM YYYY', days((day, month) => `${day} ${names[month - 1]} 2024`)],
		['MMM D, YYYY', days((day, month) => `${names[month - 1]} ${day}, 2024`)],
		['M/D/YYYY h:mm A', days((day, month) => `${month}/${day}/2024 ${month}:05 PM`)],
	] as const) {
		assert.deepEqual(findDateReadings([{ name: 'd', texts }]), [{ column: 'd', format }], texts[0]);
	}
	const unclear = ['1.2.24', '3.4.24', '5.6.24', '7.8.24', '9.10.24'];
	assert.deepEqual(findDateReadings([{ name: 'd', texts: unclear.map((text) => text.replaceAll('.', '/')) }]), [
		{ column: 'd', format: 'D/M/YY', isAmbiguous: true },
	]);
	for (const texts of [
		unclear.slice(1),
		[...unclear, '1.13.24'],
		['2024-01-02'],
		['31.12.2024'],
		['1.2.10', '1.2.11', '1.3.10', '2.0.10', '2.1.12', '10.1.11'],
		['4.7.11', '10.25.03', '1.2.33', '1.0.00', '3.44.12'],
		['May', 'Dec 8'],
		['12:30'],
	]) {
		assert.deepEqual(findDateReadings([{ name: 'd', texts }]), [], texts[0]);
	}
});

test('dates of a named format become ISO 8601, and what is none of it stays', () => {
	const cases: readonly (readonly [format: string, text: string, iso: string])[] = [
		['DD.MM.YY', '31.12.25', '2025-12-31'],
		['DD.MM.YY', '1.2.70', '1970-02-01'],
		['DD.MM.YY', '31.02.25', '31.02.25'],
		['MM/DD/YYYY', '02/03/2024', '2024-02-03'],
		['%d/%m/%Y', '02/03/2024', '2024-03-02'],
		['YYYYMMDD', '19691231', '1969-12-31'],
		['MMM D, YYYY', 'Dec 8, 2022', '2022-12-08'],
		['D MMMM YYYY', '8 December 0099', '0099-12-08'],
		['DD-MM-YYYY HH:mm', '01-02-2024 23:59', '2024-02-01 23:59'],
		['M/D/YY h:mm A', '2/3/24 12:05 am', '2024-02-03 00:05'],
		['M/D/YY h:mm A', '2/3/24 1:05 PM', '2024-02-03 13:05'],
		['%Y-%m-%dT%H:%M:%S.%f%z', '2024-01-02T03:04:05.678+02:00', '2024-01-02 03:04:05.678+02:00'],
		['YYYY-MM-DD HH:mm', '2024-01-02 24:00', '2024-01-02 24:00'],
		['DD.MM.YYYY', '2024-01-02', '2024-01-02'],
	];
	for (const [format, text, iso] of cases) assert.equal(compileDatePattern(format)(text), iso, `${text} as ${format}`);
	for (const format of ['MM/YYYY', 'HH:mm', 'soon']) {
		assert.throws(() => compileDatePattern(format), { code: 'CONFIG_INVALID' });
	}
});
