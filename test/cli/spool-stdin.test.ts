import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseLimit } from '../../src/cli/parse-limit.ts';
import { dropSpooled, spoolStdin } from '../../src/cli/spool-stdin.ts';
import { SPOOL_FOLDER } from '../../src/runtime/find-home.ts';

const home = mkdtempSync(join(tmpdir(), 'counterfoil-spool-'));
after(() => rmSync(home, { recursive: true }));

async function* pipe(...texts: string[]): AsyncGenerator<Buffer> {
	for (const text of texts) yield Buffer.from(text);
}

test('what is piped in becomes a file that is the same for the same content, and goes when it is dropped', async () => {
	const path = await spoolStdin(pipe('a,b\n', '1,2\n'), home, 100);
	assert.equal(readFileSync(path, 'utf8'), 'a,b\n1,2\n');
	assert.equal(await spoolStdin(pipe('a,b\n1,2\n'), home, 100), path);
	assert.equal(readdirSync(join(home, SPOOL_FOLDER)).length, 1);
	await dropSpooled(join(home, 'elsewhere', 'x', 'stdin'), home);
	await dropSpooled(path, home);
	assert.deepEqual(readdirSync(join(home, SPOOL_FOLDER)), []);
});

test('standard input that is empty, too long or a terminal is refused and leaves nothing', async () => {
	await assert.rejects(spoolStdin(pipe(), home, 100), { code: 'TABLE_EMPTY' });
	await assert.rejects(spoolStdin(pipe('123456'), home, 5), { code: 'INPUT_TOO_LARGE' });
	await assert.rejects(spoolStdin(Object.assign(pipe('a'), { isTTY: true }), home, 5), { code: 'USAGE' });
	assert.deepEqual(readdirSync(join(home, SPOOL_FOLDER)), []);
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
