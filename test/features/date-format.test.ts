import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileDateFormat, DATE_ORDERS, dateFormatOf, dateStyle, parseDate } from '../../src/features/date-format.ts';
import { fc } from '../properties.ts';

test('dates of every order are read to the same instant', () => {
	const instant = Date.UTC(2024, 1, 29);
	for (const [text, order] of [
		['2024-02-29', 'YYYY-MM-DD'],
		['2024/2/29', 'YYYY/MM/DD'],
		['29/02/2024', 'DD/MM/YYYY'],
		['2/29/2024', 'MM/DD/YYYY'],
		[' 29.02.2024 ', 'DD.MM.YYYY'],
	] as const) {
		assert.equal(parseDate(text, order), instant, text);
	}
});

test('times, fractions and offsets are read', () => {
	const base = Date.UTC(2024, 0, 2, 3, 4);
	for (const [text, instant] of [
		['2024-01-02 03:04', base],
		['2024-01-02T03:04:05', base + 5000],
		['2024-01-02T03:04:05.250Z', base + 5250],
		['2024-01-02 03:04:05,5', base + 5500],
		['2024-01-02T03:04:00+02:00', base - 7_200_000],
		['2024-01-02T03:04:00-0130', base + 5_400_000],
		['2024-01-02 03:04:00 UTC', base],
	] as const) {
		assert.equal(parseDate(text, 'YYYY-MM-DD'), instant, text);
	}
});

test('days, hours and texts that do not exist are refused', () => {
	for (const text of [
		'2023-02-29',
		'2024-13-01',
		'2024-00-10',
		'2024-01-32',
		'2024-01-02 24:00',
		'2024-01-02 10:60',
		'2024-01-02x',
		'2024-01-02T',
		'24-01-02',
		'20240102',
		'2024-01-02 10:00:00+2',
		'',
	]) {
		assert.ok(Number.isNaN(parseDate(text, 'YYYY-MM-DD')), text);
	}
});

test('any instant written in a format is read back from it, to the step of its clock', () => {
	const times = ['', ' HH:mm', 'THH:mm:ss', ' HH:mm:ss.SSS', 'THH:mm:ss.SSSSSS+02:00', 'THH:mm:ssZ', ' HH:mm:ss-0330'];
	const dates = [...DATE_ORDERS, 'D/M/YYYY', 'M/D/YYYY'];
	fc.assert(
		fc.property(
			fc.constantFrom(...dates),
			fc.constantFrom(...times),
			fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2100, 0, 1) }),
			(date, time, ms) => {
				const format = compileDateFormat(date + time);
				const back = format.read(format.write(ms));
				const lost = ms - back;
				assert.ok(
					lost >= 0 && lost < Math.max(1, format.stepSeconds * 1000),
					`${date}${time} ${ms}: ${format.write(ms)}`,
				);
				assert.equal(format.write(back), format.write(ms));
			},
		),
	);
});

test('the format of a column is the one that most of its cells are written in', () => {
	const styles = (...texts: string[]) => {
		const counts = new Map<string, number>();
		for (const text of texts) counts.set(dateStyle(text), (counts.get(dateStyle(text)) ?? 0) + 1);
		return counts;
	};
	assert.equal(
		dateFormatOf('YYYY-MM-DD', styles('2024-01-02T10:00:00Z', '2024-11-12T10:00:00.123Z', '2024-11-12T10:00:00.456Z')),
		'YYYY-MM-DDTHH:mm:ss.SSSZ',
	);
	assert.equal(dateFormatOf('MM/DD/YYYY', styles('3/4/2024', '12/11/2024', '12/12/2024')), 'M/D/YYYY');
	assert.equal(dateFormatOf('DD.MM.YYYY', styles('03.04.2024 10:15', '12.11.2024 09:00')), 'DD.MM.YYYY HH:mm');
});
