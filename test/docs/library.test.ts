import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

test('the example of docs/library.md runs, finds the order that breaks the rule and says why', (context) => {
	const document = readFileSync(new URL('../../docs/library.md', import.meta.url), 'utf8');
	const example = /```ts\n([\s\S]*?)```/.exec(document)?.[1] ?? '';
	const entry = new URL('../../src/index.ts', import.meta.url).href;
	const folder = mkdtempSync(join(tmpdir(), 'counterfoil-library-'));
	context.after(() => rmSync(folder, { recursive: true, force: true }));
	writeFileSync(join(folder, 'example.mts'), example.replace(`'counterfoil'`, JSON.stringify(entry)));
	const ended = spawnSync(process.execPath, ['example.mts'], { cwd: folder, encoding: 'utf8' });
	assert.equal(ended.status, 0, ended.stderr);
	assert.match(ended.stdout, /^123 (high|critical) \[/);
	assert.match(ended.stdout, /price|kind/);
});
