import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { type PostgresServer, postgresMissing, postgresServer } from '../postgres/postgres-server.ts';
import { runProgram, startProgram, workFolder } from './run-program.ts';

const FLAGS = ['--label', 'is_fraud', '--ignore', 'fraud_kind', '--key', 'payment_id', '--steps', '30', '--seed', '7'];
const PASSWORD = 'open-sesame';

describe('the main job on PostgreSQL', { skip: postgresMissing() }, () => {
	const folder = workFolder({ after });
	const database = `e2e_${process.pid}`;
	let server: PostgresServer;
	let table: string;
	/** With a password, which must be seen nowhere. */
	let url: string;
	let store: Store;

	const program = async (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
		const ended = await runProgram(args, { cwd: folder, env: { COUNTERFOIL_DB: url, ...env } });
		assert.equal(ended.code, 0, ended.stderr);
		assert.doesNotMatch(ended.stdout + ended.stderr, new RegExp(PASSWORD));
		return ended;
	};

	before(async () => {
		server = await postgresServer();
		await server.run(`create role ${database} login password '${PASSWORD}'`);
		await server.run(`create database ${database} owner ${database}`);
		url = server.url(database).replace('tester', `${database}:${PASSWORD}`);
		table = join(folder, 'payments.csv');
		await program(['simulate', 'payments', '--rows', '300', '--out', table]);
		await program(['run', table, ...FLAGS, '--db', url]);
		store = await openStore({ path: url, readonly: true });
	});

	after(async () => {
		await store?.close();
		await server?.run(`drop database if exists ${database} with (force)`);
		await server?.run(`drop role if exists ${database}`);
	});

	const scoresOf = (from: Store) =>
		from.reader
			.selectFrom('scores')
			.select(['record_key', 'score', 'severity', 'surprise', 'p_value', 'is_alert', 'reasons'])
			.orderBy('record_key')
			.execute();

	test('gives every record the same score, severity and reasons as on SQLite, to the last digit', async (t) => {
		const path = join(folder, 'sqlite', 'counterfoil.db');
		await program(['run', table, ...FLAGS, '--db', path]);
		const sqlite = await openStore({ path, readonly: true });
		t.after(() => sqlite.close());
		const scores = await scoresOf(store);
		assert.equal(scores.length, 300);
		assert.deepEqual(scores, await scoresOf(sqlite));
		const recordsOf = (from: Store) =>
			from.reader
				.selectFrom('records')
				.select(['row_number', 'record_key', 'data_json'])
				.orderBy('row_number')
				.execute();
		assert.deepEqual(await recordsOf(store), await recordsOf(sqlite));
		const metricsOf = (from: Store) =>
			from.reader
				.selectFrom('model_metrics')
				.select(['metric', 'part', 'value'])
				.where('metric', 'not like', '%seconds%')
				.orderBy('metric')
				.orderBy('part')
				.execute();
		assert.deepEqual(await metricsOf(store), await metricsOf(sqlite));
	});

	test('fills a queue that is worked on, with a log that is sound', async () => {
		const listed = JSON.parse((await program(['queue', 'list', '--json'])).stdout) as unknown;
		const queue = await store.reader.selectFrom('review_queue').selectAll().orderBy('priority', 'desc').execute();
		assert.ok(queue.length >= 3);
		assert.ok(JSON.stringify(listed).includes(queue[0]?.record_key ?? '?'));
		assert.ok(queue.every(({ top_reason }) => top_reason !== null));
		const claimed = await program(['queue', 'next', '--as', 'ann', '--json']);
		assert.ok(claimed.stdout.includes(queue[0]?.record_key ?? '?'));
		const audit = JSON.parse((await program(['audit', 'verify', '--json'])).stdout) as Record<string, unknown>;
		assert.equal(audit.problem ?? null, null);
	});

	test('explains and exports, with no password in what it stores', async () => {
		const run = await store.reader.selectFrom('runs').selectAll().executeTakeFirstOrThrow();
		assert.equal(run.status, 'succeeded');
		assert.doesNotMatch(JSON.stringify(run), new RegExp(PASSWORD));
		const explained = await program(['explain', run.run_id, '1', '--json']);
		assert.equal((JSON.parse(explained.stdout) as { recordKey: string }).recordKey.length > 0, true);
		await program(['export', 'scores', run.run_id, '--out', join(folder, 'scores.csv')]);
		assert.equal(readFileSync(join(folder, 'scores.csv'), 'utf8').trim().split('\n').length, 301);
		const listed = await program(['runs', 'list', '--json']);
		assert.match(listed.stdout, new RegExp(run.run_id));
	});

	test('makes rows, as a table of the database too', async () => {
		const model = await store.reader.selectFrom('models').select('model_id').executeTakeFirstOrThrow();
		const override = ['--override', 'a model of few steps'];
		await program(['augment', model.model_id, '--rows', '50', '--table', 'more payments', ...override]);
		await program(['augment', model.model_id, '--rows', '30', ...override]);
		await program(['augment', model.model_id, '--rows', '40', '--table', 'more payments', '--replace', ...override]);
		await program(['generate', model.model_id, '--rows', '20', '--out', join(folder, 'rows.csv'), ...override]);
		const made = await store.reader.introspection.getTables();
		const generated = made.find(({ name }) => name === 'more payments');
		assert.ok(generated?.columns.some(({ name, dataType }) => name === 'amount' && dataType === 'float8'));
		await server.run(
			`do $$ begin
				if (select count(*) from "more payments") <> 40 or (select count(*) from synthetic_rows) < 30 then
					raise exception 'rows are missing'; end if;
			end $$`,
			database,
		);
		assert.equal(readFileSync(join(folder, 'rows.csv'), 'utf8').trim().split('\n').length, 21);
	});

	test('goes on after it was killed, and gives what it would have given', async () => {
		const other = [...FLAGS.slice(0, -1), '8', '--name', 'again'];
		const started = startProgram(['run', table, ...other], { cwd: folder, env: { COUNTERFOIL_DB: url } });
		await started.untilStderr(/scor|train/i);
		started.kill('SIGKILL');
		await started.ended;
		await program(['run', table, ...other]);
		const runs = await store.reader
			.selectFrom('runs')
			.select(['status', 'run_id'])
			.where('seed', '=', 8)
			.where('kind', '=', 'pipeline')
			.execute();
		assert.deepEqual(
			runs.map(({ status }) => status),
			['succeeded'],
		);
		const { n } = await store.reader
			.selectFrom('scores')
			.select((select) => select.fn.countAll<number>().as('n'))
			.where('run_id', '=', runs[0]?.run_id ?? '')
			.executeTakeFirstOrThrow();
		assert.equal(n, 300);
	});

	test('says how the database is, and how it is copied', async () => {
		const status = JSON.parse((await program(['db', 'status', '--json'])).stdout) as Record<string, unknown>;
		assert.equal(status.dialect, 'postgres');
		assert.deepEqual(status.pending, []);
		await program(['db', 'migrate']);
		await program(['db', 'check']);
		const copied = await runProgram(['db', 'backup', 'copy.db'], { cwd: folder, env: { COUNTERFOIL_DB: url } });
		assert.equal(copied.code, 2);
		assert.match(copied.stderr, /pg_dump/);
		assert.doesNotMatch(copied.stderr, new RegExp(PASSWORD));
		const doctor = await runProgram(['doctor', '--json', '--backend', 'wasm'], {
			cwd: folder,
			env: { COUNTERFOIL_DB: url },
		});
		const { findings } = JSON.parse(doctor.stdout) as { findings: { name: string; status: string }[] };
		assert.equal(findings.find(({ name }) => name === 'PostgreSQL')?.status, 'ok');
		const wrong = url.replace(PASSWORD, `${PASSWORD}-not`).replace(database, 'guarded');
		const refused = await runProgram(['runs', 'list'], { cwd: folder, env: { COUNTERFOIL_DB: wrong } });
		assert.equal(refused.code, 7, refused.stderr);
		assert.doesNotMatch(refused.stderr, new RegExp(PASSWORD));
	});

	test('leaves no password in any file', () => {
		for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
			if (!entry.isFile()) continue;
			const path = join(entry.parentPath, entry.name);
			assert.ok(!readFileSync(path).includes(PASSWORD), path);
		}
	});
});
