import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createByteDictionary } from '../../src/texts/byte-dictionary.ts';
import { decodeTexts, encodeTexts } from '../../src/texts/byte-texts.ts';
import { fc } from '../properties.ts';

const text = fc.oneof(
	fc.string({ maxLength: 12 }),
	fc.string({ unit: 'grapheme', maxLength: 6 }),
	fc.nat(30).map((n) => `key ${n}`),
	fc.nat(2_000).map((n) => `P${String(n).padStart(9, '0')}`),
	fc.constantFrom('', 'a', 'b', 'ab', 'abcd', 'abce', 'abcdefgh', 'abcdefgi', '\u0000', '\u0000\u0000'),
);
/** Also in the order in which keys come. */
const texts = fc.array(text, { maxLength: 600 }).chain((all) => fc.constantFrom(all, all.toSorted(), [...all, ...all]));

/** The texts one after the other, with where each starts and ends; null is missing. */
function layOut(all: readonly (string | null)[]): { view: DataView; bounds: Int32Array } {
	const { bytes, ends } = encodeTexts(all);
	const bounds = new Int32Array(2 * all.length);
	all.forEach((one, i) => {
		const start = i === 0 ? 0 : (ends[i - 1] as number);
		bounds[2 * i] = start;
		// A text without any character ends before it starts.
		bounds[2 * i + 1] = one === '' ? start - 1 : (ends[i] as number);
	});
	return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), bounds };
}

test('texts are numbered as they first appear, one by one and many at once, in order and out of it', () => {
	fc.assert(
		fc.property(fc.array(texts, { maxLength: 3 }), (batches) => {
			const one = createByteDictionary();
			const many = createByteDictionary();
			for (const batch of batches) {
				const expected = new Map<string, number>();
				const numbers = batch.map((entry) => {
					if (!expected.has(entry)) expected.set(entry, expected.size);
					return expected.get(entry) as number;
				});
				assert.deepEqual(batch.map(one.encodeText), numbers);
				const { view, bounds } = layOut(batch);
				const codes = new Int32Array(batch.length + 1);
				const half = batch.length >> 1;
				many.encodeAll(view, bounds, 0, half, codes, 0);
				many.encodeAll(view, bounds, 2 * half, batch.length - half, codes, half);
				assert.deepEqual([...codes.subarray(0, batch.length)], numbers);
				for (const dictionary of [one, many]) {
					assert.equal(dictionary.size(), expected.size);
					assert.deepEqual(decodeTexts(dictionary.texts()), [...expected.keys()]);
					dictionary.clear();
					assert.equal(dictionary.size(), 0);
				}
			}
		}),
		{ numRuns: 300 },
	);
});

test('a text that ends where it starts is missing, and looking for a text does not add it', () => {
	const dictionary = createByteDictionary();
	const { view, bounds } = layOut(['a', null, 'b', '', 'a']);
	const codes = new Int32Array(5);
	dictionary.encodeAll(view, bounds, 0, 5, codes, 0);
	assert.deepEqual([...codes], [0, -1, 1, 2, 0]);
	const other = layOut(['b', 'c']);
	assert.equal(dictionary.find(other.view, 0, 1), 1);
	assert.equal(dictionary.find(other.view, 1, 2), -1);
	assert.equal(dictionary.size(), 3);
});
