import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { parse } from 'csv-parse/sync';
import { connect } from '../../src/client/connect.ts';
import { payloadsIn } from '../workflows/stub-worker.ts';
import { query, runProgram, type StartedProgram, scoreDigest, startProgram, workFolder } from './run-program.ts';
import { startTemporal } from './temporal-server.ts';

const FLAGS = [
	'--label',
	'is_fraud',
	'--ignore',
	'fraud_kind',
	'--key',
	'payment_id',
	'--steps',
	'100',
	'--seed',
	'7',
	'--entity',
	'customer_id',
	'--time',
	'created_at',
];

describe('the same pipeline on Temporal', () => {
	const folder = workFolder({ after });
	const alone = workFolder({ after });
	let file: string;
	let env: NodeJS.ProcessEnv;
	let stopServer: () => Promise<void>;
	let worker: StartedProgram;

	const startWorker = async (): Promise<StartedProgram> => {
		const started = startProgram(['worker'], { cwd: folder, env });
		await started.untilStderr(/ready|taking/i);
		return started;
	};

	before(async () => {
		const simulated = await runProgram(['simulate', 'payments', '--rows', '500', '--out', 'payments.csv'], {
			cwd: folder,
		});
		assert.equal(simulated.code, 0, simulated.stderr);
		file = join(folder, 'payments.csv');
		const server = await startTemporal();
		env = server.env;
		stopServer = server.stop;
	});

	after(async () => {
		worker?.kill('SIGKILL');
		await stopServer?.();
	});

	test('says so at once when there is a server and no worker', async () => {
		const ended = await runProgram(['run', file, '--temporal', ...FLAGS], { cwd: folder, env });
		assert.notEqual(ended.code, 0);
		assert.match(ended.stderr, /TEMPORAL_UNREACHABLE.*no worker/s);
		assert.match(ended.stderr, /counterfoil worker/);
	});

	test('finds the scores that the in-process runner finds, even if the worker is killed while it trains', async () => {
		worker = await startWorker();
		const running = startProgram(['run', file, '--temporal', ...FLAGS], { cwd: folder, env });
		await running.untilStderr(/training/);
		await new Promise((resolve) => setTimeout(resolve, 3_000));
		worker.kill('SIGKILL');
		await worker.ended;
		worker = await startWorker();
		const ended = await running.ended;
		assert.equal(ended.code, 0, ended.stderr);
		const [run] = query<{ status: string; runner: string }>(folder, 'select status, runner from runs');
		assert.deepEqual(run, { status: 'succeeded', runner: 'temporal' });
		assert.equal(query<{ n: number }>(folder, 'select count(*) as n from scores')[0]?.n, 500);

		const inProcess = await runProgram(['run', file, ...FLAGS], { cwd: alone });
		assert.equal(inProcess.code, 0, inProcess.stderr);
		assert.equal(scoreDigest(folder), scoreDigest(alone));
	});

	test('leaves no value of a record in the history, which is small and can be replayed', async () => {
		const connection = await Connection.connect({ address: env.TEMPORAL_ADDRESS ?? '' });
		try {
			const client = new Client({ connection, namespace: env.TEMPORAL_NAMESPACE ?? '' });
			const [run] = query<{ workflow_id: string }>(folder, 'select workflow_id from runs');
			const workflowId = run?.workflow_id ?? '';
			const history = await client.workflow.getHandle(workflowId).fetchHistory();
			const payloads = payloadsIn(history);
			assert.ok(payloads.length >= 30, String(payloads.length));
			assert.ok(Math.max(...payloads.map(({ length }) => length)) < 32_000);
			const rows = parse(readFileSync(file), { columns: true }) as Record<string, string>[];
			// Ids and times are long enough to occur nowhere by chance.
			const values = new Set(rows.flatMap((row) => Object.values(row)).filter((value) => value.length >= 8));
			assert.ok(values.size > 500, String(values.size));
			const text = payloads.join('\n');
			assert.deepEqual(
				[...values].filter((value) => text.includes(value)),
				[],
			);
			const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));
			await Worker.runReplayHistory({ workflowsPath }, history, workflowId);
		} finally {
			await connection.close();
		}
	});

	test('makes augmentation rows by a workflow of its own', async () => {
		const [model] = query<{ model_id: string }>(folder, 'select model_id from models');
		const ended = await runProgram(['augment', model?.model_id ?? '', '--rows', '40', '--temporal'], {
			cwd: folder,
			env,
		});
		assert.equal(ended.code, 0, ended.stderr);
		const tables = query<{ rows: number }>(folder, 'select rows from synthetic_tables order by rows');
		assert.deepEqual(
			tables.map(({ rows }) => rows),
			[40, 500],
		);
	});

	test('is there for programs by the same client', async () => {
		for (const name of ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE']) process.env[name] = env[name] ?? '';
		const client = await connect({ db: join(folder, '.counterfoil/counterfoil.db'), runner: 'temporal' });
		try {
			const [model] = query<{ model_id: string }>(folder, 'select model_id from models');
			const job = await client.augment({ model: model?.model_id ?? '', rows: 25 });
			const made = await job.result();
			assert.equal(made.rows, 25);
			const [run] = query<{ runner: string; workflow_id: string }>(
				folder,
				`select runner, workflow_id from runs where run_id = '${made.runId}'`,
			);
			assert.deepEqual(run, { runner: 'temporal', workflow_id: `counterfoil-augment-${job.runId}` });
		} finally {
			await client.close();
		}
	});

	test('stops a cancelled workflow and notes it as cancelled', async () => {
		const running = startProgram(['run', file, '--temporal', ...FLAGS, '--steps', '100000'], { cwd: folder, env });
		await running.untilStderr(/training/);
		await new Promise((resolve) => setTimeout(resolve, 2_000));
		const [run] = query<{ run_id: string; workflow_id: string }>(
			folder,
			`select run_id, workflow_id from runs where status = 'running'`,
		);
		assert.equal(run?.workflow_id, 'counterfoil-pipeline-payments');
		const paused = await runProgram(['runs', 'pause', run.run_id], { cwd: folder, env });
		assert.match(paused.stdout, /is paused/, paused.stderr);
		const again = await runProgram(['runs', 'pause', run.run_id], { cwd: folder, env });
		assert.equal(again.code, 5, again.stderr);
		const other = await runProgram(['run', file, '--temporal', ...FLAGS, '--steps', '90'], { cwd: folder, env });
		assert.equal(other.code, 5);
		assert.match(other.stderr, new RegExp(`RUN_ACTIVE.*${run.run_id}`, 's'));
		const before = Date.now();
		const cancel = await runProgram(['runs', 'cancel', run?.run_id ?? ''], { cwd: folder, env });
		assert.equal(cancel.code, 0, cancel.stderr);
		const ended = await running.ended;
		assert.equal(ended.code, 130, ended.stderr);
		assert.ok(Date.now() - before < 20_000, 'the training goes on for long');
		assert.equal(childrenOf(worker.pid).length, 0, 'a compute process is still there');
		const [after] = query<{ status: string }>(folder, `select status from runs where run_id = '${run?.run_id}'`);
		assert.equal(after?.status, 'cancelled');
	});

	test('is found in the lists of Temporal by its data set, its kind and how it stands', async () => {
		const connection = await Connection.connect({ address: env.TEMPORAL_ADDRESS ?? '' });
		const { workflow } = new Client({ connection, namespace: env.TEMPORAL_NAMESPACE ?? '' });
		const found = async (query: string): Promise<string[]> => {
			const runs: string[] = [];
			for await (const { workflowId } of workflow.list({ query })) runs.push(workflowId);
			return runs;
		};
		const pipelines = "CounterfoilDataset = 'payments' and CounterfoilKind = 'pipeline'";
		try {
			// The list follows what has happened with a little delay.
			let cancelled: string[] = [];
			for (let tries = 0; cancelled.length === 0 && tries < 100; tries++) {
				cancelled = await found(`${pipelines} and CounterfoilStatus = 'cancelled'`);
				await new Promise((resolve) => setTimeout(resolve, 100));
			}
			assert.deepEqual(cancelled, ['counterfoil-pipeline-payments']);
			assert.deepEqual(await found(`${pipelines} and CounterfoilStatus = 'succeeded'`), [
				'counterfoil-pipeline-payments',
			]);
			assert.deepEqual(await found(`${pipelines} and CounterfoilStatus = 'running'`), []);
			assert.equal((await found("CounterfoilKind = 'augment' and CounterfoilStatus = 'succeeded'")).length, 2);
		} finally {
			await connection.close();
		}
	});

	test('hands its work back and ends when the worker is asked to stop', async () => {
		worker.kill('SIGTERM');
		const ended = await worker.ended;
		assert.ok(ended.code === 143 || ended.code === 0, `${ended.code} ${ended.signal} ${ended.stderr}`);
	});
});

/** The processes of a group but its first, by the table of processes. */
function childrenOf(group: number): string[] {
	const { stdout } = spawnSync('ps', ['-e', '-o', 'pgid=,pid=,args='], { encoding: 'utf8' });
	return stdout.split('\n').filter((line) => line.trim().startsWith(`${group} `) && line.includes('child-entry'));
}
