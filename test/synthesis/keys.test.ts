import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeyPattern } from '../../src/contracts/key-pattern.ts';
import { createRandom } from '../../src/contracts/random.ts';
import { checkDigit, hasCheckDigit } from '../../src/synthesis/keys/check-digit.ts';
import { createKeyFilter, restoreKeyFilter } from '../../src/synthesis/keys/key-filter.ts';
import { describeKeyPattern, fitKeyPattern } from '../../src/synthesis/keys/learn-key-pattern.ts';
import { createKeyMaker } from '../../src/synthesis/keys/make-keys.ts';
import { cellsOf } from '../features/table-of.ts';
import { fc } from '../properties.ts';

function patternOf(keys: readonly (string | number)[]): KeyPattern {
	const fit = fitKeyPattern();
	fit.add(cellsOf(keys.slice(0, keys.length / 2)));
	fit.add(cellsOf(keys.slice(keys.length / 2)));
	return fit.finish() ?? assert.fail('no pattern');
}

/** Fresh keys, after a check that they are fresh: each once and none of training's. */
function fresh(keys: readonly (string | number)[], count: number): string[] {
	const taken = new Set(keys.map(String));
	const made = createKeyMaker(patternOf(keys), createRandom(1), { isTaken: (key) => taken.has(key) }).make(count);
	assert.equal(new Set([...made, ...taken]).size, count + taken.size);
	return made;
}

const rows = <T>(count: number, make: (row: number) => T): T[] => Array.from({ length: count }, (_, row) => make(row));

test('a prefix with a running number goes on after the largest of training', () => {
	const keys = rows(200, (row) => `C${String(9900 + row).padStart(7, '0')}`).reverse();
	assert.deepEqual(fresh(keys, 3), ['C0010100', 'C0010101', 'C0010102']);
	assert.equal(describeKeyPattern(patternOf(keys)), 'a running number of at least 7 digits with "C"');
	assert.deepEqual(
		fresh(
			rows(100, (row) => row + 1),
			2,
		),
		['101', '102'],
	);
});

test('UUIDs keep version, variant and case', () => {
	const random = createRandom(3);
	const digits = (count: number) => rows(count, () => random.integer(16).toString(16)).join('');
	const keys = rows(100, () => `${digits(8)}-${digits(4)}-4${digits(3)}-8${digits(3)}-${digits(12)}`.toUpperCase());
	for (const key of fresh(keys, 300))
		assert.match(key, /^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/);
	assert.equal(describeKeyPattern(patternOf(keys)), 'a UUID of version 4');
});

test('keys of letters and digits keep their shape and what stands in each place', () => {
	const random = createRandom(4);
	const keys = rows(
		150,
		() => `${'AB'.charAt(random.integer(2))}-${100_000 + random.integer(900_000)}/${random.integer(3)}`,
	);
	for (const key of fresh(keys, 500)) assert.match(key, /^[AB]-[1-9]\d{5}\/[012]$/);
});

test('check digits are kept', () => {
	const random = createRandom(5);
	for (const check of ['luhn', 'ean'] as const) {
		const keys = rows(60, () => {
			const digits = `4${rows(11, () => random.integer(10)).join('')}`;
			return digits + checkDigit(digits, check);
		});
		const made = fresh(keys, 200);
		assert.ok(made.every((key) => hasCheckDigit(key, check) && key.length === 13 && key.startsWith('4')));
	}
	// A published card number for tests and a published EAN of a book.
	assert.ok(hasCheckDigit('4111111111111111', 'luhn') && hasCheckDigit('9783161484100', 'ean'));
	assert.ok(!hasCheckDigit('4111111111111112', 'luhn') && !hasCheckDigit('9783161484101', 'ean'));
});

test('where all keys of a length are gone, longer ones are made', () => {
	const keys = rows(14, (row) => `${'abcd'.charAt(row % 4)}${'klmn'.charAt(row / 4)}`);
	const made = fresh(keys, 40);
	assert.ok(made.every((key) => /^[a-d][k-n]\d*$/.test(key)));
});

test('fresh keys of any kind are never those of training, and the same seed makes the same', () => {
	const key = fc.oneof(
		fc.string({ minLength: 1, maxLength: 6, unit: fc.constantFrom(...'ab12-') }),
		fc.uuid(),
		fc.nat(500).map(String),
	);
	fc.assert(
		fc.property(fc.uniqueArray(key, { minLength: 30, maxLength: 60 }), (keys) => {
			const trimmed = [...new Set(keys.map((one) => one.trim()).filter((one) => one !== ''))];
			assert.deepEqual(fresh(trimmed, 50), fresh(trimmed, 50));
		}),
		{ numRuns: 60 },
	);
});

test('the filter knows every key of training, also from its stored form, and few others', () => {
	const filter = createKeyFilter(5000);
	for (let i = 0; i < 5000; i++) filter.add(`key ${i}`);
	const again = restoreKeyFilter(JSON.parse(JSON.stringify(filter)));
	let wrong = 0;
	for (let i = 0; i < 5000; i++) {
		assert.ok(again.has(`key ${i}`));
		if (again.has(`other ${i}`)) wrong++;
	}
	assert.ok(wrong < 20, String(wrong));
});
