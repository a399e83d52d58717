import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readOpenApi } from '../../scripts/reference/describe-api.ts';
import { readConfigKeys } from '../../scripts/reference/describe-configuration.ts';
import { ENTRIES } from '../../scripts/reference/describe-exports.ts';
import { readObjects } from '../../scripts/reference/describe-tables.ts';
import { makeReference } from '../../scripts/write-reference.ts';
import { COMMANDS } from '../../src/cli/command-list.ts';
import { ENVIRONMENT } from '../../src/runtime/environment.ts';
import { ROOT } from './fenced-blocks.ts';

const page = (name: string) => readFileSync(join(ROOT, name), 'utf8');

test('the pages of the reference are what the code says (node scripts/write-reference.ts writes them)', async () => {
	const stale: string[] = [];
	for (const [path, text] of await makeReference()) {
		if (!existsSync(join(ROOT, path)) || page(path) !== text) stale.push(path);
	}
	assert.deepEqual(stale, [], 'run "node scripts/write-reference.ts"');
});

describe('the reference has', () => {
	test('every command', () => {
		const text = page('docs/reference/commands.md');
		for (const { name } of COMMANDS) assert.match(text, new RegExp(`^## ${name}$`, 'm'), name);
	});

	test('every key of the configuration, in words', () => {
		const text = page('docs/reference/configuration.md');
		for (const [key] of readConfigKeys())
			assert.match(text, new RegExp(`^\\| \`${key}\` \\| [^|]+ \\| \\w[^|]+ \\|`, 'm'), key);
	});

	test('every variable of the environment that is read, and none besides', () => {
		const files = globSync('{src,scripts,activities,workflows}/**/*.{ts,mjs}', { cwd: ROOT });
		const found = new Set(
			files
				// The list itself, and the pages that are made of it.
				.filter((file) => file !== 'src/runtime/environment.ts' && !file.startsWith('scripts/reference'))
				.flatMap((file) => page(file).match(/COUNTERFOIL_[A-Z0-9_]+/g) ?? []),
		);
		// Between a process and its own child.
		found.delete('COUNTERFOIL_INVOKED_AS');
		found.delete('COUNTERFOIL_INSTALL_RESTARTED');
		assert.deepEqual([...found].sort(), ENVIRONMENT.map(([name]) => name).sort());
	});

	test('every table and view, each column in words', async () => {
		const objects = await readObjects();
		assert.ok(objects.length > 40);
		const silent = objects.flatMap(({ name, about, columns }) => [
			...(about === '' ? [name] : []),
			...columns.filter((column) => column.about === '').map((column) => `${name}.${column.name}`),
		]);
		assert.deepEqual(silent, []);
	});

	test('every address of the API, each with what it is for', async () => {
		const text = page('docs/reference/api.md');
		const { paths } = await readOpenApi();
		assert.ok(Object.keys(paths).length > 25);
		for (const [path, operations] of Object.entries(paths)) {
			for (const [method, { summary = '', description = '' }] of Object.entries(operations)) {
				assert.ok(text.includes(`## ${method.toUpperCase()} ${path.replaceAll(/[{}]/g, '\\$&')}\n`), path);
				assert.ok(`${summary}${description}`.length > 8, `${method} ${path} says nothing`);
			}
		}
	});

	test('every entry of the package', () => {
		const { exports } = JSON.parse(page('package.json')) as { readonly exports: Readonly<Record<string, unknown>> };
		const entries = Object.keys(exports).filter((name) => !name.endsWith('.json'));
		assert.deepEqual(
			entries.map((name) => name.replace(/^\./, 'counterfoil')).sort(),
			ENTRIES.map(({ name }) => name).sort(),
		);
	});

	test('everything that the package exports', async () => {
		for (const { page: name, file } of ENTRIES) {
			const exported = Object.keys((await import(join(ROOT, file))) as object);
			assert.ok(exported.length > 0);
			for (const one of exported) assert.match(page(name), new RegExp(`^### ${one}$`, 'm'), `${file}: ${one}`);
		}
	});
});
