import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ArtifactRef } from '../../src/contracts/pipeline.ts';
import { DEFAULT_CONFIG } from '../../src/contracts/run-config.ts';
import type { StepProgress } from '../../src/contracts/steps.ts';
import type { RunEvent } from '../../src/runtime/run-event.ts';
import { createStepRunner } from '../../src/runtime/step-runner.ts';
import { beginStep, listSteps } from '../../src/store/run-steps.ts';
import { createRun } from '../../src/store/runs.ts';
import type { Script } from '../compute/scripted-child.ts';
import { onBothStores } from '../store/on-both-stores.ts';
import { temporaryWorkspace, withScriptedChild } from './temporary-workspace.ts';

const RUN_ID = 'run-1';

/** A journal with one running run, and a way to carry out its step `profile` by a script. */
async function journal(t: TestContext) {
	const { workspace, folder } = await temporaryWorkspace(t);
	const { store, artifacts } = workspace;
	await createRun(store, {
		runId: RUN_ID,
		kind: 'ingest',
		runKey: 'k'.repeat(64),
		runner: 'in-process',
		seed: 1,
		config: {},
		counterfoilVersion: '0.0.0',
	});
	const runner = createStepRunner(withScriptedChild(workspace));
	const checkpoint = (name: string) => artifacts.put(new TextEncoder().encode(name), { extension: 'bin' });
	const run = (script: Script, events: RunEvent[] = []) =>
		runner.run(
			'profile',
			{ runId: RUN_ID, config: DEFAULT_CONFIG, ...script },
			{ signal: new AbortController().signal, onEvent: (event) => events.push(event) },
		);
	const stored = async () => {
		const [step] = await listSteps(store, RUN_ID);
		assert.ok(step !== undefined);
		return step;
	};
	return { store, artifacts, folder, run, checkpoint, stored };
}

const at = (done: number, checkpoint: ArtifactRef | null): StepProgress => ({
	done,
	total: 10,
	phase: 'training',
	checkpoint,
});

onBothStores('a step that has finished is not done again and gives what it gave', async (t) => {
	const { run, folder } = await journal(t);
	const script: Script = { act: 'answer', pidFile: join(folder, 'pid') };
	const events: RunEvent[] = [];
	const first = await run(script, events);
	rmSync(join(folder, 'pid'));
	assert.deepEqual(await run(script, events), first);
	assert.ok(!existsSync(join(folder, 'pid')));
	assert.deepEqual(
		events.map(({ type }) => type),
		['started', 'finished', 'reused'],
	);
});

onBothStores('a step cannot go on with other input than it began with', async (t) => {
	const { run } = await journal(t);
	await assert.rejects(run({ act: 'refuse' }), { code: 'TABLE_EMPTY' });
	await assert.rejects(run({ act: 'answer' }), { code: 'RUN_STATE' });
});

onBothStores('a step that was cut off gets the last checkpoint of the attempt before', async (t) => {
	const { run, checkpoint, stored } = await journal(t);
	const script: Script = {
		act: 'answer if resumed',
		reports: [at(1, await checkpoint('a')), at(2, await checkpoint('b'))],
	};
	await assert.rejects(run(script), { code: 'CHILD_CRASHED' });
	assert.equal((await stored()).status, 'failed');
	assert.deepEqual(await run(script), { previous: at(2, await checkpoint('b')) });
	assert.deepEqual([(await stored()).status, (await stored()).attempt], ['finished', 2]);
});

onBothStores('a checkpoint is kept as long as the journal names it, and none is left of a finished step', async (t) => {
	const { run, artifacts, checkpoint } = await journal(t);
	const [a, b, c] = [await checkpoint('a'), await checkpoint('b'), await checkpoint('c')];
	const script: Script = { act: 'answer if resumed', reports: [at(1, a), at(2, b)], lateReports: [at(3, c)] };
	const kept = () => Promise.all([a, b, c].map(({ uri }) => artifacts.has(uri)));
	await assert.rejects(run(script), { code: 'CHILD_CRASHED' });
	assert.deepEqual(await kept(), [false, false, true]);
	await run(script);
	assert.deepEqual(await kept(), [false, false, false]);
});

onBothStores(
	'an attempt that was taken for dead writes no progress, no result, and deletes no checkpoint',
	async (t) => {
		const { store, run, artifacts, checkpoint, folder, stored } = await journal(t);
		const [a, b] = [await checkpoint('a'), await checkpoint('b')];
		const goFile = join(folder, 'go');
		const stale = run({ act: 'answer', reports: [at(1, a)], goFile, lateReports: [at(2, b)] });
		let begun = await stored().catch(() => null);
		for (; begun === null || begun.heartbeat_json === null; begun = await stored().catch(() => null)) await sleep(20);
		await beginStep(store, { runId: RUN_ID, step: 'profile', inputSha256: begun.input_sha256 });
		writeFileSync(goFile, '');
		await assert.rejects(stale, { code: 'STALE_ATTEMPT' });
		const after = await stored();
		assert.deepEqual([after.status, after.attempt], ['running', 2]);
		assert.deepEqual(JSON.parse(after.heartbeat_json ?? 'null'), at(1, a));
		assert.ok(await artifacts.has(a.uri));
	},
);
