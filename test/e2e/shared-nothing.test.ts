import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { objectServer, objectServerMissing } from '../object-storage/seaweed-server.ts';
import { postgresMissing, postgresServer } from '../postgres/postgres-server.ts';
import { runProgram, type StartedProgram, startProgram, workFolder } from './run-program.ts';
import { startTemporal } from './temporal-server.ts';

const FLAGS = ['--label', 'is_fraud', '--key', 'payment_id', '--steps', '10', '--synthetic-rows', '50'];
const SECRET = 'planted-password';

// Longer than others: nothing shorter shows that a step finds what another machine has left.
test('workers without a common folder carry out a run of what is piped in, and log it line by line', {
	skip: postgresMissing() || objectServerMissing(),
}, async (t) => {
	const name = `apart_${process.pid}`;
	const [postgres, objects, temporal] = await Promise.all([postgresServer(), objectServer(), startTemporal()]);
	t.after(() => temporal.stop());
	await postgres.run(`create role ${name} login password '${SECRET}'`);
	await postgres.run(`create database ${name} owner ${name}`);
	t.after(async () => {
		await postgres.run(`drop database ${name} with (force)`);
		await postgres.run(`drop role ${name}`);
	});
	const env = {
		...objects.env,
		...temporal.env,
		COUNTERFOIL_DB: postgres.url(name).replace('tester', `${name}:${SECRET}`),
		COUNTERFOIL_ARTIFACTS: `${await objects.newBucket()}/fraud`,
		COUNTERFOIL_HOME: '',
	};
	const [here, io, compute] = [workFolder(t), workFolder(t), workFolder(t)] as const;
	const simulated = await runProgram(['simulate', 'payments', '--rows', '200', '--out', 'payments.csv'], { cwd: here });
	assert.equal(simulated.code, 0, simulated.stderr);
	assert.equal((await runProgram(['db', 'migrate'], { cwd: here, env })).code, 0);
	const workers: StartedProgram[] = [];
	for (const [queue, cwd] of [
		['io', io],
		['compute', compute],
	] as const) {
		const worker = startProgram(['worker', '--queue', queue, '--log-level', 'debug'], { cwd, env });
		t.after(() => worker.kill('SIGKILL'));
		workers.push(worker);
		await worker.untilStderr(/ready/);
	}
	const ended = await runProgram(['run', '-', '--name', 'payments', '--temporal', '--json', ...FLAGS], {
		cwd: here,
		env,
		input: readFileSync(join(here, 'payments.csv'), 'utf8'),
	});
	assert.equal(ended.code, 0, ended.stderr);
	for (const folder of [here, io, compute]) {
		assert.deepEqual(
			readdirSync(folder).filter((file) => file !== 'payments.csv'),
			[],
			'nothing is left on the disk of anybody',
		);
	}
	const { runId } = JSON.parse(ended.stdout) as { runId: string };
	const shown = await runProgram(['report', runId, '--out', 'report.html'], { cwd: here, env });
	assert.equal(shown.code, 0, shown.stderr);

	for (const worker of workers) worker.kill('SIGTERM');
	const told = await Promise.all(workers.map(async ({ ended: over }) => (await over).stdout));
	const lines = told.map((text) =>
		text
			.trim()
			.split('\n')
			.map((line) => JSON.parse(line) as Record<string, unknown>),
	);
	for (const [index, [first, last]] of [
		['finishRun', 'beginRun'],
		['trainScorer', 'scoreShard'],
	].entries()) {
		for (const activity of [first, last]) {
			const line = lines[index]?.find((known) => known.activity === activity && known.message === 'step done');
			assert.equal(line?.runId, runId, `${activity} in ${told[index]}`);
			assert.equal(line?.attempt, 1);
			assert.ok(typeof line?.durationMs === 'number' && String(line.workflowId).startsWith('counterfoil-'));
		}
		assert.deepEqual(
			lines[index]?.slice(-2).map(({ message }) => message),
			['worker stopping', 'worker stopped'],
		);
	}
	const keys = [SECRET, objects.env.AWS_ACCESS_KEY_ID, objects.env.AWS_SECRET_ACCESS_KEY];
	const value = /P0000001\d\d/.exec(readFileSync(join(here, 'payments.csv'), 'utf8'))?.[0] ?? 'no key';
	for (const hidden of [...keys, value]) assert.ok(!told.join('').includes(hidden), `${hidden} was logged`);
});
