import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
	appendFileSync,
	chmodSync,
	closeSync,
	mkdirSync,
	openSync,
	readFileSync,
	renameSync,
	utimesSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTable } from '../../src/ingest/ingest-source.ts';
import { openInput } from '../../src/ingest/open-input.ts';
import type { TableSource } from '../../src/ingest/table-source.ts';
import { makeFile } from './read-all.ts';

const MANY_ROWS = `id,amount\n${Array.from({ length: 200_000 }, (_, i) => `${i},${i % 97}\n`).join('')}`;

/** Reads a table, and does something to its file after the first rows. @returns rows read */
async function readWhile(table: TableSource, disturb: () => void): Promise<number> {
	let rows = 0;
	for await (const { batch } of table) {
		if (rows === 0) disturb();
		rows += batch.rows;
	}
	return rows;
}

/** Writes into a file without making another of it. */
function overwrite(path: string, text: string, position: number): void {
	const file = openSync(path, 'r+');
	writeSync(file, text, position);
	closeSync(file);
}

test('a file that is written to while it is read is refused, not loaded under the hash of neither', async () => {
	const path = makeFile(MANY_ROWS, 'payments.csv');
	const table = await openTable(path);
	await assert.rejects(
		readWhile(table, () => overwrite(path, '9', 12)),
		{ code: 'INPUT_CHANGED', where: path },
	);
});

test('that is noticed even where the time of the change is set back', async () => {
	const path = makeFile(MANY_ROWS, 'payments.csv');
	const at = new Date('2026-01-01');
	utimesSync(path, at, at);
	const table = await openTable(path);
	const disturb = () => {
		overwrite(path, '9', 12);
		utimesSync(path, at, at);
	};
	await assert.rejects(readWhile(table, disturb), { code: 'INPUT_CHANGED' });
});

test('of a file that grows while it is read, what was added in time is read, and hashed, too', async () => {
	const path = makeFile(MANY_ROWS, 'payments.csv');
	const table = await openTable(path);
	assert.equal(await readWhile(table, () => appendFileSync(path, '1,2\n')), 200_001);
	assert.equal(table.counts().sha256, createHash('sha256').update(readFileSync(path)).digest('hex'));
});

test('a file that is renamed, replaced by another or given to somebody else is read as it was', async () => {
	const path = makeFile(MANY_ROWS, 'payments.csv');
	const table = await openTable(path);
	const rows = await readWhile(table, () => {
		renameSync(path, `${path}.done`);
		writeFileSync(path, 'another,table\n1,2\n');
		chmodSync(`${path}.done`, 0o600);
	});
	assert.equal(rows, 200_000);
});

test('a file that is hashed before it is read is refused if it changes in between', async () => {
	const path = makeFile('[{"a":1,"b":"x"},{"a":2,"b":"y"}]', 'table.json');
	const table = await openTable(path);
	overwrite(path, '7', 6);
	await assert.rejects(
		readWhile(table, () => undefined),
		{ code: 'INPUT_CHANGED', where: path },
	);
});

test('a folder is not read on without the file that was written to', async () => {
	const folder = `${makeFile('')}.d`;
	mkdirSync(folder);
	writeFileSync(join(folder, 'payments.csv'), MANY_ROWS);
	writeFileSync(join(folder, 'refunds.csv'), 'id,amount\n1,2\n');
	const table = await openInput(folder);
	await assert.rejects(
		readWhile(table, () => overwrite(join(folder, 'payments.csv'), '9', 12)),
		{ code: 'INPUT_CHANGED', where: join(folder, 'payments.csv') },
	);
});
