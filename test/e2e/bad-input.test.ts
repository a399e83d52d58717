import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Ended, query, runProgram, startProgram, workFolder } from './run-program.ts';

const ESCAPE = '\u001b';

/** `rows` records with a key, numbers, levels, dates and a label that hardly ever says yes. */
function customers(rows: number): string {
	const lines = Array.from({ length: rows }, (_, i) => {
		const amount = ((i * 7919) % 1000) / 10 + (i % 3) * 40;
		const day = String((i % 28) + 1).padStart(2, '0');
		return `C${i},${20 + ((i * 13) % 50)},${['DE', 'FR', 'IT'][i % 3]},${amount.toFixed(1)},2024-03-${day},${i % 40 === 0 ? 1 : 0}`;
	});
	return `${['id,age,country,amount,joined,label', ...lines].join('\n')}\n`;
}

/** Has to have ended with `exitCode` and an error that says what, where and what to do. */
function assertRefused(ended: Ended, exitCode: number, code: string, where: string, hint: RegExp): void {
	assert.equal(ended.code, exitCode, ended.stderr);
	const lines = ended.stderr.trimEnd().split('\n');
	const error = lines.find((line) => line.startsWith(`error ${code} `)) ?? '';
	assert.ok(error.slice(0, error.indexOf(': ')).includes(where), `${code} at ${where} in:\n${ended.stderr}`);
	const [hinted = '', docs = ''] = lines.slice(-2);
	assert.match(hinted, /^hint: /);
	assert.match(hinted, hint);
	assert.ok(docs.startsWith('docs: ') && docs.endsWith(`#${code}`), docs);
	assert.equal(ended.stdout, '');
	assert.ok(!ended.stderr.includes(ESCAPE), 'no colours in a pipe');
}

/** Nothing of a table that was refused is in the database, and what is there adds up. */
function assertNothingLoaded(folder: string): void {
	if (!existsSync(join(folder, '.counterfoil/counterfoil.db'))) return;
	const [found] = query<Record<string, number>>(
		folder,
		`select (select count(*) from datasets) as datasets, (select count(*) from records) as records,
			(select count(*) from runs where status in ('running', 'queued')) as running`,
	);
	assert.deepEqual({ ...found }, { datasets: 0, records: 0, running: 0 });
}

const parquet = Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(64), Buffer.from('PAR1')]);
const zipped = gzipSync(customers(500));

const UNREADABLE: readonly (readonly [
	what: string,
	file: string,
	content: string | Buffer,
	code: string,
	hint: RegExp,
])[] = [
	['an empty file', 'empty.csv', '', 'TABLE_EMPTY', /header and rows/],
	['a header alone', 'header.csv', 'a,b,c\n', 'TABLE_EMPTY', /--no-header/],
	[
		'a gzip file that is cut short',
		'cut.csv.gz',
		zipped.subarray(0, zipped.length / 2),
		'INPUT_COMPRESSION_DAMAGED',
		/gzip -dc/,
	],
	['Parquet that is cut short', 'table.parquet', parquet, 'PARQUET_UNREADABLE', /convert it to CSV/],
	['a JSON array that is cut short', 'table.csv', '[{"a": 1, "b": 2}, {"a": 3, ', 'JSON_UNREADABLE', /JSON Lines/],
	[
		'bytes that are not text',
		'noise.csv',
		Buffer.from(Uint8Array.from({ length: 999 }, (_, i) => (i * 7) % 19)),
		'CSV_UNREADABLE',
		/CSV/,
	],
];

describe('what cannot be read is refused with code, place and hint, and leaves nothing behind', {
	concurrency: 2,
}, () => {
	for (const [what, file, content, code, hint] of UNREADABLE) {
		test(what, async (t) => {
			const folder = workFolder(t);
			writeFileSync(join(folder, file), content);
			assertRefused(await runProgram(['ingest', file], { cwd: folder }), 4, code, file, hint);
			assertNothingLoaded(folder);
		});
	}

	test('a file that is not there, and an empty folder, before anything is made', async (t) => {
		const folder = workFolder(t);
		mkdirSync(join(folder, 'folder.csv'));
		writeFileSync(join(folder, 'customers.csv'), customers(3));
		const missing = await runProgram(['ingest', 'custmers.csv'], { cwd: folder });
		assertRefused(missing, 4, 'INPUT_NOT_FOUND', 'custmers.csv', /did you mean customers\.csv\?/);
		const notFile = await runProgram(['ingest', 'folder.csv'], { cwd: folder });
		assertRefused(notFile, 4, 'INPUT_NOT_FOUND', 'folder.csv', /csv/);
		assert.deepEqual(readdirSync(folder).sort(), ['customers.csv', 'folder.csv']);
	});
});

interface DatasetRow {
	readonly name: string;
	readonly rows_total: number;
	readonly rows_loaded: number;
	readonly rows_rejected: number;
	readonly names: string;
	readonly repairs: string;
	readonly records: number;
	readonly rejects: number;
}

const hundred = <T>(row: (i: number) => T): T[] => Array.from({ length: 100 }, (_, i) => row(i));

const MENDED: readonly {
	readonly name: string;
	readonly content: string | Buffer;
	readonly rejected?: number;
	readonly names?: readonly string[];
	readonly repair?: string;
}[] = [
	{
		name: 'names',
		content: `a,a,,b\n${hundred((i) => `${i % 7},${i % 5},${i % 3},x`).join('\n')}\n`,
		names: ['a', 'a_2', 'column_3', 'b'],
		repair: 'COLUMN_NAME_DUPLICATE',
	},
	{ name: 'ragged', content: `a,b\n${hundred((i) => (i % 20 === 0 ? `${i}` : `${i},x`)).join('\n')}\n`, rejected: 5 },
	{
		name: 'latin1',
		content: Buffer.from(
			`city,v\n${hundred((i) => `${['K\u00f6ln', 'Z\u00fcrich'][i % 2]},${i % 9}`).join('\n')}\n`,
			'latin1',
		),
		repair: 'ENCODING_ASSUMED',
	},
	{
		name: 'infinite',
		content: `a,b\n${hundred((i) => `${['inf', '-Infinity', 'NaN', '1e999', i][i % 5]},${i % 7}`).join('\n')}\n`,
	},
	{
		name: 'levels',
		content: `level,x\n${Array.from({ length: 12_000 }, (_, i) => `L${i % 10_000},${i % 9}`).join('\n')}\n`,
	},
	{
		name: 'hostile',
		content: `__proto__,"x""; drop table records; --",<script>alert(1)</script>\n${hundred((i) => `${i % 5},a,<b>${i % 3}</b>`).join('\n')}\n`,
		names: ['__proto__', 'x"; drop table records; --', '<script>alert(1)</script>'],
	},
	{
		name: 'wide',
		content: `${Array.from({ length: 2500 }, (_, i) => `c${i}`)}\n${Array.from({ length: 30 }, (_, i) => new Array(2500).fill(i % 6).join(',')).join('\n')}\n`,
	},
];

test('odd tables are read with what was mended or rejected on record, and every row is accounted for', async (t) => {
	const folder = workFolder(t);
	for (const { name, content } of MENDED) {
		writeFileSync(join(folder, `${name}.csv`), content);
	}
	const read = async (tables: typeof MENDED) => {
		for (const { name } of tables) {
			const ended = await runProgram(['ingest', `${name}.csv`, '--json'], { cwd: folder });
			assert.deepEqual([ended.code, ended.stderr], [0, ''], name);
			assert.equal(typeof JSON.parse(ended.stdout).datasetId, 'string');
		}
	};
	// Two at a time into one database, which neither of them finds there.
	const half = Math.ceil(MENDED.length / 2);
	await Promise.all([read(MENDED.slice(0, half)), read(MENDED.slice(half))]);
	const rows = query<DatasetRow>(
		folder,
		`select d.name, rows_total, rows_loaded, rows_rejected,
			(select json_group_array(json_extract(value, '$.name')) from json_each(columns_json)) as names,
			repairs_json as repairs,
			(select count(*) from records r where r.dataset_id = d.dataset_id) as records,
			(select count(*) from rejects j where j.dataset_id = d.dataset_id) as rejects
		from datasets d`,
	);
	assert.equal(rows.length, MENDED.length);
	for (const { name, content, rejected = 0, names, repair } of MENDED) {
		const row = rows.find((candidate) => candidate.name === name) as DatasetRow;
		const lines = content.toString('latin1').trimEnd().split('\n').length - 1;
		assert.deepEqual(
			[row.rows_total, row.rows_loaded, row.rows_rejected, row.records, row.rejects],
			[lines, lines - rejected, rejected, lines - rejected, rejected],
			name,
		);
		if (names !== undefined) assert.deepEqual(JSON.parse(row.names), names);
		if (repair !== undefined) assert.ok(row.repairs.includes(repair), row.repairs);
	}
});

test('too many rejects refuse the table, and it is read once more are allowed', async (t) => {
	const folder = workFolder(t);
	writeFileSync(join(folder, 'ragged.csv'), `a,b\n${hundred((i) => (i % 10 === 0 ? '1' : `${i},x`)).join('\n')}\n`);
	const refused = await runProgram(['ingest', 'ragged.csv', '--max-rejects', '1%'], { cwd: folder });
	assertRefused(refused, 3, 'REJECTS_OVER_LIMIT', 'ragged.csv:2', /--max-rejects/);
	assert.deepEqual({ ...query<object>(folder, 'select count(*) as records from records')[0] }, { records: 0 });
	const [, kept = ''] = /rejects (ds-\w+) lists them/.exec(refused.stderr) ?? [];
	const listed = await runProgram(['rejects', kept, '--json'], { cwd: folder });
	const { isRefused, types, rejects } = JSON.parse(listed.stdout);
	assert.deepEqual([isRefused, types, rejects.length], [true, [{ reason: 'MISSING_COLUMNS', count: 10 }], 10]);
	assert.deepEqual(
		[rejects[0].line_number, rejects[0].byte_offset, rejects[0].column_name, rejects[0].raw_text],
		[2, 4, 'b', '1'],
	);
	const scored = await runProgram(['train', '--dataset', kept], { cwd: folder });
	assert.match(scored.stderr, /RUN_STATE/);
	const read = await runProgram(['ingest', 'ragged.csv', '--max-rejects', '10%'], { cwd: folder });
	assert.equal(read.code, 0, read.stderr);
	assert.match(read.stdout, /90 records, 10 rejects/);
	const [, datasetId = ''] = /why: \S+ rejects (\S+)/.exec(read.stdout) ?? [];
	const why = await runProgram(['rejects', datasetId, '--limit', '3'], { cwd: folder });
	assert.match(why.stdout, /90 rows loaded, 10 rejects\n {2}10 MISSING_COLUMNS\n/);
	assert.match(why.stdout, /^ +2 +4 {2}b +MISSING_COLUMNS {2}1 of 2 fields are there\. {2}1$/m);
	assert.match(why.stderr, /the first 3 rows/);
	const checked = await runProgram(['db', 'check'], { cwd: folder });
	assert.equal(checked.code, 0, checked.stderr);
});

test('a limit may be a number of rows, and the first reject may end the run', async (t) => {
	const folder = workFolder(t);
	writeFileSync(join(folder, 'ragged.csv'), `a,b\n${hundred((i) => (i % 10 === 3 ? 'x,"1' : `${i},x`)).join('\n')}\n`);
	const over = await runProgram(['ingest', 'ragged.csv', '--max-rejects', '9'], { cwd: folder });
	assertRefused(over, 3, 'REJECTS_OVER_LIMIT', 'ragged.csv:5', /rejects ds-/);
	const first = await runProgram(['ingest', 'ragged.csv', '--on-error', 'fail'], { cwd: folder });
	assertRefused(first, 3, 'REJECTS_OVER_LIMIT', 'ragged.csv:5 (byte ', /--on-error reject/);
	assert.equal((await runProgram(['ingest', 'ragged.csv', '--max-rejects', '10'], { cwd: folder })).code, 0);
	writeFileSync(join(folder, 'none.csv'), 'a,b\n1\n2\n3\n');
	const none = await runProgram(['ingest', 'none.csv'], { cwd: folder });
	assertRefused(none, 4, 'TABLE_EMPTY', 'none.csv', /rejects ds-/);
	const rejects = query<{ name: string; n: number }>(
		folder,
		'select name, count(*) as n from rejects join datasets using (dataset_id) group by dataset_id order by name',
	);
	assert.deepEqual(
		rejects.map(({ name, n }) => [name, n]),
		[
			['none', 3],
			['ragged', 10],
			['ragged', 10],
		],
	);
});

describe('choices that do not fit are refused before training', { concurrency: 2 }, () => {
	const WRONG: readonly (readonly [flags: string, exitCode: number, code: string, where: string, hint: RegExp])[] = [
		['--label lable', 2, 'COLUMN_UNKNOWN', 'column "lable"', /Did you mean "label"\?/],
		['--key xyzxyz', 2, 'COLUMN_UNKNOWN', 'column "xyzxyz"', /The columns are: id, age/],
		['--ignore agee,country', 2, 'COLUMN_UNKNOWN', 'column "agee"', /Did you mean "age"\?/],
		['--label-positive 1', 2, 'CONFIG_INVALID', '--label-positive', /--label/],
		['--label label --label-positive maybe', 2, 'CONFIG_INVALID', 'column "label"', /--label-positive/],
		['--key id --label id', 2, 'CONFIG_INVALID', 'column "id"', /leave one of them out/],
		['--label label --ignore label', 2, 'CONFIG_INVALID', 'column "label"', /needs no --ignore/],
		['--encoding klingon', 2, 'CONFIG_INVALID', 'customers.csv', /utf-8/],
	];
	for (const [flags, exitCode, code, where, hint] of WRONG) {
		test(flags, async (t) => {
			const folder = workFolder(t);
			writeFileSync(join(folder, 'customers.csv'), customers(60));
			const ended = await runProgram(['ingest', 'customers.csv', '-q', ...flags.split(' ')], { cwd: folder });
			assertRefused(ended, exitCode, code, where, hint);
			assertNothingLoaded(folder);
		});
	}
});

describe('tables that nothing can be learnt from are refused before training', { concurrency: 2 }, () => {
	const UNTRAINABLE = {
		constant: `a,b\n${hundred(() => '1,x').join('\n')}\n`,
		missing: `a,b\n${hundred(() => ',').join('\n')}\n`,
		only_key: `id\n${hundred((i) => `ID-${1000 + i}`).join('\n')}\n`,
		one_row: 'a,b\n1,2\n',
	};
	for (const [name, content] of Object.entries(UNTRAINABLE)) {
		test(name, async (t) => {
			const folder = workFolder(t);
			writeFileSync(join(folder, `${name}.csv`), content);
			const ended = await runProgram(['train', `${name}.csv`, '-q', '--steps', '20'], { cwd: folder });
			assertRefused(ended, 4, 'TABLE_UNTRAINABLE', `${name}.csv`, /rows|column/);
		});
	}

	test('and after reading one, training is not suggested', async (t) => {
		const folder = workFolder(t);
		writeFileSync(join(folder, 'constant.csv'), UNTRAINABLE.constant);
		const ingested = await runProgram(['ingest', 'constant.csv'], { cwd: folder });
		assert.equal(ingested.code, 0, ingested.stderr);
		assert.ok(!ingested.stdout.includes('train --dataset'));
	});
});

test('two at once: the second is told so; Ctrl-C leaves a run that goes on where it was', async (t) => {
	const folder = workFolder(t);
	writeFileSync(join(folder, 'customers.csv'), customers(80));
	const command = ['train', 'customers.csv', '--steps', '20', '--key', 'id', '--label', 'label'];
	const first = startProgram(command, { cwd: folder });
	t.after(() => first.kill('SIGKILL'));
	await first.untilStderr(/looking at the columns: done/);
	const second = await runProgram([...command, '-q'], { cwd: folder });
	assertRefused(second, 5, 'RUN_ACTIVE', 'run ', /runs cancel/);
	first.kill('SIGINT');
	const stopped = await first.ended;
	assert.equal(stopped.code, 130, stopped.stderr);
	const [, runId = ''] = /hint: to go on: \S+ runs resume (\S+)/.exec(stopped.stderr) ?? [];
	assert.deepEqual(query(folder, 'select run_id, status from runs'), [{ run_id: runId, status: 'interrupted' }]);
	const resumed = await runProgram(['runs', 'resume', runId], { cwd: folder });
	assert.equal(resumed.code, 0, resumed.stderr);
	assert.match(resumed.stderr, /reading the table: done before/);

	const [model] = query<{ model_id: string }>(folder, 'select model_id from models');
	const id = model?.model_id ?? '';
	writeFileSync(join(folder, 'renamed.csv'), customers(60).replace('country', 'land'));
	writeFileSync(join(folder, 'retyped.csv'), customers(60).replaceAll(/^(C\d+),\d+/gm, '$1,old'));
	for (const [file, what] of [
		['renamed.csv', 'Column "country" is missing; the new column "land" looks like a rename of it.'],
		['retyped.csv', 'Column "age" was integer; 60 values are not a number (100 %).'],
	] as const) {
		const refused = await runProgram(['score', file, '--model', id, '-q'], { cwd: folder });
		assert.equal(refused.code, 3, refused.stderr);
		assert.ok(refused.stderr.startsWith('error SCHEMA_MISMATCH') && refused.stderr.includes(what), refused.stderr);
	}
	assert.equal(query(folder, 'select * from scores').length, 0, 'nothing of a refused table is scored');

	const WRONG: readonly (readonly [args: string, exitCode: number, code: string, says: RegExp])[] = [
		['--where contry=DE', 2, 'CONDITION_INVALID', /did you mean "country"\?/],
		['--where country=XX', 2, 'CONDITION_INVALID', /no such value/],
		['--where country=DE --where country=FR', 2, 'CONDITION_INVALID', /no value that meets the condition/],
		['--out .', 7, 'OUTPUT_NOT_WRITABLE', /a folder/],
		['--out nowhere/rows.csv', 2, 'USAGE', /mkdir -p nowhere/],
	];
	for (const [args, exitCode, code, says] of WRONG) {
		const refused = await runProgram(['generate', id, '--rows', '5', '-q', ...args.split(' ')], { cwd: folder });
		assert.equal(refused.code, exitCode, refused.stderr);
		assert.ok(refused.stderr.startsWith(`error ${code}`), refused.stderr);
		assert.match(refused.stderr, says);
	}
	assert.equal(query(folder, 'select * from synthetic_rows').length, 0);
});
