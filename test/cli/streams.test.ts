import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runInProcess } from './run-in-process.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/counterfoil', import.meta.url));
const here = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'counterfoil-streams-'));
process.chdir(folder);
process.env.XDG_CONFIG_HOME = join(folder, 'home');
after(() => {
	process.chdir(here);
	rmSync(folder, { recursive: true, force: true });
});
writeFileSync('orders.csv', `id,amount\n${Array.from({ length: 40 }, (_, i) => `P${i},${i * 1.5}`).join('\n')}\n`);

const LINES = [
	'ingest orders.csv',
	'inspect orders.csv',
	'runs list',
	'models list',
	'datasets list',
	'queue list',
	'queue rules',
	'queue stats',
	'labels list',
	'users list',
	'config show',
	'config schema',
	'config validate',
	'db status',
	'db schema',
	'db check',
	'audit verify',
	'rejects orders',
	'completion bash',
];

test('with --json a command prints one document, with --ndjson lines of which the last is the result', async () => {
	for (const line of LINES) {
		const json = await runInProcess([...line.split(' '), '--json']);
		assert.deepEqual([json.code, json.stderr], [0, ''], `${line}: ${json.stderr}`);
		assert.doesNotThrow(() => JSON.parse(json.stdout), line);
		const { stdout } = await runInProcess([...line.split(' '), '--ndjson']);
		const events = stdout
			.trimEnd()
			.split('\n')
			.map((text) => JSON.parse(text) as { type?: string });
		assert.equal(events.at(-1)?.type, 'result', line);
	}
});

const hasScript = spawnSync('script', ['--version']).status === 0;

test('a terminal gets colours, a pipe none', { skip: hasScript ? false : 'no script here' }, () => {
	const environment = { ...process.env, TERM: 'xterm-256color', CI: '', NO_COLOR: '', FORCE_COLOR: '' };
	const env = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
	const command = `${PROGRAM} runs list`;
	const terminal = spawnSync('script', ['-qec', command, '/dev/null'], { cwd: folder, encoding: 'utf8', env });
	const pipe = spawnSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8', env });
	assert.equal(terminal.status, 0, terminal.stdout);
	assert.ok(terminal.stdout.includes('\x1b[32m'), terminal.stdout);
	assert.ok(!`${pipe.stdout}${pipe.stderr}`.includes('\x1b'));
	assert.match(pipe.stdout, /succeeded/);
});
