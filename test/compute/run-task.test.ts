import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ComputeSettings, runTask } from '../../src/compute/run-task.ts';
import { CounterfoilError } from '../../src/contracts/errors.ts';
import { DEFAULT_CONFIG } from '../../src/contracts/run-config.ts';
import type { StepProgress } from '../../src/contracts/steps.ts';
import type { Script } from './scripted-child.ts';

const folder = mkdtempSync(join(tmpdir(), 'counterfoil-run-task-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const scripted = new URL('./scripted-child.ts', import.meta.url);

function run(
	input: Script,
	options: Partial<ComputeSettings> & {
		signal?: AbortSignal;
		previous?: StepProgress;
		onProgress?: (progress: StepProgress) => void;
	} = {},
): Promise<unknown> {
	const { signal, previous, onProgress, ...settings } = options;
	const context = {
		step: 'profile',
		attempt: 1,
		previous: previous ?? null,
		signal: signal ?? new AbortController().signal,
		report: onProgress ?? (() => undefined),
	};
	return runTask('profile', input as never, context, {
		artifactRoot: join(folder, 'artifacts'),
		backend: 'auto',
		entry: scripted,
		...settings,
	});
}

async function failureOf(work: Promise<unknown>): Promise<CounterfoilError> {
	const error = await work.then(
		() => assert.fail('did not fail'),
		(reason: unknown) => reason,
	);
	assert.ok(error instanceof CounterfoilError, String(error));
	return error;
}

async function pidIn(file: string): Promise<number> {
	for (let tries = 0; tries < 200; tries++) {
		if (existsSync(file) && readFileSync(file, 'utf8') !== '') return Number(readFileSync(file, 'utf8'));
		await sleep(50);
	}
	throw new Error('the child has not started');
}

function isRunning(pid: number): boolean {
	try {
		process.kill(pid, 0);
		// A process that has ended but was not waited for is still listed.
		return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
	} catch {
		return false;
	}
}

describe('a task in a child process', () => {
	test('gets the progress of the attempt before, tells its own, and gives its answer', async () => {
		const previous: StepProgress = { done: 3, total: 4, phase: 'training', checkpoint: null };
		const reports: StepProgress[] = [{ done: 1, total: 2, phase: 'counting', checkpoint: null }];
		const told: StepProgress[] = [];
		const output = await run({ act: 'answer', reports }, { previous, onProgress: (progress) => told.push(progress) });
		assert.deepEqual(output, { previous });
		assert.deepEqual(told, reports);
	});

	test('fails with the error of the child, place and hint included', async () => {
		const error = await failureOf(run({ act: 'refuse' }));
		assert.deepEqual(error.toRecord(), {
			code: 'TABLE_EMPTY',
			message: 'no rows',
			where: 'x.csv',
			hint: 'add some',
			retryable: false,
		});
	});

	test('is stopped when it sends something that is not understood', async () => {
		assert.equal((await failureOf(run({ act: 'gibberish' }))).code, 'INTERNAL');
	});

	test('that crashes fails with the signal it died from', async () => {
		const error = await failureOf(run({ act: 'crash' }));
		assert.equal(error.code, 'CHILD_CRASHED');
		assert.match(error.message, /signal SIGSEGV/);
		assert.ok(error.retryable);
		assert.equal(error.where, 'profile');
	});

	test('that throws outside of its task is told by its error, not by the last line of Node', async () => {
		const error = await failureOf(run({ act: 'throw' }));
		assert.equal(error.code, 'CHILD_CRASHED');
		assert.match(error.message, /exit code \d+\): RangeError: out of range$/);
	});

	test('that exhausts its heap is told from a crash', async () => {
		assert.equal((await failureOf(run({ act: 'exhaust memory' }, { heapMb: 30 }))).code, 'CHILD_OUT_OF_MEMORY');
	});

	test('that is silent for too long is stopped', async () => {
		const pidFile = join(folder, 'stalled');
		const error = await failureOf(run({ act: 'stall', pidFile }, { stallTimeoutMs: 1_500 }));
		assert.equal(error.code, 'CHILD_TIMED_OUT');
		assert.ok(!isRunning(await pidIn(pidFile)));
	});

	test('is gone once a cancelled run has been told so, even if it does not heed SIGTERM', async () => {
		const pidFile = join(folder, 'deaf');
		const stop = new AbortController();
		const work = failureOf(run({ act: 'ignore SIGTERM', pidFile }, { signal: stop.signal, killGraceMs: 500 }));
		const pid = await pidIn(pidFile);
		stop.abort();
		assert.equal((await work).code, 'CANCELLED');
		assert.ok(!isRunning(pid));
	});

	test('never starts if the run was cancelled before', async () => {
		const pidFile = join(folder, 'never');
		const error = await failureOf(run({ act: 'answer', pidFile }, { signal: AbortSignal.abort() }));
		assert.equal(error.code, 'CANCELLED');
		assert.ok(!existsSync(pidFile));
	});

	test('does not outlive its answer', async () => {
		const pidFile = join(folder, 'lingering');
		assert.equal(await run({ act: 'linger', pidFile }, { killGraceMs: 500 }), 'done');
		assert.ok(!isRunning(await pidIn(pidFile)));
	});

	test('ends when its parent is killed', async () => {
		const parent = spawn(process.execPath, [fileURLToPath(new URL('./orphaning-parent.ts', import.meta.url))], {
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		const text = await new Promise<string>((resolve) => parent.stdout.once('data', (data) => resolve(String(data))));
		const pid = Number(text);
		assert.ok(isRunning(pid));
		parent.kill('SIGKILL');
		for (let tries = 0; isRunning(pid) && tries < 100; tries++) await sleep(50);
		assert.ok(!isRunning(pid));
	});
});

describe('the program of the compute processes', () => {
	test('answers with the error of its task', async () => {
		const manifest = { uri: 'artifact:nowhere', sha256: '', bytes: 0 };
		const input = { runId: 'r', seed: 1, config: DEFAULT_CONFIG, manifest };
		const context = {
			step: 'profile',
			attempt: 1,
			previous: null,
			signal: new AbortController().signal,
			report: () => undefined,
		};
		const error = await failureOf(
			runTask('profile', input, context, { artifactRoot: join(folder, 'artifacts'), backend: 'auto' }),
		);
		assert.equal(error.code, 'ARTIFACT_MISSING');
		assert.equal(error.where, 'artifact:nowhere');
	});
});
