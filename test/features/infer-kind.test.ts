import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ColumnProfile } from '../../src/contracts/profile.ts';
import { finishProfile } from '../../src/features/finish-profile.ts';
import { profileBatch } from '../../src/features/profile-batch.ts';
import { type CellInput, cells, tableOf } from './table-of.ts';

function infer(column: readonly CellInput[], name = 'x'): ColumnProfile {
	const profile = finishProfile(profileBatch(tableOf(new Map([[name, column]]))));
	return profile.columns[0] as ColumnProfile;
}

test('one value in every row, or none in any, is constant and says so', () => {
	assert.equal(infer(cells(30, () => 'same')).kind, 'constant');
	assert.match(infer(cells(30, () => 7)).note ?? '', /same value/);
	assert.match(infer(cells(30, (row) => (row % 2 ? null : 'NA'))).note ?? '', /missing/);
	assert.equal(infer(cells(30, () => null)).kind, 'constant');
});

test('one value or nothing is a category, since being filled in tells something', () => {
	const column = infer(cells(30, (row) => (row % 3 ? null : 'X')));
	assert.deepEqual([column.kind, column.missing, column.distinct], ['categorical', 20, 1]);
});

test('two levels that mean yes and no are boolean, in any case and with missing cells', () => {
	for (const [yes, no] of [
		['true', 'false'],
		['Yes', 'NO'],
		['T', 'F'],
		['y', 'n'],
		[1, 0],
	] as const) {
		const column = infer(cells(40, (row) => (row % 7 === 0 ? null : row % 2 ? yes : no)));
		assert.equal(column.kind, 'boolean', String(yes));
	}
	assert.equal(infer(cells(40, (row) => ['yes', 'Yes', 'no', 'NO'][row % 4] as string)).distinct, 2);
	assert.equal(infer(cells(40, (row) => (row % 2 ? 'yes' : 'false'))).kind, 'categorical');
	assert.equal(infer(cells(40, (row) => (row % 2 ? 1 : 2))).kind, 'integer');
});

test('dates and times of one format are datetimes that know their format', () => {
	const two = (value: number) => String(value).padStart(2, '0');
	const formats: [string, (row: number) => string][] = [
		['YYYY-MM-DD', (row) => `2024-02-${two((row % 28) + 1)}`],
		['YYYY-MM-DD HH:mm:ss', (row) => `2024-02-${two((row % 28) + 1)} 10:${two(row % 60)}:00`],
		['YYYY-MM-DDTHH:mm:ss.SSSZ', (row) => `2024-02-${two((row % 28) + 1)}T10:${two(row % 60)}:00.125Z`],
		['YYYY-MM-DDTHH:mm:ss+02:00', (row) => `2024-02-01T10:${two(row % 60)}:00+02:00`],
		['YYYY/MM/DD', (row) => `2024/02/${two((row % 28) + 1)}`],
		['DD/MM/YYYY', (row) => `${two((row % 28) + 1)}/02/2024`],
		['MM/DD/YYYY', (row) => `02/${two((row % 28) + 1)}/2024`],
		['DD.MM.YYYY', (row) => `${two((row % 28) + 1)}.02.2024`],
	];
	for (const [format, write] of formats) {
		const column = infer(cells(100, (row) => (row === 50 ? null : write(row))));
		assert.deepEqual([column.kind, column.dateFormat, column.missing], ['datetime', format, 1]);
	}
});

test('a date that day and month cannot be told apart in is read day first, and says so', () => {
	const column = infer(cells(60, (row) => `0${(row % 9) + 1}/0${((row + 3) % 9) + 1}/2024`));
	assert.equal(column.dateFormat, 'DD/MM/YYYY');
	assert.match(column.note ?? '', /cannot be told apart/);
});

test('up to one cell in a hundred that is no date is read as missing, more make it words', () => {
	const dates = cells(200, (row) => `2024-01-${String((row % 20) + 10)}`);
	const few = [...dates.slice(2), 'soon', 'later'];
	assert.deepEqual([infer(few).kind, infer(few).missing], ['datetime', 2]);
	assert.notEqual(infer([...dates.slice(10), ...cells(10, () => 'soon')]).kind, 'datetime');
});

test('numbers are instants only if their name and range say so', () => {
	const seconds = cells(100, (row) => 1_700_000_000 + row * 977 * (row % 3));
	assert.equal(infer(seconds, 'created_ts').dateFormat, 'seconds since 1970');
	assert.equal(
		infer(
			seconds.map((value) => Number(value) * 1000),
			'eventTime',
		).dateFormat,
		'milliseconds since 1970',
	);
	assert.equal(infer(seconds, 'revenue').kind, 'integer');
	assert.equal(
		infer(
			cells(100, (row) => row % 17),
			'time',
		).kind,
		'integer',
	);
});

test('distinct texts, running numbers and distinct numbers named as ids are keys', () => {
	const scattered = cells(100, (row) => ((row * 7919) % 10_007) * 31);
	assert.equal(infer(cells(60, (row) => `T-${row * 37}`)).kind, 'key');
	assert.equal(infer(cells(60, (row) => row * row)).kind, 'key');
	assert.equal(infer(cells(60, (row) => (row * 7) % 60)).kind, 'key');
	for (const name of ['id', 'transaction_id', 'TransactionID', 'uuid', 'invoice number', 'orderNo']) {
		assert.equal(infer(scattered, name).kind, 'key', name);
	}
	assert.equal(infer(scattered, 'amount').kind, 'integer');
	assert.equal(infer(scattered, 'paid').kind, 'integer');
	assert.equal(infer(scattered, 'id').role, 'ignored');
});

test('fractions are never a key, and few rows are too few for one', () => {
	assert.equal(
		infer(
			cells(100, (row) => row + 0.5),
			'id',
		).kind,
		'numeric',
	);
	assert.equal(
		infer(
			cells(49, (row) => row),
			'id',
		).kind,
		'integer',
	);
});

test('whole numbers that name an entity are read as names where they repeat', () => {
	const column = infer(
		cells(200, (row) => 1000 + (row % 40)),
		'customer_id',
	);
	assert.equal(column.kind, 'categorical');
	assert.match(column.note ?? '', /identifier/);
});

test('leading zeros and integers beyond 2^53 are names, never numbers', () => {
	assert.equal(infer(cells(100, (row) => `0${1000 + (row % 20)}`)).kind, 'categorical');
	assert.match(infer(cells(100, (row) => `0${1000 + (row % 20)}`)).note ?? '', /leading zeros/);
	assert.equal(infer(cells(100, (row) => `00${1000 + row}`)).kind, 'key');
	assert.equal(infer(cells(100, (row) => `900719925474099${row + 100}`)).kind, 'key');
	assert.equal(infer(cells(100, (row) => `900719925474099${(row % 5) + 100}`)).kind, 'categorical');
});

test('numbers with spellings of missing and rare junk are numbers, the rest counted as missing', () => {
	const column = infer(
		cells(300, (row) =>
			row === 5 ? 'oops' : row % 10 === 0 ? (['NA', '?', 'null', ' '][row % 4] as string) : row / 8,
		),
	);
	assert.equal(column.kind, 'numeric');
	assert.equal(column.missing, 31);
	assert.match(column.note ?? '', /1 cells are not numbers/);
	assert.equal(infer(cells(300, (row) => (row % 50 === 0 ? 'oops' : row % 7))).kind, 'categorical');
});

test('a column of numbers that are all whole is integer, also when written with a point', () => {
	assert.equal(infer(cells(60, (row) => `${row % 9}.0`)).kind, 'integer');
	assert.equal(infer(cells(60, (row) => row % 3)).kind, 'integer');
	assert.equal(infer(cells(60, (row) => (row % 3) / 2)).kind, 'numeric');
});

test('infinite cells are read as the largest or smallest value, and said so', () => {
	const column = infer(cells(300, (row) => (row === 3 ? 'inf' : row === 4 ? '-Infinity' : row % 40)));
	assert.deepEqual([column.kind, column.numbers?.infinite, column.numbers?.max, column.missing], ['integer', 2, 39, 0]);
	assert.match(column.note ?? '', /infinite/);
});

test('words that repeat are categories, each written as it most often is', () => {
	const column = infer(
		cells(90, (row) => (row % 3 === 0 ? 'red' : row % 9 === 1 ? ' red' : row % 7 === 0 ? '?' : 'blue')),
	);
	assert.equal(column.kind, 'categorical');
	assert.deepEqual(column.levels.map(({ level }) => level).sort(), ['blue', 'red']);
	assert.equal(column.missingText, '?');
});

test('long or nearly always different words are text and left out', () => {
	const long = cells(60, (row) => `the customer called about order ${row} and was not pleased with it at all`);
	assert.deepEqual([infer(long).kind, infer(long).role], ['text', 'ignored']);
	assert.equal(infer(cells(40, (row) => `name${row}`)).kind, 'text');
	assert.equal(infer(cells(100, (row) => `name${row % 80}`)).kind, 'text');
});

test('ten thousand categories that repeat stay categories, and the profile lists 200 of them', () => {
	const column = infer(cells(60_000, (row) => `merchant-${(row * 7919) % 10_000}`));
	assert.deepEqual([column.kind, column.distinct, column.levels.length], ['categorical', 10_000, 200]);
	assert.equal(infer(cells(60_000, (row) => `merchant-${row % 10_001}`)).kind, 'text');
});
