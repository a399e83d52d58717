import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidArgumentError } from 'commander';
import {
	parseAlerts,
	parseCondition,
	parseDelimiter,
	parseDuration,
	parseNames,
	parseNulls,
	parsePercent,
	parseRename,
	parseScore,
	parseSign,
	parseWhole,
} from '../../src/cli/parse-arguments.ts';
import type { Condition } from '../../src/contracts/conditions.ts';

test('whole numbers may be written with separators and with k or M', () => {
	const parse = parseWhole(1);
	assert.deepEqual(['7', '20000', '20_000', '20,000', '20k', '3M'].map(parse), [7, 20000, 20000, 20000, 20000, 3e6]);
	for (const text of ['0', '-1', '1.5', '1e3', '2,00', '', 'ten', '99999999999999999999', '0x10']) {
		assert.throws(() => parse(text), InvalidArgumentError, text);
	}
	assert.equal(parseWhole(0)('0'), 0);
});

test('percentages become shares and need not carry their sign', () => {
	assert.deepEqual(['5%', '5', '0.5 %', '100%', '0'].map(parsePercent), [0.05, 0.05, 0.005, 1, 0]);
	for (const text of ['101%', '-1%', 'some', '%', '1e1']) assert.throws(() => parsePercent(text), InvalidArgumentError);
});

test('a condition is a column, an operator and values; the column ends at the first operator', () => {
	const texts = [
		'note=a=b',
		'amount >= 100',
		'city in Bonn, Halle\\, Saale',
		'iban is missing',
		'"a<b" < 3',
		'in=in x',
	];
	const conditions = texts.reduce<readonly Condition[]>((before, text) => parseCondition(text, before), []);
	assert.deepEqual(
		conditions.map(({ column, operator, values }) => [column, operator, ...values]),
		[
			['note', '=', 'a=b'],
			['amount', '>=', ' 100'],
			['city', 'in', 'Bonn', 'Halle, Saale'],
			['iban', 'missing'],
			['a<b', '<', ' 3'],
			['in', '=', 'in x'],
		],
	);
	assert.deepEqual(parseCondition('country='), [{ column: 'country', operator: '=', values: [''] }]);
	for (const text of ['country', '=DE', '', 'a is odd', 'a in ', '"a"b=3']) {
		assert.throws(() => parseCondition(text), InvalidArgumentError, text);
	}
});

test('a time has a unit, or is in seconds', () => {
	assert.deepEqual(['90', '60s', '5m', '1.5h'].map(parseDuration), [90, 60, 300, 5400]);
	for (const text of ['', '0', '-3s', '5 days']) assert.throws(() => parseDuration(text), InvalidArgumentError, text);
});

test('delimiters may be named', () => {
	assert.deepEqual([';', 'tab', '\\t', 'PIPE', 'comma'].map(parseDelimiter), [';', '\t', '\t', '|', ',']);
	for (const text of ['', '||', 'dot', 'constructor']) assert.throws(() => parseDelimiter(text), InvalidArgumentError);
});

test('names are separated by commas that are not escaped, over several options', () => {
	assert.deepEqual(parseNames('c,d\\,e', parseNames('a, b,')), ['a', 'b', 'c', 'd,e']);
});

test('alerts are a number, or one per hour, day or week', () => {
	assert.deepEqual(['100', '0', '1k', '100/day', '1,000/week', ' 5 / hour'].map(parseAlerts), [
		100,
		0,
		1000,
		'100/day',
		'1000/week',
		'5/hour',
	]);
	for (const text of ['-1', 'day', '100/', '100/month', '1/2', '/day']) {
		assert.throws(() => parseAlerts(text), InvalidArgumentError, text);
	}
});

test('a score is a number from 0 to 1', () => {
	assert.deepEqual(['0', '.999', '1'].map(parseScore), [0, 0.999, 1]);
	for (const text of ['', '1.1', '-0.1', '99%', 'high']) assert.throws(() => parseScore(text), InvalidArgumentError);
});

test('a quote or an escape is a character or its name, and may be none', () => {
	assert.deepEqual(["'", 'single', 'Double', 'backslash', '\\', 'hash', 'none'].map(parseSign), [
		"'",
		"'",
		'"',
		'\\',
		'\\',
		'#',
		'',
	]);
	for (const text of ['', 'ab', 'tick']) assert.throws(() => parseSign(text), InvalidArgumentError, text);
});

test('texts of missing cells are for all columns or for one', () => {
	const asked = ['k.A.,-999', 'amount=N/A,0', 'amount=x', 'a\\=b', 'odd\\=name=y,z'].reduce(
		(before, text) => parseNulls(text, before),
		parseNulls('?'),
	);
	assert.deepEqual(asked, {
		texts: ['?', 'k.A.', '-999', 'a=b'],
		columns: [
			['amount', ['N/A', '0', 'x']],
			['odd=name', ['y', 'z']],
		],
	});
	for (const text of ['', 'amount=', ',']) assert.throws(() => parseNulls(text), InvalidArgumentError, text);
});

test('a rename has the name in the file first', () => {
	assert.deepEqual(parseRename('__proto__=id', parseRename(' amt = amount ')), [
		['amt', 'amount'],
		['__proto__', 'id'],
	]);
	for (const text of ['', 'amt', 'amt=', '=amount', '= ']) assert.throws(() => parseRename(text), InvalidArgumentError);
});
