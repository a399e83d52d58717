import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { query, runProgram, type StartedProgram, startProgram, workFolder } from './run-program.ts';
import { startTemporal } from './temporal-server.ts';

const FLAGS = ['--label', 'is_fraud', '--ignore', 'fraud_kind', '--key', 'payment_id', '--steps', '20'];

describe('schedules', () => {
	const folder = workFolder({ after });
	const incoming = join(folder, 'incoming');
	let env: NodeJS.ProcessEnv = { TEMPORAL_ADDRESS: '127.0.0.1:9' };
	let stopServer: () => Promise<void>;
	let worker: StartedProgram;

	const program = async (...args: string[]) => {
		const ended = await runProgram(args, { cwd: folder, env });
		assert.equal(ended.code, 0, ended.stderr);
		return ended.stdout;
	};
	const put = (from: string, name: string) => {
		copyFileSync(join(folder, from), join(incoming, name));
		const at = Date.now() / 1_000 - 60;
		utimesSync(join(incoming, name), at, at);
	};
	const items = () =>
		query<{ state: string; path: string | null; run_id: string | null }>(
			folder,
			'select state, path, run_id from schedule_items order by path, taken_at',
		);
	const until = async (isTrue: () => boolean) => {
		for (let tries = 0; !isTrue(); tries++) {
			assert.ok(tries < 600, JSON.stringify(items()));
			await sleep(200);
		}
	};
	const create = ['schedule', 'create', 'hourly', '--model', 'payments', '--files', 'incoming', '--every', '1h'];

	before(async () => {
		mkdirSync(incoming);
		await program('simulate', 'payments', '--rows', '400', '--out', 'payments.csv');
		await program('simulate', 'payments', '--rows', '120', '--seed', '5', '--out', 'first.csv');
		await program('simulate', 'payments', '--rows', '130', '--seed', '6', '--out', 'second.csv');
		await program('train', 'payments.csv', ...FLAGS);
	});
	after(async () => {
		worker?.kill('SIGKILL');
		await stopServer?.();
	});

	test('without Temporal the command tells what to give to cron', async () => {
		const ended = await runProgram(create, { cwd: folder, env });
		assert.equal(ended.code, 1);
		assert.match(ended.stderr, /TEMPORAL_UNREACHABLE/);
		assert.match(ended.stderr, /0 \*\/1 \* \* \* cd .* && \S*counterfoil score incoming --model payments --quiet/);
		assert.deepEqual(query(folder, 'select * from schedules'), []);
	});

	test('what is new in a folder is scored once, whatever it is called', async () => {
		const server = await startTemporal();
		env = server.env;
		stopServer = server.stop;
		worker = startProgram(['worker'], { cwd: folder, env });
		await worker.untilStderr(/ready/);
		put('first.csv', 'monday.csv');
		put('first.csv', 'monday-sent-again.csv');
		await program(
			...create,
			'--key',
			'payment_id',
			'--settle',
			'10s',
			'--keep-scores',
			'1',
			'--keep-shards',
			'1',
			'--keep-runs',
			'1',
		);
		const twice = await runProgram([...create, '--key', 'payment_id'], { cwd: folder, env });
		assert.equal(twice.code, 5, twice.stderr);
		await program('schedule', 'trigger', 'hourly');
		await until(() => items().filter(({ state }) => state === 'done').length === 1);
		assert.deepEqual(
			items()
				.map(({ state }) => state)
				.sort(),
			['done', 'repeated'],
		);
		put('second.csv', 'tuesday.csv');
		writeFileSync(join(incoming, 'broken.csv'), 'other,columns\n1,2\n');
		utimesSync(join(incoming, 'broken.csv'), 1, 1);
		await program('schedule', 'trigger', 'hourly');
		await until(() => {
			const now = items();
			return now.length === 4 && now.every(({ state }) => state !== 'taken');
		});
		assert.deepEqual(
			items()
				.map(({ state }) => state)
				.sort(),
			['done', 'done', 'failed', 'repeated'],
		);
		const scored = query<{ name: string; n: number }>(
			folder,
			`select name, count(*) as n from scores join datasets using (dataset_id) group by name order by name`,
		);
		assert.deepEqual(
			scored.map(({ n }) => n),
			[120, 130],
		);
	});

	test('it is listed, paused and resumed', async () => {
		const listed = async () => {
			const [first] = JSON.parse(await program('schedule', 'list', '--json')) as {
				task: { kind: string };
				state: { isPaused: boolean; next: string[]; recent: unknown[] };
			}[];
			return first;
		};
		const on = await listed();
		assert.equal(on?.task.kind, 'score');
		assert.equal(on?.state.isPaused, false);
		assert.ok((on?.state.next.length ?? 0) > 0 && on?.state.recent.length === 2);
		await program('schedule', 'pause', 'hourly');
		assert.equal((await listed())?.state.isPaused, true);
		await program('schedule', 'resume', 'hourly');
		assert.match(await program('schedule', 'list'), /hourly +score by payments .*incoming +on /);
	});

	test('rows are generated for every time that was missed, other ones each time', async () => {
		const rows = ['--rows', '20', '--override', 'for a test', '--every', '1h'];
		await program('schedule', 'create', 'rows', '--do', 'augment', '--model', 'payments', ...rows);
		await program('schedule', 'backfill', 'rows', '--from', '2026-11-01T00:30Z', '--to', '2026-11-01T02:30Z');
		await until(() => items().filter(({ state, path }) => state === 'done' && path === null).length === 2);
		const seeds = query<{ seed: number }>(folder, `select seed from runs where kind = 'augment' order by seed`);
		assert.deepEqual(
			seeds.map(({ seed }) => seed),
			[1, 2],
		);
	});

	test('a deleted one is gone, and what it made stays', async () => {
		await program('schedule', 'delete', 'hourly');
		const gone = await runProgram(['schedule', 'trigger', 'hourly'], { cwd: folder, env });
		assert.equal(gone.code, 2);
		assert.match(gone.stderr, /NOT_FOUND/);
		assert.equal(query<{ n: number }>(folder, 'select count(*) as n from scores')[0]?.n, 250);
	});
});
