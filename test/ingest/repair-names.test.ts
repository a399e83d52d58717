import assert from 'node:assert/strict';
import { test } from 'node:test';
import { repairNames } from '../../src/ingest/repair-names.ts';
import { createRepairLog } from '../../src/ingest/table-source.ts';
import { fc } from '../properties.ts';
import { readText } from './read-all.ts';

test('duplicate names are numbered and empty ones named by position, and both are reported', async () => {
	const { names, repairs, rows } = await readText('a,a,A,a ,,\n1,2,3,4,5,6\n');
	assert.deepEqual(names, ['a', 'a_2', 'A', 'a_3', 'column_5', 'column_6']);
	assert.deepEqual(rows, [['1', '2', '3', '4', '5', '6']]);
	assert.deepEqual(
		repairs.map(({ kind, count }) => [kind, count]),
		[
			['COLUMN_NAME_EMPTY', 2],
			['COLUMN_NAME_DUPLICATE', 2],
		],
	);
});

test('a name that is made up never takes one that the file has', () => {
	assert.deepEqual(repairNames(['a', 'a', 'a_2', 'column_4', ''], createRepairLog()), [
		'a',
		'a_3',
		'a_2',
		'column_4',
		'column_5',
	]);
	assert.deepEqual(repairNames(['', 'column_1', 'column_1'], createRepairLog()), [
		'column_1_2',
		'column_1',
		'column_1_3',
	]);
});

test('names are all different and never empty, and names without fault stay', () => {
	const name = fc.oneof(fc.constantFrom('', ' ', 'a', 'a_2', 'a_3', 'column_1', 'column_2', '__proto__'), fc.string());
	fc.assert(
		fc.property(fc.array(name), (written) => {
			const names = repairNames(written, createRepairLog());
			assert.equal(new Set(names).size, written.length);
			for (const [i, repaired] of names.entries()) {
				assert.notEqual(repaired, '');
				const trimmed = (written[i] as string).replaceAll('\0', '').trim();
				if (trimmed !== '' && written.findIndex((other) => other.replaceAll('\0', '').trim() === trimmed) === i) {
					assert.equal(repaired, trimmed);
				}
			}
		}),
	);
});

test('names that mean something to JavaScript, SQL or HTML are just names', async () => {
	const written = ['__proto__', 'constructor', 'toString', '"; DROP TABLE scores;--', '<script>', 'a]b', 'col\nname'];
	const header = written.map((name) => `"${name.replaceAll('"', '""')}"`).join(',');
	const { names, rows } = await readText(`${header}\n1,2,3,4,5,6,evil\n`);
	assert.deepEqual(names, written);
	assert.deepEqual(rows, [['1', '2', '3', '4', '5', '6', 'evil']]);
	assert.equal(Object.hasOwn(Object.prototype, 'evil'), false);
});
