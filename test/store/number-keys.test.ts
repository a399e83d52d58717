import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Keyed, numberKeys } from '../../src/store/number-keys.ts';
import { fc } from '../properties.ts';

/** The definition: row by row, the first key of its kind that is free. */
function oneByOne(shards: readonly (readonly Keyed[])[]): string[] {
	const taken = new Set<string>();
	return shards.flat().map(({ key, content }) => {
		for (let occurrence = 1; ; occurrence++) {
			const numbered = occurrence === 1 ? (key as string) : `${key}#${occurrence}`;
			const candidate = key === null ? `${content.slice(0, 16)}-${occurrence}` : numbered;
			if (taken.has(candidate)) continue;
			taken.add(candidate);
			return candidate;
		}
	});
}

test('rows get the keys that they would get one by one, whatever is repeated and however they are cut into shards', async () => {
	const keyed = fc.record({
		key: fc.option(fc.constantFrom('a', 'b', 'a#2', 'a#3', 'b#2#2', 'c-1')),
		content: fc.constantFrom('c', 'd'),
	});
	await fc.assert(
		fc.asyncProperty(fc.array(fc.array(keyed, { maxLength: 12 }), { maxLength: 5 }), async (shards) => {
			const stored = new Set<string>();
			const given: string[] = [];
			const known = new Map<string, number>();
			for (const rows of shards) {
				const find = async (asked: readonly string[]) => asked.filter((key) => stored.has(key));
				const { keys, repeated } = await numberKeys(rows, find);
				assert.deepEqual((await numberKeys(rows, find, known)).keys, keys);
				for (const [text, occurrences] of repeated) known.set(text, occurrences);
				for (const key of keys) stored.add(key);
				given.push(...keys);
			}
			assert.equal(stored.size, given.length);
			assert.deepEqual(given, oneByOne(shards));
		}),
		{ numRuns: 300 },
	);
});

test('a key of which many are stored is found its number with few questions', async () => {
	const stored = new Set(['a', ...Array.from({ length: 4_999 }, (_, i) => `a#${i + 2}`)]);
	let questions = 0;
	const { keys, repeated } = await numberKeys([{ key: 'a', content: '' }], async (asked) => {
		questions += 1;
		return asked.filter((key) => stored.has(key));
	});
	assert.deepEqual(keys, ['a#5001']);
	assert.ok(questions < 20, `${questions}`);
	assert.deepEqual([...repeated], [['key a', 5001]]);
});

test('where the last number is known, only the next key is asked for', async () => {
	const asked: string[] = [];
	const find = async (keys: readonly string[]) => {
		asked.push(...keys);
		return [];
	};
	const row = { key: null, content: 'c'.repeat(64) };
	const { keys, repeated } = await numberKeys([row, row], find, new Map([[`content ${row.content}`, 307]]));
	assert.deepEqual(keys, [`${'c'.repeat(16)}-308`, `${'c'.repeat(16)}-309`]);
	assert.deepEqual(asked, [...keys, `${'c'.repeat(16)}-310`]);
	assert.deepEqual([...repeated.values()], [309]);
});
