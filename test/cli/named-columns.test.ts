import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runInProcess } from './run-in-process.ts';

const here = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'counterfoil-columns-'));

before(() => {
	process.chdir(folder);
	process.env.XDG_CONFIG_HOME = join(folder, 'home');
	delete process.env.COUNTERFOIL_DB;
	delete process.env.COUNTERFOIL_INVOKED_AS;
	writeFileSync('payments.csv', table('payment_id,amount,country,is_fraud'));
});
after(() => {
	process.chdir(here);
	rmSync(folder, { recursive: true, force: true });
});

function table(header: string): string {
	const rows = Array.from({ length: 40 }, (_, i) => `P${i},${i * 7},${i % 3 ? 'DE' : 'FR'},${i % 9 ? 0 : 1}`);
	return `${header}\n${rows.join('\n')}\n`;
}

async function countRuns(): Promise<number> {
	return (JSON.parse((await runInProcess(['runs', 'list', '--json'])).stdout) as unknown[]).length;
}

for (const flags of [
	['--label', 'is_frued'],
	['--key', 'paymentid'],
	['--time', 'create_at'],
	['--ignore', 'amount,comment'],
	['--truth', 'fraud_kind'],
	['--entity', 'customer'],
	['--date-format', 'booked=DD.MM.YY'],
	['--null', 'sum=N/A'],
	['--schema-policy', 'sum=freeze'],
]) {
	test(`a column that there is not is told before anything is noted: ${flags.join(' ')}`, async () => {
		for (const trial of [[], ['--dry-run']]) {
			const { code, stdout, stderr } = await runInProcess(['run', 'payments.csv', ...flags, ...trial]);
			assert.deepEqual([code, stdout], [2, ''], stderr);
			assert.match(stderr, /^error COLUMN_UNKNOWN column "\w+": /);
			assert.match(stderr, /^hint: (Did you mean "\w+"\?|The columns are: payment_id, amount, country, is_fraud\.)$/m);
			assert.ok(!/^run: /m.test(stderr));
		}
		assert.equal(await countRuns(), 0);
	});
}

test('a value that the label of a short table has not is told before anything is noted', async () => {
	const before = await countRuns();
	for (const command of ['run', 'train', 'ingest']) {
		for (const trial of [[], ['--dry-run']]) {
			const argv = [command, 'payments.csv', '--label', 'is_fraud', '--label-positive', 'yes', ...trial];
			const { code, stdout, stderr } = await runInProcess(argv);
			assert.deepEqual([code, stdout], [2, ''], stderr);
			assert.match(stderr, /^error CONFIG_INVALID column "is_fraud": the label has no such value$/m);
			assert.match(stderr, /^hint: it has 2 different values; name the one of the anomalies with --label-positive$/m);
			assert.ok(!/^run: /m.test(stderr));
		}
	}
	assert.equal(await countRuns(), before);
	const right = ['run', 'payments.csv', '--label', 'is_fraud', '--label-positive', '1', '--dry-run'];
	assert.equal((await runInProcess(right)).code, 0);
});

test('a column that the configuration names is held against the table too', async () => {
	writeFileSync('wrong.yaml', 'label: is_frued\n');
	const { code, stderr } = await runInProcess(['train', 'payments.csv', '--config', 'wrong.yaml', '--dry-run']);
	assert.equal(code, 2);
	assert.match(stderr, /^hint: Did you mean "is_fraud"\?$/m);
});

test('columns are known by the names that the table gets, and of JSON Lines by all lines', async () => {
	const renamed = ['run', 'payments.csv', '--rename', 'is_fraud=label', '--label', 'label', '--dry-run'];
	assert.equal((await runInProcess(renamed)).code, 0);
	const lines = Array.from({ length: 40 }, (_, i) => JSON.stringify(i < 39 ? { a: i } : { a: i, late: 1 }));
	writeFileSync('late.jsonl', `${lines.join('\n')}\n`);
	assert.equal((await runInProcess(['run', 'late.jsonl', '--label', 'late', '--dry-run'])).code, 0);
	assert.equal((await runInProcess(['run', 'late.jsonl', '--label', 'lte', '--dry-run'])).code, 2);
});

test('a dry run says what is wrong with a file whose columns are asked for', async () => {
	writeFileSync('photo.csv', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1]));
	const { code, stderr } = await runInProcess(['run', 'photo.csv', '--label', 'x', '--dry-run']);
	assert.equal(code, 4, stderr);
});

test('a column that the table before had is for the policies to judge', async () => {
	const first = await runInProcess(['ingest', 'payments.csv', '--key', 'payment_id', '-q']);
	assert.equal(first.code, 0, first.stderr);
	writeFileSync('later.csv', table('number,amount,country,is_fraud'));
	const argv = ['ingest', 'later.csv', '--name', 'payments', '--key', 'payment_id', '--schema-policy', 'freeze'];
	const later = await runInProcess(argv);
	assert.deepEqual([later.code, /^error SCHEMA_MISMATCH/m.test(later.stderr)], [3, true], later.stderr);
});

test('a column that a file or the environment names is told with where it was named', async () => {
	writeFileSync('own.yaml', 'label: is_frued\nkey: payment_id\n');
	const inFile = await runInProcess(['run', 'payments.csv', '--config', 'own.yaml']);
	assert.match(inFile.stderr, /^error COLUMN_UNKNOWN own\.yaml, column "is_frued": /);
	const onLine = await runInProcess(['run', 'payments.csv', '--config', 'own.yaml', '--label', 'frued']);
	assert.match(onLine.stderr, /^error COLUMN_UNKNOWN column "frued": /);
	process.env.COUNTERFOIL_TIME = 'created';
	try {
		const set = await runInProcess(['run', 'payments.csv', '--label', 'is_fraud']);
		assert.match(set.stderr, /^error COLUMN_UNKNOWN environment, column "created": /);
	} finally {
		delete process.env.COUNTERFOIL_TIME;
	}
});

test('inspect knows which column is the time', async () => {
	const { code, stderr } = await runInProcess(['inspect', 'payments.csv', '--time', 'amont']);
	assert.deepEqual([code, /did you mean "amount"/i.test(stderr)], [2, true], stderr);
});
