import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { query, runProgram, workFolder } from './run-program.ts';

const COUNTRIES = ['DE', 'FR', 'NL', 'AT'];

/** Payments of a day; `change` gets the fields of each row. */
function day(first: number, rows: number, change: (fields: string[], row: number) => string[] = (fields) => fields) {
	const lines = Array.from({ length: rows }, (_, row) => {
		const id = first + row;
		return change([`P${id}`, String((id * 37) % 500), COUNTRIES[(id * 7) % 4] as string], row).join(',');
	});
	return `id,amount,country\n${lines.join('\n')}\n`;
}

function ingester(folder: string) {
	return async (file: string, text: string, ...args: string[]) => {
		writeFileSync(join(folder, file), text);
		return runProgram(['ingest', file, '--name', 'payments', '-q', ...args], { cwd: folder });
	};
}

interface DatasetRow {
	readonly rows_total: number;
	readonly rows_loaded: number;
	readonly rows_rejected: number;
	readonly status: string;
	readonly schema_changes_json: string | null;
}

function latest(folder: string): DatasetRow {
	return query<DatasetRow>(folder, 'select * from datasets order by ingested_at desc limit 1')[0] as DatasetRow;
}

describe('a table that is read again under the same name', { concurrency: false }, () => {
	test('goes on under its own name where a column is called otherwise in the file', async (t) => {
		const folder = workFolder(t);
		const ingest = ingester(folder);
		await ingest('day1.csv', day(0, 200));
		const other = day(200, 100).replace('amount', 'amt');
		const refused = await ingest('day2.csv', other, '--schema-policy', 'freeze');
		assert.equal(refused.code, 3);
		const [, rename = ''] = /If it is: --rename (\S+)/.exec(refused.stderr) ?? [];
		assert.equal(rename, 'amt=amount');
		const done = await ingest('day2.csv', other, '--schema-policy', 'freeze', '--rename', rename);
		assert.equal(done.code, 0, done.stderr);
		assert.doesNotMatch(done.stdout, /Not as before/);
		const [record] = query<{ data_json: string }>(
			folder,
			`select data_json from records where data_json like '%P200%'`,
		);
		assert.deepEqual(Object.keys(JSON.parse(record?.data_json ?? '{}')), ['id', 'amount', 'country']);
		writeFileSync(join(folder, 'counterfoil.config.yaml'), 'rename: { amt: amount }\ncolumnNulls: { country: [DE] }\n');
		const told = await ingest('day3.csv', other.replaceAll('P2', 'P3'), '--json');
		const { columns } = JSON.parse(told.stdout) as { columns: { name: string; missing: number }[] };
		assert.deepEqual(
			columns.map(({ name, missing }) => [name, missing > 0]),
			[
				['id', false],
				['amount', false],
				['country', true],
			],
		);
	});

	test('is held against a schema file, which goes on to hold for the next', async (t) => {
		const folder = workFolder(t);
		const ingest = ingester(folder);
		await ingest('day0.csv', day(0, 100), '--name', 'first');
		const shown = await runProgram(['datasets', 'show', 'first', '--schema'], { cwd: folder });
		assert.match(shown.stdout, /^ {2}country: \{ kind: categorical, required: true \} # levels: \[\w\w, /m);
		const schema = shown.stdout
			.replace('policy: freeze', 'policy: discard-row')
			.replace('true } # min', 'true, max: 400 } # min');
		writeFileSync(join(folder, 'schema.yaml'), schema.replace('amount: { kind: integer', 'amount: { kind: numeric'));
		const wrong = day(200, 100, (fields, row) => (row < 4 ? [fields[0] as string, '', fields[2] as string] : fields));
		const done = await ingest('day1.csv', wrong, '--schema-file', 'schema.yaml', '--max-rejects', '50%');
		assert.equal(done.code, 0, done.stderr);
		assert.match(done.stdout, /compared with the schema\n.*amount.*none may be\. \[discard-row: rows left out\]/);
		const rejects = query<{ error_type: string; n: number }>(
			folder,
			'select error_type, count(*) as n from rejects group by 1 order by 1',
		);
		const over = Array.from({ length: 96 }, (_, row) => ((204 + row) * 37) % 500).filter(
			(amount) => amount > 400,
		).length;
		assert.deepEqual(rejects, [
			{ error_type: 'SCHEMA_REQUIRED', n: 4 },
			{ error_type: 'SCHEMA_VALUE', n: over },
		]);
		const next = await ingest('day2.csv', day(300, 100), '--max-rejects', '50%');
		assert.match(next.stdout, /not a number of at most 400 .*\[discard-row: rows left out\]/);
		const columns = JSON.parse((await runProgram(['datasets', 'show', 'payments', '--json'], { cwd: folder })).stdout)
			.columns as { name: string; kind: string }[];
		assert.equal(columns[1]?.kind, 'numeric', 'as it was said, though all are whole');
	});

	test('is taken in as it is unless told otherwise, and the differences are said', async (t) => {
		const folder = workFolder(t);
		const ingest = ingester(folder);
		await ingest('day1.csv', day(0, 200));
		const text = day(200, 100, ([id, amount, country], row) => [
			country as string,
			id as string,
			amount as string,
			row < 50 ? 'ios' : '',
		]);
		const evolved = await ingest('day2.csv', text.replace('id,amount,country', 'country,id,amount,device'));
		assert.equal(evolved.code, 0, evolved.stderr);
		assert.match(evolved.stdout, /Not as before {2}compared with data set payments \(ds-\w+\)/);
		assert.match(evolved.stdout, /Column "device" was not there before\./);
		assert.match(evolved.stdout, /matched by name/);
		assert.equal(latest(folder).rows_loaded, 100);
		const [record] = query<{ data_json: string }>(
			folder,
			`select data_json from records where record_key is not null and data_json like '%P200%'`,
		);
		assert.equal((JSON.parse(record?.data_json ?? '{}') as { id: string }).id, 'P200', 'no column has shifted');
		const same = await ingest(
			'day3.csv',
			text.replace('id,amount,country', 'country,id,amount,device').replaceAll('P2', 'P3'),
		);
		assert.doesNotMatch(same.stdout, /was not there before/, 'it is known by now');
	});

	test('is refused whole where the policy freezes it, and the policy stays with the data set', async (t) => {
		const folder = workFolder(t);
		const ingest = ingester(folder);
		await ingest('day1.csv', day(0, 200), '--schema-policy', 'freeze');
		const refused = await ingest('renamed.csv', day(200, 50).replace('amount', 'amt'));
		assert.equal(refused.code, 3);
		assert.match(
			refused.stderr,
			/^error SCHEMA_MISMATCH \S+\/renamed\.csv: The columns differ from those of data set payments/,
		);
		assert.match(refused.stderr, /Column "amount" is missing; the new column "amt" looks like a rename of it\./);
		assert.match(refused.stderr, /--schema-policy/);
		assert.equal(query(folder, 'select * from datasets').length, 1, 'nothing of it is stored');
		const levels = await ingest(
			'levels.csv',
			day(200, 50, (fields, row) => (row === 0 ? fields.with(2, 'ZZ') : fields)),
			'--json',
		);
		assert.equal(levels.code, 0, levels.stderr);
		const { comparison } = JSON.parse(levels.stdout) as {
			comparison: { differences: { type: string; now: string }[] };
		};
		assert.deepEqual(
			comparison.differences.map(({ type, now }) => [type, now]),
			[['levels', 'ZZ']],
			'new levels are counted, not refused',
		);
		const named = await ingest(
			'again.csv',
			day(300, 50, (fields, row) => (row === 0 ? fields.with(2, 'YY') : fields)),
			'--schema-policy',
			'country=freeze',
		);
		assert.equal(named.code, 3);
		assert.match(named.stderr, /Column "country": 1 new value, in 2 % of the cells\./);
		assert.doesNotMatch(named.stderr, /YY/, 'errors hold no values');
	});

	test('loses only the rows or the values that do not fit, each accounted for', async (t) => {
		const folder = workFolder(t);
		const ingest = ingester(folder);
		await ingest('day1.csv', day(0, 200));
		const spoil = (fields: string[], row: number) => (row === 7 ? fields.with(1, '"12,50 or so"') : fields);
		const rows = await ingest('day2.csv', `${day(200, 50, spoil)}one,two\n`, '--schema-policy', 'discard-row');
		assert.equal(rows.code, 0, rows.stderr);
		assert.match(rows.stdout, /\[discard-row: rows left out\]/);
		const { rows_total, rows_loaded, rows_rejected } = latest(folder);
		assert.deepEqual([rows_total, rows_loaded, rows_rejected], [51, 49, 2]);
		const rejects = query(
			folder,
			'select line_number, byte_offset, column_name, error_type, raw_text from rejects order by line_number',
		);
		const before = day(200, 50, spoil).split('\n').slice(0, 8).join('\n').length + 1;
		assert.deepEqual(rejects, [
			{
				line_number: 9,
				byte_offset: before,
				column_name: 'amount',
				error_type: 'SCHEMA_TYPE',
				raw_text: 'P207,"12,50 or so",FR',
			},
			{
				line_number: 52,
				byte_offset: day(200, 50, spoil).length,
				column_name: 'country',
				error_type: 'MISSING_COLUMNS',
				raw_text: 'one,two',
			},
		]);
		const values = await ingest('day3.csv', day(300, 50, spoil), '--schema-policy', 'amount=discard-value');
		assert.equal(values.code, 0, values.stderr);
		assert.match(values.stdout, /mended: Values of column "amount" that the schema policy leaves out: 1\./);
		assert.equal(latest(folder).rows_loaded, 50);
		const [record] = query<{ data_json: string }>(
			folder,
			`select data_json from records where data_json like '%P307%'`,
		);
		assert.equal((JSON.parse(record?.data_json ?? '{}') as { amount: unknown }).amount, null);
		const tooMany = await ingest(
			'day4.csv',
			day(400, 50, (fields) => fields.with(1, 'x')),
			'--schema-policy',
			'amount=discard-row',
		);
		assert.equal(tooMany.code, 3);
		assert.match(tooMany.stderr, /REJECTS_OVER_LIMIT.*50 of 50 rows \(100\.0 %\) are left out/);
	});

	test('is held back whole where the policy quarantines it: registered with the difference, nothing loaded', async (t) => {
		const folder = workFolder(t);
		const ingest = ingester(folder);
		await ingest('day1.csv', day(0, 200));
		const cents = day(200, 50, (fields) => fields.with(1, String(Number(fields[1]) * 100)));
		const held = await ingest('cents.csv', cents, '--schema-policy', 'quarantine');
		assert.equal(held.code, 3);
		assert.match(held.stderr, /^error SCHEMA_QUARANTINED data set ds-\w+: nothing of the file was loaded/);
		assert.match(held.stderr, /Column "amount": \d+ % of the values lie outside of what was usual/);
		assert.match(held.stderr, /--schema-policy evolve/);
		const row = latest(folder);
		assert.deepEqual([row.status, row.rows_loaded, row.rows_rejected], ['quarantined', 0, 50]);
		assert.match(row.schema_changes_json ?? '', /"type":"range"/);
		const ids = query<{ dataset_id: string }>(folder, `select dataset_id from datasets where status = 'quarantined'`);
		const id = ids[0]?.dataset_id as string;
		assert.equal(query(folder, `select * from records where dataset_id = '${id}'`).length, 0);
		assert.deepEqual(query(folder, `select error_type from rejects where dataset_id = '${id}'`), [
			{ error_type: 'SCHEMA_QUARANTINED' },
		]);
		const trained = await runProgram(['train', '--dataset', id, '-q'], { cwd: folder });
		assert.equal(trained.code, 5);
		assert.match(trained.stderr, /quarantined: nothing of it was loaded/);
		const letIn = await ingest('cents.csv', cents, '--schema-policy', 'evolve');
		assert.equal(letIn.code, 0, letIn.stderr);
		assert.equal(latest(folder).rows_loaded, 50);
		const unknown = await ingest('day3.csv', day(300, 5), '--schema-policy', 'amonut=freeze');
		assert.equal(unknown.code, 2);
		assert.match(unknown.stderr, /COLUMN_UNKNOWN.*\nhint: Did you mean "amount"\?/);
	});
});

/** Rows whose columns belong together, which a model can learn. */
function orders(first: number, rows: number): string[][] {
	return Array.from({ length: rows }, (_, row) => {
		const id = first + row;
		const tier = (id * 7) % 4;
		return [`O${id}`, String(tier * 100 + ((id * 13) % 10)), COUNTRIES[tier] as string, String(tier * 2 + (id % 2))];
	});
}

function csv(header: string, rows: readonly string[][]): string {
	return `${header}\n${rows.map((row) => row.join(',')).join('\n')}\n`;
}

test('a model scores what the policy makes of a table with other columns', async (t) => {
	const folder = workFolder(t);
	const run = (...args: string[]) => runProgram([...args, '-q'], { cwd: folder });
	writeFileSync(join(folder, 'day1.csv'), csv('id,amount,country,items', orders(0, 120)));
	const trained = await run('train', 'day1.csv', '--steps', '10', '--key', 'id', '--json');
	assert.equal(trained.code, 0, trained.stderr);
	const { modelId } = JSON.parse(trained.stdout) as { modelId: string };
	const score = (file: string, text: string, ...args: string[]) => {
		writeFileSync(join(folder, file), text);
		return run('score', file, '--model', modelId, '--key', 'id', ...args);
	};
	const added = csv(
		'id,amount,country,items,device',
		orders(200, 30).map((row) => [...row, 'x']),
	);
	const refused = await score('added.csv', added);
	assert.equal(refused.code, 3);
	assert.match(refused.stderr, /differ from those of model day1@1\. Column "device" was not there before\./);
	assert.equal(query(folder, 'select * from datasets').length, 1, 'what is refused is not stored');
	const dropped = csv(
		'device,country,amount,id',
		orders(200, 30).map(([id, amount, country]) => ['x', country, amount, id] as string[]),
	);
	for (const policy of ['evolve', 'discard-value']) {
		const scored = await score(`${policy}.csv`, dropped, '--schema-policy', policy);
		assert.equal(scored.code, 0, scored.stderr);
		assert.match(scored.stdout, /Column "items" \(integer\) is missing\./);
	}
	assert.equal(query(folder, 'select * from scores').length, 60);
	const [evolved] = query<{ dataset_id: string }>(folder, `select dataset_id from datasets where name = 'evolve'`);
	const stored = ['score', '--dataset', evolved?.dataset_id as string, '--model', modelId, '--key', 'id'];
	const again = await run(...stored, '--schema-policy', 'discard-row');
	assert.equal(again.code, 3, again.stderr);
	assert.match(again.stderr, /cannot be left out or held back: score the file instead/);
});
