import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ENTRIES } from '../../scripts/reference/describe-exports.ts';
import { listPages, placeOf, ROOT, readBlocks } from './fenced-blocks.ts';

test('every TypeScript block of every page fits the types of the package', (t) => {
	const folder = mkdtempSync(join(tmpdir(), 'counterfoil-types-'));
	t.after(() => rmSync(folder, { recursive: true, force: true }));
	const blocks = listPages()
		.flatMap(readBlocks)
		.filter(({ language, reason }) => language === 'ts' && reason === null);
	assert.ok(blocks.length >= 6);
	const names = blocks.map(({ page, line }) => `${page.replaceAll('/', '-')}-${line}.mts`);
	for (const [index, { given, text }] of blocks.entries()) {
		writeFileSync(join(folder, names[index] as string), `${given}\n${text}\nexport {};\n`);
	}
	const paths = Object.fromEntries(ENTRIES.map(({ name, file }) => [name, [join(ROOT, file)]]));
	const compilerOptions = {
		...{ target: 'es2023', module: 'nodenext', moduleResolution: 'nodenext', allowImportingTsExtensions: true },
		// Examples are read, not built upon: an index is taken to be there.
		...{ strict: true, noUncheckedIndexedAccess: false, exactOptionalPropertyTypes: true, noEmit: true },
		...{ types: ['node'], typeRoots: [join(ROOT, 'node_modules/@types')], skipLibCheck: true, paths },
	};
	writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: names }));
	const tsc = join(ROOT, 'node_modules/.bin/tsc');
	const ended = spawnSync(tsc, ['-p', folder], { encoding: 'utf8', cwd: folder });
	assert.equal(ended.status, 0, `${blocks.map(placeOf).join('\n')}\n${ended.stdout}`);
});
