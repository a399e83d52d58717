import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { PrivacyPromise } from '../../src/contracts/privacy.ts';
import type { FileProvenance } from '../../src/contracts/provenance.ts';
import { RowGenerator } from '../../src/row-generator.ts';
import { query, runProgram, workFolder } from './run-program.ts';

const NAME = 'Canary Uniqueson';
const AMOUNT = 7_654_321.5;

/** Amounts by shop, a customer with several rows, and one row that is like no other. */
function makeTable(): string {
	const rows = Array.from({ length: 400 }, (_, row) => {
		const shop = row % 3 === 0 ? 'north' : 'south';
		const amount = (shop === 'north' ? 40 : 90) + ((row * 37) % 200) / 20;
		return row === 123
			? `${NAME},${AMOUNT},c${row % 40},EUR`
			: `${shop},${amount},c${row % 40},${row % 2 === 0 ? 'EUR' : 'USD'}`;
	});
	return `shop,amount,customer,currency\n${rows.join('\n')}\n`;
}

describe('a private run', () => {
	const folder = workFolder({ after });
	let stdout: string;
	let stderr: string;
	const promise: PrivacyPromise = { epsilon: 8, delta: 1e-5, unit: 'row' };
	const holdsCanary = (bytes: Buffer) => {
		const double = Buffer.alloc(8);
		double.writeDoubleLE(AMOUNT);
		return bytes.includes(NAME) || bytes.includes(double) || bytes.includes(String(AMOUNT));
	};
	const run = (...args: string[]) => runProgram(args, { cwd: folder });

	before(async () => {
		writeFileSync(join(folder, 'sales.csv'), makeTable());
		const options = ['--private', '8', '--delta', '1e-5', '--steps', '60', '--entity', 'customer'];
		const ended = await run('run', 'sales.csv', ...options, '--no-baselines', '--synthetic-rows', '300');
		assert.equal(ended.code, 0, ended.stderr);
		({ stdout, stderr } = ended);
	});

	test('says what is promised, what is not, and that entities have several rows', () => {
		assert.match(stdout, /generated rows: epsilon 8, delta 1e-5 for each row/);
		assert.match(stderr, /scores, report and figures look at the real rows/);
		assert.match(stderr, /it is for single rows/);
		const [, path = ''] = /Report\s+(\S+)/.exec(stdout) ?? [];
		const report = readFileSync(join(folder, path), 'utf8');
		assert.match(report, /It is private: epsilon 8/);
	});

	test('keeps a generator that holds nothing of a row like no other, beside a scorer that does', async () => {
		const [model] = query<{ generator_uri: string; profile_uri: string }>(folder, 'select * from models');
		const read = (uri = '') => readFileSync(join(folder, '.counterfoil/artifacts', uri.replace('artifact:', '')));
		assert.ok(holdsCanary(read(model?.profile_uri)));
		assert.ok(!holdsCanary(read(model?.generator_uri)));
		const exported = await run('models', 'export', 'sales', '--out', 'generator.safetensors');
		assert.equal(exported.code, 0, exported.stderr);
		assert.match(exported.stderr, /private: epsilon 8/);
		const bytes = readFileSync(join(folder, 'generator.safetensors'));
		assert.ok(!holdsCanary(bytes));
		const generator = await RowGenerator.fromBytes(bytes);
		assert.equal(generator.privacy?.isSeeded, false);
		assert.ok(generator.generate(20).every(({ shop }) => shop !== NAME));
		generator.dispose();
	});

	test('hands out rows with the promise, and without what would tell of a single row', async () => {
		const ended = await run('generate', 'sales', '--rows', '100', '--out', 'rows.csv', '--override', 'a test');
		assert.equal(ended.code, 0, ended.stderr);
		const text = readFileSync(join(folder, 'rows.csv.provenance.json'), 'utf8');
		const { privacy, release, trainingData, config } = JSON.parse(text) as FileProvenance;
		assert.deepEqual(privacy, promise);
		assert.deepEqual(release?.privacy, promise);
		assert.deepEqual(release?.reasons, []);
		assert.equal(trainingData.sha256, null);
		assert.deepEqual(config.generator.privacy, { epsilon: 8, delta: 1e-5 });
		const [judged] = query<{ release_json: string }>(
			folder,
			"select release_json from synthetic_tables where release_json like '%a test%'",
		);
		assert.deepEqual(JSON.parse(judged?.release_json ?? '{}').privacy, promise);
		const shown = await run('models', 'show', 'sales');
		assert.match(shown.stdout, /privacy epsilon\s+8/);
	});

	test('is refused where it cannot be kept', async () => {
		const refused = async (pattern: RegExp, ...options: string[]) => {
			const ended = await run('train', 'sales.csv', ...options);
			assert.equal(ended.code, 2, ended.stderr);
			assert.match(ended.stderr, pattern);
		};
		await refused(/plain GAN cannot be trained privately/, '--private', '3', '--generator', 'mlp');
		await refused(/no time budget/, '--private', '3', '--budget', '60s');
		await refused(/with an epsilon only/, '--delta', '1e-6');
		await refused(/above 0/, '--private', '0');
		const advice = await run('augment', 'sales', '--advise', '--label', 'shop', '--target', 'f1');
		assert.match(advice.stderr, /not measured for a private generator/);
	});
});
