import assert from 'node:assert/strict';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import type { ColumnRename } from '../../src/contracts/run-config.ts';
import { cellText } from '../../src/contracts/table.ts';
import { openInput } from '../../src/ingest/open-input.ts';
import { makeFile } from './read-all.ts';

async function readRenamed(path: string, renames: readonly ColumnRename[]) {
	const table = await openInput(path, { renames });
	const rows: (string | null)[][] = [];
	const rejectColumns: (string | null)[] = [];
	for await (const { batch, rejects } of table) {
		assert.deepEqual(batch.names, table.names);
		rejectColumns.push(...rejects.map(({ column }) => column));
		for (let row = 0; row < batch.rows; row++) rows.push(batch.columns.map((cells) => cellText(cells, row)));
	}
	return { names: table.names, rows, rejectColumns, repairs: table.repairs().map(({ kind, count }) => [kind, count]) };
}

test('columns go by the names they are given, also in rejects; two may change places', async () => {
	const path = makeFile('id,amt,__proto__\n1,2,3\n4\n5,6,7\n');
	const read = await readRenamed(path, [
		{ column: 'amt', name: 'amount' },
		{ column: '__proto__', name: 'id' },
		{ column: 'id', name: '__proto__' },
	]);
	assert.deepEqual(read.names, ['__proto__', 'amount', 'id']);
	assert.deepEqual(read.rows, [
		['1', '2', '3'],
		['5', '6', '7'],
	]);
	assert.deepEqual(read.rejectColumns, ['amount']);
	assert.deepEqual(read.repairs, [['COLUMN_RENAMED', 3]]);
});

test('files of several names for a column become one', async () => {
	const old = makeFile('id,amount\n1,2\n', 'a.csv');
	const now = makeFile('{"id":3,"amt":4}\n', 'b.jsonl');
	const both = join(dirname(old), `{${basename(old)},${basename(now)}}`);
	const read = await readRenamed(both, [{ column: 'amt', name: 'amount' }]);
	assert.deepEqual(read.names, ['id', 'amount']);
	assert.deepEqual(read.rows, [
		['1', '2'],
		['3', '4'],
	]);
	await assert.rejects(readRenamed(both, [{ column: 'atm', name: 'x' }]), {
		code: 'COLUMN_UNKNOWN',
		hint: 'Did you mean "amt"?',
	});
});

test('a rename of nothing, the wrong way round or to a name that is taken is refused with what to do', async () => {
	const path = makeFile('id,amt\n1,2\n');
	await assert.rejects(readRenamed(path, [{ column: 'amount', name: 'amt' }]), {
		code: 'COLUMN_UNKNOWN',
		hint: /--rename amt=amount/,
	});
	await assert.rejects(readRenamed(path, [{ column: 'amt', name: 'id' }]), {
		code: 'CONFIG_INVALID',
		message: 'Two columns would be called "id".',
	});
	const optional = await readRenamed(makeFile('id,amount\n1,2\n'), [{ column: 'amt', name: 'amount', ifThere: true }]);
	assert.deepEqual([optional.names, optional.repairs], [['id', 'amount'], []]);
});
