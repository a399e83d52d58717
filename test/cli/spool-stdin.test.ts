import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openNamedFiles } from '../../src/artifacts/named-files.ts';
import { parseLimit } from '../../src/cli/parse-limit.ts';
import { spoolStdin } from '../../src/cli/spool-stdin.ts';

const home = mkdtempSync(join(tmpdir(), 'counterfoil-spool-'));
after(() => rmSync(home, { recursive: true }));
const spool = openNamedFiles(join(home, 'inputs'));

async function* pipe(...texts: string[]): AsyncGenerator<Buffer> {
	for (const text of texts) yield Buffer.from(text);
}

test('what is piped in becomes a file that is the same for the same content, and goes when it is dropped', async () => {
	const path = await spoolStdin(pipe('a,b\n', '1,2\n'), spool, 100);
	assert.equal(readFileSync(path, 'utf8'), 'a,b\n1,2\n');
	assert.equal(await spoolStdin(pipe('a,b\n1,2\n'), spool, 100), path);
	assert.equal(readdirSync(spool.root).length, 1);
	const elsewhere = join(home, 'stdin');
	writeFileSync(elsewhere, '');
	await spool.drop(elsewhere);
	assert.ok(existsSync(elsewhere));
	await spool.drop(path);
	assert.deepEqual(readdirSync(spool.root), []);
});

test('standard input that is empty, too long or a terminal is refused and leaves nothing', async () => {
	await assert.rejects(spoolStdin(pipe(), spool, 100), { code: 'TABLE_EMPTY' });
	await assert.rejects(spoolStdin(pipe('123456'), spool, 5), { code: 'INPUT_TOO_LARGE' });
	await assert.rejects(spoolStdin(Object.assign(pipe('a'), { isTTY: true }), spool, 5), { code: 'USAGE' });
	assert.deepEqual(readdirSync(spool.root), []);
});

test('limits are read with their units, one after the other', () => {
	const limits = ['record=8MiB', 'memory=1.5g', 'columns=10000', 'stall=10m', 'decompressed=100', 'ratio=500'].reduce(
		(before, text) => parseLimit(text, before),
		{},
	);
	assert.deepEqual(limits, {
		recordBytes: 8 * 1024 ** 2,
		memoryMb: 1_536,
		columns: 10_000,
		stallSeconds: 600,
		decompressedBytes: 100,
		compressionRatio: 500,
	});
	for (const text of ['record', 'record=', 'record=-1', 'columns=0', 'width=3', 'ratio=1.5']) {
		assert.throws(() => parseLimit(text), /Limits are|Bytes are|whole number/, text);
	}
});
