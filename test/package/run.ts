import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The package as those get it who install it: packed, looked at by publint and are-the-types-wrong, installed into an
 * empty project (from npm's cache where it can be) and used from there: library, client, configuration and command.
 */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'counterfoil-package-'));

/** Ends with what went wrong, if anything did. */
function run(words: string, command: string, args: readonly string[], cwd: string): string {
	const startedMs = Date.now();
	const { status, stdout, stderr } = spawnSync(command, args, {
		cwd,
		encoding: 'utf8',
		maxBuffer: 64 * 1024 ** 2,
		env: { ...process.env, COUNTERFOIL_DB: '', COUNTERFOIL_BACKEND: 'wasm', NODE_OPTIONS: '' },
	});
	const took = ((Date.now() - startedMs) / 1_000).toFixed(1);
	process.stdout.write(`${status === 0 ? 'ok' : 'not ok'} - ${words} (${took} s)\n`);
	if (status !== 0) throw new Error(`${words}\n${stdout}\n${stderr}`);
	return stdout;
}

const USE = `
import assert from 'node:assert/strict';
import { TabularGan, CounterfoilError } from 'counterfoil';
import { connect } from 'counterfoil/client';
import { defineConfig } from 'counterfoil/config';

const rows = Array.from({ length: 80 }, (_, i) => ({ kind: ['pen', 'desk'][i % 2]!, price: (i % 2 ? 400 : 2) + (i % 9) }));
const scoring = { groups: [{ features: 2, members: 8 }], steps: 120, firstSteps: 50, hidden: 24, firstHidden: 16 };
const gan = await TabularGan.fit(rows, { steps: 3, backend: 'wasm', generator: 'mlp', scoring });
assert.equal(gan.sample(5).length, 5);
assert.equal(gan.score(rows).score.length, 80);
await gan.save('model.safetensors');
const same = await TabularGan.load('model.safetensors', { backend: 'wasm' });
assert.deepEqual(same.score(rows), gan.score(rows));
gan.dispose();
same.dispose();

assert.equal(defineConfig({ label: 'is_fraud' }).label, 'is_fraud');
const client = await connect({ db: 'own/counterfoil.db' });
await assert.rejects(client.score({ model: 'none', file: 'orders.csv' }), CounterfoilError);
await client.close();
`;

const CONFIG = `import { defineConfig } from 'counterfoil/config';
export default defineConfig({ label: 'is_fraud', alertBudget: '100/day', time: 'created_at' });
`;

try {
	run('npm pack', 'npm', ['pack', '--pack-destination', folder], ROOT);
	const tarball = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) as string);
	run('publint finds nothing', join(ROOT, 'node_modules/.bin/publint'), ['run', tarball, '--strict'], ROOT);
	// ESM only: what CommonJS and the resolution of Node 10 would find is nobody's concern.
	run(
		'the types are those of the code',
		join(ROOT, 'node_modules/.bin/attw'),
		[tarball, '--profile', 'esm-only'],
		ROOT,
	);

	const project = join(folder, 'project');
	mkdirSync(project);
	writeFileSync(join(project, 'package.json'), '{ "name": "project", "private": true, "type": "module" }\n');
	writeFileSync(join(project, 'use.ts'), USE);
	writeFileSync(join(project, 'counterfoil.config.ts'), CONFIG);
	// Without the scripts of others, and without TensorFlow's own kernels, which are fetched by one.
	const install = ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--omit=optional'];
	run('npm install in an empty project', 'npm', [...install, tarball], project);
	run(
		'library, client and configuration from it',
		process.execPath,
		['--disable-warning=ExperimentalWarning', 'use.ts'],
		project,
	);
	const command = (...args: string[]) =>
		run(`counterfoil ${args.join(' ')}`, join(project, 'node_modules/.bin/counterfoil'), args, project);
	command('--version');
	const shown = JSON.parse(command('config', 'show', '--json')) as Record<string, { value: unknown; origin: string }>;
	if (shown.label?.origin !== 'counterfoil.config.ts') throw new Error(JSON.stringify(shown.label));
	command('simulate', 'payments', '--rows', '300', '--out', 'payments.csv');
	command('ingest', 'payments.csv');
	const init = command('init', 'payments.csv', '--out', '-');
	if (!init.startsWith('# yaml-language-server: $schema=./node_modules/counterfoil/schema.json\n'))
		throw new Error(init);
	process.stdout.write('the package can be installed and used\n');
} catch (error) {
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 1;
} finally {
	rmSync(folder, { recursive: true, force: true });
}
