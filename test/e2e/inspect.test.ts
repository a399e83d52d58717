import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Inspection } from '../../src/contracts/inspection.ts';
import { query, runProgram, workFolder } from './run-program.ts';

const CITIES = ['Aachen', 'Bonn', 'Celle'];

/** A number with the check digit of Luhn, of a series that is used for tests. */
function cardNumber(row: number): string {
	const digits = `41111111${String(row).padStart(7, '0')}`;
	let sum = 0;
	[...digits].reverse().forEach((sign, i) => {
		const doubled = Number(sign) * (i % 2 === 0 ? 2 : 1);
		sum += doubled > 9 ? doubled - 9 : doubled;
	});
	return `${digits}${(10 - (sum % 10)) % 10}`;
}

/** Orders with a rare label, a column that gives it away, and data of people. */
function orders(): string {
	const lines = Array.from({ length: 400 }, (_, row) => {
		const isLate = row % 20 === 0;
		const day = String((row % 28) + 1).padStart(2, '0');
		return [
			`O-${row}`,
			`2025-02-${day} 10:00:00`,
			String(((row * 37) % 500) / 4),
			CITIES[(row * 7) % 3],
			`person${row}@example.org`,
			cardNumber(row),
			isLate ? 'refund' : 'none',
			isLate ? '1' : '0',
		].join(';');
	});
	return `order_id;ordered_at;amount;city;mail;card;settled;is_fraud\n${lines.join('\n')}\n${lines[5]}\nshort;row\n`;
}

test('a file is described without anything being stored: how it is read, its columns, alerts and what to type next', async (t) => {
	const folder = workFolder(t);
	writeFileSync(join(folder, 'orders.csv'), orders());
	const text = await runProgram(['inspect', 'orders.csv', '--no-footer', '-q'], { cwd: folder });
	assert.equal(text.code, 0, text.stderr);
	assert.equal(text.stderr, '');
	assert.match(text.stdout, /read as {5}delimiter semicolon, quote ", header, utf-8/);
	assert.match(text.stdout, /rows {8}401 in 8 columns, 1 of 402 rejected/);
	assert.match(text.stdout, /rejected {4}1 MISSING_COLUMNS/);
	assert.match(text.stdout, /city +categorical +3 +Aachen 33 %, Celle 33 %/);
	assert.match(text.stdout, /amount +numeric +\d+ {2}[▁▂▃▄▅▆▇█ ]{8} 0 · /);
	assert.match(text.stdout, /! settled: Predicts "is_fraud" nearly alone: AUC 1\.000/);
	assert.match(text.stdout, /1 of 401 rows \(0\.2 %\) are equal to one before them/);
	assert.match(text.stdout, /mail: Looks like personal data \(email\)/);
	assert.match(text.stdout, /! card: Looks like personal data \(card number\)/);
	assert.match(text.stdout, /run orders\.csv .*--time ordered_at --label is_fraud --ignore settled/);
	assert.doesNotMatch(text.stdout, /person\d|4111/, 'values of people are not shown');
	for (const line of text.stdout.split('\n').filter((line) => !line.includes('run orders.csv'))) {
		assert.ok([...line].length <= 80, line);
	}

	const json = await runProgram(['inspect', 'orders.csv', '--no-footer', '--json', '--label', 'city'], { cwd: folder });
	assert.equal(json.code, 0, json.stderr);
	assert.equal(json.stderr, '');
	const inspection = JSON.parse(json.stdout) as Inspection;
	assert.deepEqual([inspection.rowsTotal, inspection.rowsLoaded, inspection.rowsRejected], [402, 401, 1]);
	assert.equal(inspection.proposed.label, 'city', 'what was named is not guessed');
	assert.ok(!inspection.alerts.some(({ kind }) => kind === 'leakage'));
	assert.doesNotMatch(json.stdout, /person\d|4111/);
	assert.deepEqual(readdirSync(folder), ['orders.csv'], 'nothing is written');
});

test('the alerts are also told when a table is taken in, and stored with it', async (t) => {
	const folder = workFolder(t);
	writeFileSync(join(folder, 'orders.csv'), orders());
	const ingested = await runProgram(['ingest', 'orders.csv', '-q'], { cwd: folder });
	assert.equal(ingested.code, 0, ingested.stderr);
	assert.match(ingested.stdout, /Worth knowing\n {2}! settled: Predicts "is_fraud" nearly alone/);
	const [stored] = query<{ alerts_json: string }>(folder, 'select alerts_json from datasets');
	const alerts = JSON.parse(stored?.alerts_json ?? '[]') as { kind: string }[];
	assert.ok(alerts.some(({ kind }) => kind === 'personal-data'));
});

test('what cannot be read is refused as everywhere, and names that are no column too', async (t) => {
	const folder = workFolder(t);
	writeFileSync(join(folder, 'empty.csv'), '');
	const empty = await runProgram(['inspect', 'empty.csv'], { cwd: folder });
	assert.equal(empty.code, 4);
	assert.match(empty.stderr, /TABLE_EMPTY/);
	writeFileSync(join(folder, 'orders.csv'), orders());
	const unknown = await runProgram(['inspect', 'orders.csv', '--label', 'is_frand'], { cwd: folder });
	assert.equal(unknown.code, 2);
	assert.match(unknown.stderr, /Did you mean "is_fraud"\?/);
});

test('a file that turns out not to be readable to its end has no part in what is told of its folder', async (t) => {
	const folder = workFolder(t);
	const rows = (count: number, kind: string) =>
		Array.from({ length: count }, (_, i) => `${(i * 7919) % 100_003},${kind}\n`);
	writeFileSync(join(folder, 'a.csv'), `id,kind\n${rows(100, 'good').join('')}`);
	// Longer than a batch, so that rows of it were handed out before its end was found missing.
	const whole = gzipSync(`id,kind\n${rows(200_000, 'bad').join('')}`);
	writeFileSync(join(folder, 'b.csv.gz'), whole.subarray(0, -20_000));
	const { stdout, stderr } = await runProgram(['inspect', '.', '--json'], { cwd: folder });
	const told = JSON.parse(stdout) as Inspection;
	assert.equal(told.rowsLoaded, 100, stderr);
	assert.deepEqual(told.rejects, [{ reason: 'FILE_REJECTED', count: 1 }]);
	const inWords = await runProgram(['inspect', '.'], { cwd: folder });
	assert.match(inWords.stdout, /^ {2}rows {8}100 in 2 columns$/m, 'a file is no row');
	assert.match(
		inWords.stdout,
		/^ {2}mended {6}Files that could not be read and are left out: 1 \(b\.csv\.gz: The gzip data is cut short\)\.$/m,
	);
	const kinds = told.columns.find(({ name }) => name === 'kind');
	assert.deepEqual([kinds?.distinct, kinds?.frequent.map(({ value }) => value)], [1, ['good']]);
});
