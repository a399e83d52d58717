import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
	addBytesToDistinctSketch,
	addToDistinctSketch,
	createDistinctSketch,
} from '../../src/features/distinct-sketch.ts';
import { missingTestOf } from '../../src/features/is-missing-text.ts';
import { addTextBytes } from '../../src/features/text-bytes.ts';
import { addText, createTextEvidence } from '../../src/features/text-evidence.ts';
import { encodeTexts } from '../../src/texts/byte-texts.ts';
import { fc } from '../properties.ts';

const digits = (most: number) => fc.nat(most).map(String);
const padded = (most: number) => fc.nat(most).map((n) => String(n).padStart(2, '0'));
const time = fc
	.tuple(
		fc.constantFrom('2024', '1969', '0000', '24', '9999'),
		fc.constantFrom('-', '/', '.'),
		padded(14),
		padded(33),
		fc.constantFrom('', ' ', 'T', 't', '_'),
		padded(25),
		padded(61),
		padded(61),
		fc.constantFrom('', 'Z', '.5', ' '),
	)
	.map(([year, sign, month, day, between, hour, minute, second, rest]) => {
		const date = [year, month, day].join(sign);
		return between === '' ? `${date}${rest}` : `${date}${between}${hour}:${minute}:${second}${rest}`;
	});
const number = fc
	.tuple(
		fc.constantFrom('', '-', '+', ' '),
		fc.constantFrom('', '0', '00'),
		digits(2 ** 31),
		fc.constantFrom('', '.', ',', 'e', '..'),
		fc.oneof(digits(1_000), fc.constantFrom('', '0', '50', '000', '1234567890123456')),
	)
	.map((parts) => parts.join(''));
const word = fc.constantFrom(
	'N/A',
	'None',
	'nan',
	'NaN ',
	'Never-married',
	'Some college',
	'two  blanks',
	' front',
	'end ',
	'x y',
	'Inf',
	'inf',
	'infinity',
	'Infinity',
	'iPhone 15',
	'Iowa',
	'Zürich',
	'Ze Zürich',
	'tab\tstop here',
	'abcd\t',
	'a\u007fbcdef',
	'',
	'-',
	'--',
	'?',
	'null',
	'NULLS',
	'https://example.org/a?b=c',
	'Étude',
	'\\N',
);
const text = fc.oneof(time, number, word, fc.string(), fc.string({ unit: 'grapheme' }), fc.double().map(String));

test('what bytes say of a column is what the strings say', () => {
	fc.assert(
		fc.property(
			fc.array(fc.tuple(text, fc.integer({ min: 1, max: 5 })), { maxLength: 40 }),
			fc.boolean(),
			(all, isWord) => {
				const isMissing = missingTestOf(isWord ? { wordsAreValues: true } : {});
				const expected = createTextEvidence();
				const evidence = createTextEvidence();
				const expectedRegisters = createDistinctSketch();
				const registers = createDistinctSketch();
				const { bytes, ends } = encodeTexts(all.map(([one]) => one));
				all.forEach(([one, count], i) => {
					addText(expected, one, count, isMissing);
					addToDistinctSketch(expectedRegisters, one);
					const start = i === 0 ? 0 : (ends[i - 1] as number);
					addTextBytes(evidence, bytes, start, ends[i] as number, count, isMissing);
					addBytesToDistinctSketch(registers, bytes, start, ends[i] as number);
				});
				assert.deepEqual(evidence, expected);
				assert.deepEqual(registers, expectedRegisters);
			},
		),
		{ numRuns: 2_000 },
	);
});
