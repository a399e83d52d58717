import assert from 'node:assert/strict';
import { appendFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { TestContext } from 'node:test';
import { DEFAULT_CONFIG } from '../../src/contracts/run-config.ts';
import { type AskedRun, makeRequest, requestOfRun } from '../../src/runtime/make-request.ts';
import { getRun } from '../../src/store/list-runs.ts';
import { claimRun, createRun, failRun, finishRun } from '../../src/store/runs.ts';
import { onBothStores } from '../store/on-both-stores.ts';
import { temporaryWorkspace } from './temporary-workspace.ts';

async function asking(t: TestContext) {
	const { workspace, folder } = await temporaryWorkspace(t);
	const source = join(folder, 'table.csv');
	writeFileSync(source, 'a,b\n1,2\n');
	utimesSync(source, 1_700_000_000, 1_700_000_000);
	const asked: AskedRun = { kind: 'pipeline', source, config: DEFAULT_CONFIG, seed: 0 };
	const keyOf = async (changes: Partial<AskedRun> = {}, version = workspace.version) =>
		(await makeRequest({ ...workspace, version }, { ...asked, ...changes })).request.runKey;
	return { workspace, source, asked, keyOf };
}

onBothStores('the same command has the same key, however the path is written', async (t) => {
	const { keyOf, source } = await asking(t);
	assert.equal(await keyOf(), await keyOf());
	assert.equal(await keyOf({ source: relative(process.cwd(), source) }), await keyOf());
});

onBothStores('another seed, configuration, kind, name, version or file content has another key', async (t) => {
	const { keyOf, source } = await asking(t);
	const keys = [
		await keyOf(),
		await keyOf({ seed: 1 }),
		await keyOf({ kind: 'train' }),
		await keyOf({ datasetName: 'payments' }),
		await keyOf({ config: { ...DEFAULT_CONFIG, label: 'is_fraud' } }),
		await keyOf({
			augment: {
				rows: 5,
				conditions: [],
				balance: null,
				temperature: 1,
				complete: null,
				withoutConstraints: [],
				withKeys: false,
				override: null,
				into: { kind: 'rows' } as const,
			},
		}),
		await keyOf({}, '99.0.0'),
	];
	utimesSync(source, 1_700_000_001, 1_700_000_001);
	keys.push(await keyOf());
	appendFileSync(source, '3,4\n');
	utimesSync(source, 1_700_000_001, 1_700_000_001);
	keys.push(await keyOf());
	assert.equal(new Set(keys).size, keys.length);
});

onBothStores('the same command is the same run as long as that has not come to its end', async (t) => {
	const { workspace, asked } = await asking(t);
	const { store } = workspace;
	const first = await makeRequest(workspace, asked);
	assert.equal(first.resumed, false);
	const { runId, ...config } = first.request;
	const { kind, runKey, seed } = config;
	await createRun(store, { runId, kind, runKey, seed, runner: 'in-process', config, counterfoilVersion: '0' });
	assert.deepEqual(requestOfRun(await getRun(store, runId)), first.request);
	await failRun(store, runId, { code: 'DISK_FULL', message: 'no space', retryable: true });
	assert.deepEqual(await makeRequest(workspace, asked), { request: first.request, resumed: true });

	await claimRun(store, runId);
	await finishRun(store, runId);
	const next = await makeRequest(workspace, asked);
	assert.equal(next.resumed, false);
	assert.notEqual(next.request.runId, runId);
});
