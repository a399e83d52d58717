import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openTable } from '../../src/ingest/ingest-source.ts';
import { openRowLocator } from '../../src/ingest/locate-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'counterfoil-locate-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const LINES = ['id,note', '1,a', '', '2,"two', 'lines"', 'too,many,cells', '3,ö', '4,b'];
const TEXT = `${LINES.join('\r\n')}\r\n`;

async function place(name: string, content: Buffer, wanted: readonly number[]) {
	const path = join(folder, name);
	writeFileSync(path, content);
	const rejected: number[] = [];
	for await (const { rejects } of await openTable(path)) for (const { line } of rejects) rejected.push(line);
	async function* lines(): AsyncGenerator<number> {
		yield* rejected;
	}
	const locator = await openRowLocator(path, {}, lines());
	const found = [];
	for (const row of wanted) found.push((await locator?.find(row)) ?? null);
	await locator?.close();
	return found;
}

test('loaded rows are found by line and byte, past blank lines, line breaks in quotes and rejected records', async () => {
	const found = await place('plain.csv', Buffer.from(TEXT), [0, 1, 3]);
	assert.deepEqual(found, [
		{ line: 2, byteOffset: 9, rawText: '1,a' },
		{ line: 4, byteOffset: 16, rawText: '2,"two\r\nlines"' },
		{ line: 8, byteOffset: Buffer.byteLength(TEXT) - 5, rawText: '4,b' },
	]);
	assert.deepEqual(await place('plain.csv', Buffer.from(TEXT), [9]), [null]);
});

test('bytes are those of the decompressed file in its own encoding', async () => {
	const [zipped] = await place('rows.csv.gz', gzipSync(TEXT), [2]);
	assert.deepEqual([zipped?.line, zipped?.byteOffset], [7, Buffer.from(TEXT).indexOf('3,ö')]);
	const wide = Buffer.from(`\ufeff${TEXT}`, 'utf16le');
	const [row] = await place('wide.csv', wide, [3]);
	assert.deepEqual([row?.line, row?.byteOffset], [8, wide.indexOf(Buffer.from('4,b', 'utf16le'))]);
});
