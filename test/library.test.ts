import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as arrow from 'apache-arrow';
import { cellValue } from '../src/contracts/table.ts';
import { readTableFile, TabularGan } from '../src/index.ts';
import { tableFromArrow } from '../src/table-from-arrow.ts';
import { readTable, rowsFromTable } from '../src/table-from-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'counterfoil-library-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Enough to find noise; what is tested is how tables come in. */
const QUICK = { groups: [{ features: 3, members: 8 }], steps: 150, firstSteps: 60, hidden: 24, firstHidden: 16 };

const rows = Array.from({ length: 120 }, (_, i) => ({
	kind: ['pen', 'desk'][i % 2] as string,
	price: (i % 2 === 0 ? 2 : 400) + ((i * 37) % 60) / 10,
	pieces: i % 7,
}));
const csv = ['kind,price,pieces', ...rows.map(({ kind, price, pieces }) => `${kind},${price},${pieces}`)].join('\n');
const file = join(folder, 'orders.csv');
writeFileSync(file, csv);

test('records, a table of Arrow and a file are the same to score; a model is the same after save and load', async () => {
	const gan = await TabularGan.fit(file, { seed: 1, steps: 0, backend: 'wasm', scoring: QUICK });
	const fromRows = gan.score(rows);
	assert.deepEqual(gan.score(arrow.tableFromJSON(rows)), fromRows);
	assert.deepEqual(gan.score(await readTableFile(file)), fromRows);
	const path = join(folder, 'orders.safetensors');
	await gan.save(path);
	const same = await TabularGan.load(path, { backend: 'wasm' });
	assert.deepEqual(same.score(rows), fromRows);
	assert.equal(same.explain(rows.slice(0, 1)).length, 1);
	gan.dispose();
	same.dispose();
	await assert.rejects(TabularGan.load(join(folder, 'none'), { backend: 'wasm' }), { code: 'INPUT_NOT_FOUND' });
});

test('types of Arrow that JavaScript has none for keep what they say', () => {
	const table = new arrow.Table({
		at: arrow.vectorFromArray([new Date(0), null, new Date(86_400_000)], new arrow.TimestampMillisecond()),
		big: arrow.vectorFromArray([2n ** 60n, null, 3n], new arrow.Int64()),
		kind: arrow.vectorFromArray(['a', null, 'b'], new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32())),
		yes: arrow.vectorFromArray([true, false, null], new arrow.Bool()),
	});
	assert.deepEqual(rowsFromTable(readTable(table)), [
		{ at: '1970-01-01T00:00:00.000Z', big: '1152921504606846976', kind: 'a', yes: 'true' },
		{ at: null, big: null, kind: null, yes: 'false' },
		{ at: '1970-01-02T00:00:00.000Z', big: '3', kind: 'b', yes: null },
	]);
	const decimal = { typeId: 7, scale: 2 };
	const words = [Uint32Array.of(105, 0, 0, 0), Uint32Array.of(0xfffffff9, 0xffffffff, 0xffffffff, 0xffffffff)];
	const { columns } = tableFromArrow({
		numRows: 2,
		schema: { fields: [{ name: 'amount', type: decimal }] },
		getChildAt: () => ({ get: (row) => words[row] }),
	});
	assert.deepEqual(
		[0, 1].map((row) => cellValue(columns[0] as (typeof columns)[number], row)),
		[1.05, -0.07],
	);
	const list = new arrow.List(new arrow.Field('item', new arrow.Utf8()));
	const nested = new arrow.Table({ tags: arrow.vectorFromArray([['a']], list) });
	assert.throws(() => readTable(nested), { code: 'ARROW_UNREADABLE', where: 'column "tags"' });
});

test('a row of a file that cannot be read is an error with its line, unless such rows are to be left out', async () => {
	const ragged = join(folder, 'ragged.csv');
	writeFileSync(ragged, `${csv}\n1,2\n`);
	await assert.rejects(readTableFile(ragged), { code: 'REJECTS_OVER_LIMIT', where: `${ragged}:122` });
	assert.equal((await readTableFile(ragged, { skipRejects: true })).rows, 120);
});

test('nothing of the pipeline and no package but the tensor library is loaded, and that when it is first needed', () => {
	const hook = `import { registerHooks } from 'node:module';
		const seen = new Set();
		registerHooks({ load(url, context, next) { seen.add(url); return next(url, context); } });
		process.on('exit', () => console.log(JSON.stringify([...seen])));`;
	const entry = new URL('../src/index.ts', import.meta.url).href;
	const load = (script: string) => {
		const { status, stdout, stderr } = spawnSync(
			process.execPath,
			[
				'--disable-warning=ExperimentalWarning',
				`--import=data:text/javascript,${encodeURIComponent(hook)}`,
				'--input-type=module',
				'-e',
				`import { TabularGan } from ${JSON.stringify(entry)}; ${script}`,
			],
			{ encoding: 'utf8' },
		);
		assert.equal(status, 0, stderr);
		return JSON.parse(stdout.trim().split('\n').at(-1) as string) as string[];
	};
	const imported = load('');
	assert.deepEqual(
		imported.filter((url) => url.includes('/node_modules/')),
		[],
	);
	assert.deepEqual(
		imported.filter((url) =>
			/\/(activities|workflows|migrations)\/|\/src\/(store|runtime|review|report|console|cli)\//.test(url),
		),
		[],
	);
	const used = load(
		`const { loadBackend } = await import(${JSON.stringify(entry)}); await loadBackend({ backend: 'wasm' });`,
	);
	const packages = new Set(used.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []));
	for (const other of [
		'@temporalio/client',
		'@temporalio/workflow',
		'kysely',
		'better-sqlite3',
		'pg',
		'commander',
		'hono',
		'zod',
		'apache-arrow',
	]) {
		assert.ok(!packages.has(other), other);
	}
	assert.ok(packages.has('@tensorflow/tfjs-core') || packages.has('@tensorflow/tfjs'), [...packages].join(' '));
});
