import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../scripts/get-temporal.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'counterfoil-get-temporal-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function getTemporal(args: readonly string[], environment: NodeJS.ProcessEnv) {
	return spawnSync(process.execPath, [script, ...args], {
		encoding: 'utf8',
		env: { ...process.env, ...environment },
	});
}

test('get-temporal prints the path of a Temporal CLI that starts', () => {
	const { status, stdout, stderr } = getTemporal([], {});
	assert.equal(status, 0, stderr);
	assert.match(stdout, /^\S.*\n$/);
	assert.match(execFileSync(stdout.trim(), ['--version'], { encoding: 'utf8' }), /temporal version \d+\.\d+/);
});

test('get-temporal takes the program that TEMPORAL_CLI names before any other', () => {
	const program = join(folder, 'my-temporal');
	writeFileSync(program, '#!/bin/sh\necho "temporal version 0.0"\n');
	chmodSync(program, 0o755);
	assert.equal(getTemporal([], { TEMPORAL_CLI: program }).stdout, `${program}\n`);
});

test('get-temporal ends with 1 and one line of advice when there is none', () => {
	const named = getTemporal([], { TEMPORAL_CLI: join(folder, 'missing') });
	assert.equal(named.status, 1);
	assert.equal(named.stdout, '');
	assert.match(named.stderr, /^No Temporal CLI: TEMPORAL_CLI does not run\. Install it .*\n$/);

	const nowhere = { TEMPORAL_CLI: '', PATH: folder, COUNTERFOIL_CACHE: folder, TMPDIR: folder };
	const absent = getTemporal(['--no-download'], nowhere);
	assert.equal(absent.status, 1);
	assert.match(absent.stderr, /^No Temporal CLI: not on the PATH and not downloaded yet\. Install it .*\n$/);
});
