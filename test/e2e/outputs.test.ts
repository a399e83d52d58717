import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import type { FileProvenance, Provenance } from '../../src/contracts/provenance.ts';
import { query, runProgram, startProgram, workFolder } from './run-program.ts';

const ROWS = 200;

/** A table with a column of each type, and cells that are missing. */
function makeTable(): string {
	const rows = Array.from({ length: ROWS }, (_, row) => {
		const day = String(1 + (row % 28)).padStart(2, '0');
		return [
			(row * 7) % 90,
			((row * 13) % 100) / 4,
			row % 3 === 0,
			`2026-03-${day}`,
			row % 10 === 0 ? '' : ['DE', 'FR', '"Ö" 😀'.replaceAll('"', '""')][row % 3],
		].map((cell) => (String(cell).includes('"') ? `"${cell}"` : cell));
	});
	return `${['age', 'price', 'member', 'joined', 'country'].join(',')}\n${rows.map((row) => row.join(',')).join('\n')}\n`;
}

describe('generated rows are handed out', () => {
	const folder = workFolder({ after });
	let model: string;
	let source: string;

	async function program(...args: string[]) {
		const ended = await runProgram(args, { cwd: folder });
		assert.equal(ended.code, 0, ended.stderr);
		return ended;
	}
	// Twenty steps make no model whose rows could be handed out.
	const override = ['--override', 'the formats are what is tested'];
	const generate = (file: string, ...more: string[]) =>
		program('generate', model, '--rows', '150', '--seed', '3', '--out', file, ...override, ...more);
	const bytesOf = (file: string) => readFileSync(join(folder, file));
	const provenanceOf = (file: string) =>
		JSON.parse(readFileSync(join(folder, `${file}.provenance.json`), 'utf8')) as FileProvenance;
	const shardFiles = () =>
		readdirSync(join(folder, '.counterfoil/artifacts'), { recursive: true, encoding: 'utf8' }).filter((name) =>
			name.endsWith('.arrow'),
		);

	before(async () => {
		source = makeTable();
		writeFileSync(join(folder, 'people.csv'), source);
		await program('train', 'people.csv', '--steps', '20');
		model = query<{ model_id: string }>(folder, 'select model_id from models')[0]?.model_id ?? '';
	});

	test('as Parquet with types, and with what they were made from beside it and in it', async () => {
		const shards = shardFiles();
		await generate('rows.parquet', '--where', 'country in DE, FR', '--temperature', '0.9');
		const file = bytesOf('rows.parquet');
		const buffer = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength);
		const rows = await parquetReadObjects({ file: buffer });
		assert.equal(rows.length, 150);
		assert.ok(rows.every((row) => ['DE', 'FR'].includes(row.country)));
		assert.deepEqual(
			[typeof rows[0]?.age, typeof rows[0]?.price, typeof rows[0]?.member, rows[0]?.joined instanceof Date],
			['bigint', 'number', 'boolean', true],
		);

		const { file: written, runId, syntheticTableId, writtenAt, ...made } = provenanceOf('rows.parquet');
		const sha256 = createHash('sha256').update(file).digest('hex');
		assert.deepEqual(written, { name: 'rows.parquet', format: 'parquet', rows: 150, bytes: file.byteLength, sha256 });
		assert.ok(Date.parse(writtenAt) > 0);
		assert.equal(made.model.name, 'people@1');
		assert.equal(made.trainingData.sha256, createHash('sha256').update(source).digest('hex'));
		assert.deepEqual(made.request, { rows: 150, where: ['country in DE, FR'], temperature: 0.9 });
		assert.deepEqual([made.seed, made.config.generator.steps], [3, 20]);
		assert.match(made.release?.verdict ?? '', /^(release|refuse)$/);
		const [kept] = parquetMetadata(buffer).key_value_metadata ?? [];
		assert.equal(kept?.key, 'counterfoil.provenance');
		assert.deepEqual(JSON.parse(kept?.value ?? '') as Provenance, made);

		const [table] = query<{ run_id: string; artifact_uri: string; sha256: string }>(
			folder,
			`select * from synthetic_tables where synthetic_table_id = '${syntheticTableId}'`,
		);
		assert.deepEqual([table?.run_id, table?.sha256], [runId, sha256]);
		assert.match(table?.artifact_uri ?? '', /^file:.*rows\.parquet$/);
		assert.deepEqual(shardFiles(), shards, 'the stored rows are gone once the file is there');
		assert.equal(query(folder, 'select * from synthetic_rows').length, 0);
	});

	test('killed on the way, the same command goes on and writes the same bytes; `runs resume` says so', async () => {
		// More than one shard.
		const many = (file: string) => ['generate', model, '--rows', '70000', '--out', file, ...override];
		const started = startProgram([...many('killed.csv'), '--seed', '2'], { cwd: folder });
		await started.untilStderr(/generating rows/);
		started.kill('SIGKILL');
		await started.ended;
		const [run] = query<{ run_id: string }>(folder, "select run_id from runs where status = 'running'");
		const resumed = await runProgram(['runs', 'resume', run?.run_id ?? ''], { cwd: folder });
		assert.equal(resumed.code, 2);
		assert.match(resumed.stderr, /give the command that began it again/);

		const again = await program(...many('killed.csv'), '--seed', '2', '--no-provenance');
		assert.match(again.stderr, new RegExp(`going on with run ${run?.run_id}`));
		await program(...many('undisturbed.csv'), '--seed', '2', '--no-provenance');
		assert.deepEqual(bytesOf('killed.csv'), bytesOf('undisturbed.csv'));
	});

	test('in every format the same rows, the same bytes for the same seed, without provenance where that is asked for', async () => {
		await generate('rows.csv', '--no-provenance');
		assert.ok(!existsSync(join(folder, 'rows.csv.provenance.json')));
		await generate('rows.jsonl');
		const shown = await program(
			'generate',
			model,
			'--rows',
			'150',
			'--seed',
			'3',
			'--format',
			'jsonl',
			'-q',
			...override,
		);
		assert.equal(shown.stdout, bytesOf('rows.jsonl').toString());
		const [header, ...lines] = bytesOf('rows.csv').toString().trimEnd().split('\n');
		const objects = shown.stdout.trimEnd().split('\n');
		assert.equal(objects.length, lines.length);
		for (const [row, text] of objects.entries()) {
			const object = JSON.parse(text) as Record<string, unknown>;
			assert.deepEqual(Object.keys(object), header?.split(','));
			assert.equal(String(object.age), lines[row]?.split(',')[0]);
		}
	});

	test('not where no row could meet what is asked for, which is told before a run is noted, and in a dry run', async () => {
		const runs = () => query<{ n: number }>(folder, 'select count(*) as n from runs')[0]?.n;
		const before = runs();
		for (const asked of [
			['--where', 'contry=DE'],
			['--where', 'country=XX'],
			['--where', 'age>1000'],
			['--balance', 'joined'],
		]) {
			for (const dry of [[], ['--dry-run']]) {
				const refused = await runProgram(['generate', model, '--rows', '5', ...asked, ...dry], { cwd: folder });
				assert.equal(refused.code, 2, refused.stderr);
				assert.match(refused.stderr, /^error CONDITION_INVALID column "\w+": .*\nhint: /);
			}
		}
		assert.equal(runs(), before);
	});

	test('not as what cannot be read again', async () => {
		const refused = await runProgram(['generate', model, '--rows', '5', '--out', 'x.parquet.gz'], { cwd: folder });
		assert.equal(refused.code, 2);
		assert.match(refused.stderr, /USAGE.*cannot be gzipped/);
		assert.ok(!existsSync(join(folder, 'x.parquet.gz')));
	});

	test('shards that another table has too stay when a file is written', async () => {
		await program('augment', model, '--rows', '40', '--seed', '5', ...override);
		const kept = shardFiles();
		await program('generate', model, '--rows', '40', '--seed', '5', '--out', 'shared.csv', ...override);
		assert.deepEqual(shardFiles(), kept);
		assert.equal(query(folder, 'select * from synthetic_rows').length, 40);
	});

	test('into a table of the database with typed columns, replaced only where that is asked for', async () => {
		const fill = (...more: string[]) =>
			runProgram(['augment', model, '--rows', '60', '--table', 'people two', ...override, ...more], { cwd: folder });
		const before = query(folder, 'select * from synthetic_rows').length;
		const first = await fill('--seed', '8');
		assert.equal(first.code, 0, first.stderr);
		assert.match(first.stdout, /60 rows in .*: table people two/);
		const stored = query<Record<string, unknown>>(folder, 'select * from "people two" order by row_number');
		assert.deepEqual(Object.keys(stored[0] ?? {}), ['row_number', 'age', 'price', 'member', 'joined', 'country']);
		assert.deepEqual(
			stored.map(({ row_number }) => row_number),
			Array.from({ length: 60 }, (_, row) => row + 1),
		);
		assert.ok(
			stored.every(({ member, joined }) => (member === 0 || member === 1) && /^2026-03-\d\d$/.test(String(joined))),
		);
		assert.equal(query(folder, 'select * from synthetic_rows').length, before);

		const refused = await fill('--seed', '9');
		assert.equal(refused.code, 5, refused.stderr);
		assert.match(refused.stderr, /TABLE_EXISTS.*people two/);
		const records = await runProgram(['augment', model, '--rows', '5', '--table', 'records', '--replace'], {
			cwd: folder,
		});
		assert.equal(records.code, 5, records.stderr);
		const replaced = await fill('--seed', '9', '--replace');
		assert.equal(replaced.code, 0, replaced.stderr);
		assert.notDeepEqual(query(folder, 'select * from "people two" order by row_number'), stored);
		const named = query<{ table_name: string; provenance_json: string }>(
			folder,
			'select * from synthetic_tables where table_name is not null',
		);
		assert.deepEqual(
			named.map(({ table_name }) => table_name),
			['people two'],
		);
		assert.equal((JSON.parse(named[0]?.provenance_json ?? '{}') as Provenance).seed, 9);
	});
});
