import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import {
	bundleWorkflowCode,
	DefaultLogger,
	Runtime,
	Worker,
	type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { parse } from 'csv-parse/sync';
import * as workflows from '../../workflows/index.ts';
import { type History, historyFromText, historyToText } from '../workflows/stored-history.ts';
import { WORKFLOWS } from '../workflows/stub-worker.ts';
import { query, runProgram, type StartedProgram, startProgram, workFolder } from './run-program.ts';
import { startTemporal } from './temporal-server.ts';

const TABLE = ['--label', 'is_fraud', '--ignore', 'fraud_kind', '--key', 'payment_id'];
const SHORT = [...TABLE, '--steps', '10', '--no-baselines'];

/** Steps of the maths as they are, on a table that is small. */
describe('every workflow on a real server, with the real steps', () => {
	const folder = workFolder({ after });
	let env: NodeJS.ProcessEnv;
	let stopServer: () => Promise<void>;
	let worker: StartedProgram;
	let connection: Connection;
	let client: Client;
	let workflowBundle: WorkflowBundleWithSourceMap;
	const histories = new Map<string, History>();

	const program = async (...args: string[]) => {
		const ended = await runProgram(args, { cwd: folder, env });
		assert.equal(ended.code, 0, ended.stderr);
	};
	const lastOf = async (type: string) => {
		for await (const found of client.workflow.list({ query: `WorkflowType = '${type}'` })) return found;
		return null;
	};
	const takeHistory = async (type: string) => {
		const found = await lastOf(type);
		assert.equal(found?.status.name, 'COMPLETED', type);
		const history = await client.workflow.getHandle(found.workflowId, found.runId).fetchHistory();
		histories.set(type, historyFromText(historyToText(history)));
	};

	before(async () => {
		Runtime.install({ logger: new DefaultLogger('ERROR') });
		const server = await startTemporal();
		env = { ...server.env, COUNTERFOIL_USER: 'ann' };
		stopServer = server.stop;
		worker = startProgram(['worker'], { cwd: folder, env });
		await worker.untilStderr(/ready/);
		connection = await Connection.connect({ address: env.TEMPORAL_ADDRESS ?? '' });
		client = new Client({ connection, namespace: env.TEMPORAL_NAMESPACE ?? '' });
		workflowBundle = await bundleWorkflowCode({ workflowsPath: WORKFLOWS, logger: new DefaultLogger('WARN') });
		await program('simulate', 'payments', '--rows', '300', '--out', 'payments.csv');
		await program('simulate', 'payments', '--rows', '120', '--seed', '5', '--out', 'later.csv');
	});
	after(async () => {
		worker?.kill('SIGKILL');
		await connection?.close();
		await stopServer?.();
	});

	test('a pipeline, and its parts', async () => {
		await program('run', 'payments.csv', '--name', 'whole', '--temporal', ...SHORT);
		await program('ingest', 'payments.csv', '--name', 'read', '--key', 'payment_id', '--temporal');
		await program('train', 'payments.csv', '--name', 'pay', '--temporal', ...TABLE, '--steps', '10');
		await program('score', 'payments.csv', '--model', 'pay', '--name', 'pay', '--key', 'payment_id', '--temporal');
		await program('augment', 'pay', '--rows', '20', '--override', 'so few steps teach nothing', '--temporal');
		for (const type of ['pipeline', 'ingest', 'train', 'score', 'augment']) await takeHistory(type);
		assert.equal(query<{ n: number }>(folder, 'select count(*) as n from scores')[0]?.n, 600);
	});

	test('a model learns from labels', async () => {
		const rows = parse(readFileSync(join(folder, 'payments.csv')), { columns: true }) as Record<string, string>[];
		const start = Date.UTC(2026, 0, 1);
		const known = rows.map(({ payment_id }, row) => [
			payment_id,
			row % 5 === 0 ? 'fraud' : 'legitimate',
			new Date(start + row * 3_600_000).toISOString(),
		]);
		writeFileSync(join(folder, 'labels.csv'), `payment_id,outcome,known\n${known.join('\n')}\n`);
		const columns = ['--key', 'payment_id', '--label', 'outcome', '--known-at', 'known'];
		const labels = ['labels', 'import', 'labels.csv', '--dataset', 'pay', ...columns];
		await program(...labels);
		await program('retrain', 'pay', '--promote', 'never', '--temporal');
		await takeHistory('retrain');
		const made = query<{ version: number }>(folder, `select version from models where head_uri is not null`);
		assert.deepEqual(made, [{ version: 2 }]);
	});

	test('a table is held against what a model was trained on', async () => {
		await program('monitor', 'pay', 'later.csv', '--name', 'pay', '--key', 'payment_id', '--temporal');
		await takeHistory('monitor');
		assert.ok((query<{ n: number }>(folder, 'select count(*) as n from drift_metrics')[0]?.n ?? 0) > 0);
	});

	test('a tick of a schedule', async () => {
		const incoming = join(folder, 'incoming');
		mkdirSync(incoming);
		writeFileSync(join(incoming, 'later.csv'), readFileSync(join(folder, 'later.csv')));
		const anHourAgo = Date.now() / 1_000 - 3_600;
		utimesSync(join(incoming, 'later.csv'), anHourAgo, anHourAgo);
		await program('schedule', 'create', 'hourly', '--model', 'pay', '--files', 'incoming', '--every', '1h');
		await program('schedule', 'trigger', 'hourly');
		for (let tries = 0; (await lastOf('scheduled'))?.status.name !== 'COMPLETED'; tries++) {
			assert.ok(tries < 600, 'the tick does not end');
			await sleep(200);
		}
		await takeHistory('scheduled');
		assert.deepEqual(query(folder, 'select state from schedule_items'), [{ state: 'done' }]);
		await program('schedule', 'delete', 'hourly', '--yes');
	});

	test('none is left out, each is replayed by the code, and none with another step in it', async () => {
		const registered = Object.entries(workflows).filter(([, exported]) => typeof exported === 'function');
		assert.deepEqual([...histories.keys()].sort(), registered.map(([name]) => name).sort());
		for (const [type, history] of histories) {
			await Worker.runReplayHistory({ workflowBundle }, history, type);
			const steps = history.events.flatMap((event) => event.activityTaskScheduledEventAttributes?.activityType ?? []);
			const second = steps[1];
			assert.ok(second !== undefined, type);
			second.name = 'another';
			await assert.rejects(Worker.runReplayHistory({ workflowBundle }, history, type), /[Nn]ondeterminism/, type);
		}
	});
});
