import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMissingText } from '../../src/features/is-missing-text.ts';
import { decimalsOf, hasLeadingZero, isUnsafeInteger, parseNumber } from '../../src/features/parse-number.ts';

test('decimal numbers are read, blanks around them ignored', () => {
	for (const [text, value] of [
		[' 39', 39],
		['-0.5', -0.5],
		['+7', 7],
		['.5', 0.5],
		['5.', 5],
		['1e3', 1000],
		['1E-2', 0.01],
		['007', 7],
	] as const) {
		assert.equal(parseNumber(text), value, text);
	}
});

test('what is no decimal number is not read as one', () => {
	for (const text of ['', ' ', 'abc', '0x10', '1_000', '1,5', '1 2', '--1', '.', 'e5', 'NaN', '2020-01-01']) {
		assert.ok(Number.isNaN(parseNumber(text)), text);
	}
});

test('spellings of infinity and numbers beyond the range of a double are infinite', () => {
	assert.equal(parseNumber('Infinity'), Number.POSITIVE_INFINITY);
	assert.equal(parseNumber(' -inf '), Number.NEGATIVE_INFINITY);
	assert.equal(parseNumber('+INF'), Number.POSITIVE_INFINITY);
	assert.equal(parseNumber('-1e309'), Number.NEGATIVE_INFINITY);
});

test('decimals are counted without trailing zeros and with the exponent', () => {
	for (const [text, decimals] of [
		['3', 0],
		['3.00', 0],
		['3.10', 1],
		['0.125', 3],
		['1e-7', 7],
		['1.5e-3', 4],
		['1.25e1', 1],
		['1e5', 0],
	] as const) {
		assert.equal(decimalsOf(text), decimals, text);
	}
});

test('leading zeros and oversized integers are told from ordinary numbers', () => {
	assert.deepEqual(['00123', '-01', '0', '0.5', '10'].map(hasLeadingZero), [true, true, false, false, false]);
	assert.deepEqual(['9007199254740993', '12345678901234567890', '9007199254740991', '1e20'].map(isUnsafeInteger), [
		true,
		true,
		false,
		false,
	]);
});

test('the usual spellings of missing are known, other words are not', () => {
	for (const text of ['NA', ' ? ', 'null', 'NULL', 'NaN', 'None', '-', '#N/A', 'n/a', '  ', ''])
		assert.ok(isMissingText(text), text);
	for (const text of ['no', 'nana', 'nothing', '0', 'unknown', 'N', '--x']) assert.ok(!isMissingText(text), text);
});
