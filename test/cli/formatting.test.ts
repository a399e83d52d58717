import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeControls, escapeControlsInText, toSafeJson } from '../../src/cli/escape-controls.ts';
import { cutToWidth, displayWidth, formatTable } from '../../src/cli/format-table.ts';
import {
	formatBytes,
	formatCount,
	formatDuration,
	formatNumber,
	formatQuantity,
	formatShare,
	formatTimeLeft,
} from '../../src/cli/format-values.ts';
import { fc } from '../properties.ts';

test('counts have separators and their noun agrees', () => {
	assert.equal(formatCount(999), '999');
	assert.equal(formatCount(1_234_567), '1,234,567');
	assert.equal(formatQuantity(1, 'row'), '1 row');
	assert.equal(formatQuantity(20_000, 'row'), '20,000 rows');
	assert.equal(formatQuantity(0, 'entry', 'entries'), '0 entries');
});

test('durations get coarser as they get longer', () => {
	assert.deepEqual([0, 449, 9_949, 9_951, 59_600, 80_000, 120_000, 3_600_000, 7_500_000].map(formatDuration), [
		'0.0 s',
		'0.4 s',
		'9.9 s',
		'10 s',
		'1 min',
		'1 min 20 s',
		'2 min',
		'1 h',
		'2 h 5 min',
	]);
});

test('the time left is rounded and never said to be nothing', () => {
	assert.equal(formatTimeLeft(0), 'a few seconds left');
	assert.equal(formatTimeLeft(42_345), 'about 40 s left');
	assert.equal(formatTimeLeft(83_000), 'about 1 min 20 s left');
	assert.equal(formatTimeLeft(1_234_567), 'about 21 min left');
});

test('shares below the whole are never shown as the whole', () => {
	assert.deepEqual([0, 0.0004, 0.005, 0.0312, 0.4321, 0.9999, 1].map(formatShare), [
		'0 %',
		'0.04 %',
		'0.5 %',
		'3.1 %',
		'43 %',
		'99 %',
		'100 %',
	]);
});

test('bytes and measured values keep about the digits that matter', () => {
	assert.deepEqual([0, 999, 1_500, 12_345_678, 999_900].map(formatBytes), [
		'0 B',
		'999 B',
		'1.5 kB',
		'12 MB',
		'1.0 MB',
	]);
	assert.deepEqual(
		[0.123456, 1234.567, 42, -0.5, 1e-9, Number.NaN].map((value) => formatNumber(value)),
		['0.1235', '1235', '42', '-0.5', '1.000e-9', 'NaN'],
	);
});

test('control characters of data are shown, not obeyed', () => {
	assert.equal(escapeControls('a\x1b[31mb'), 'a\\x1b[31mb');
	assert.equal(escapeControls('one\ntwo\tthree\r\0'), 'one\\ntwo\\tthree\\r\\x00');
	assert.equal(escapeControls('\x9b2J \u202egnp.exe'), '\\x9b2J \\u202egnp.exe');
	assert.equal(escapeControls('naïve 東京 🎉'), 'naïve 東京 🎉');
	assert.equal(escapeControlsInText('a\tb\r\n\x07'), 'a\tb\r\n\\x07');
});

test('no text makes the escaped form hold a control character', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'binary' }), (text) => {
			for (const character of escapeControls(text)) {
				const code = character.codePointAt(0) as number;
				assert.ok(code > 31 && !(code >= 127 && code <= 159));
			}
		}),
	);
});

test('safe JSON reads back as what it was', () => {
	fc.assert(
		fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
			const json = toSafeJson({ value, text }, 2);
			assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify({ value, text })));
			assert.doesNotMatch(json, /[\u007f-\u009f\u2028]/);
		}),
	);
});

test('a table aligns numbers to the right and leaves no blanks at the ends of lines', () => {
	const table = formatTable(
		[{ header: 'name' }, { header: 'rows', align: 'right' }, { header: 'note' }],
		[
			['payments', '20,000', ''],
			['東京', '5', 'two columns each'],
		],
	);
	assert.equal(table, ['name        rows  note', 'payments  20,000', '東京           5  two columns each'].join('\n'));
});

test('a table keeps a record on one line and cuts long cells', () => {
	const table = formatTable([{ header: 'value', maxWidth: 8 }], [['line\nbreak'], ['abcdefgh'], ['日本語日本語']]);
	assert.equal(table, ['value', 'line\\nb…', 'abcdefgh', '日本語…'].join('\n'));
});

test('widths count terminal columns and cutting never exceeds them', () => {
	assert.equal(displayWidth('\x1b[31mred\x1b[0m'), 3);
	assert.equal(displayWidth('e\u0301'), 1);
	fc.assert(
		fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 20 }), (text, width) => {
			assert.ok(displayWidth(cutToWidth(text, width)) <= width);
		}),
	);
});
