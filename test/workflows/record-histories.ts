import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DEFAULT_CONFIG, type RunRequest } from '../../src/contracts/run-config.ts';
import type { CarriedRun } from '../../src/contracts/run-messages.ts';
import { IO_TASK_QUEUE } from '../../src/contracts/steps.ts';
import { readVersion } from '../../src/runtime/open-workspace.ts';
import { pauseUpdate, resumeUpdate } from '../../workflows/listen-to-messages.ts';
import { DEFAULT_PLAN } from '../../workflows/pipeline-steps.ts';
import { recorded, request } from './recorded-steps.ts';
import { historyToText } from './stored-history.ts';
import { startStubWorkers } from './stub-worker.ts';

/**
 * Records a history of every workflow on a real Temporal server, for `replay.test.ts`:
 *
 *     node test/workflows/record-histories.ts
 *
 * Those of a published version stay as they are: its runs may go on under later code.
 */
const FOLDER = fileURLToPath(new URL(`../fixtures/histories/${readVersion()}`, import.meta.url));
const STORED = { source: null, datasetId: 'ds', modelId: 'm' };
const PLAN = { rows: 10, ...DEFAULT_PLAN };
const RETRAIN = {
	asOf: null,
	testFrom: null,
	budget: 10,
	promote: 'rule',
	minNewLabels: 1,
	actor: 'ann',
} as const;
const MONITOR: NonNullable<RunRequest['monitor']> = {
	thresholds: { psi: 0.2, ks: 0.1, missing: 0.05, newLevels: 0.01 },
	pValue: 0.01,
	minArea: 0.05,
	webhook: 'https://alerts.example/counterfoil',
	retrain: RETRAIN,
};
const CARRIED: CarriedRun = { outputs: { beginRun: null }, shards: { scoreShard: 1 }, finished: 2, isPaused: false };

const RUNS: readonly [string, Partial<RunRequest>, CarriedRun?][] = [
	['pipeline', { config: { ...DEFAULT_CONFIG, entity: ['customer_id'], time: 'created_at' }, scorerParts: 4 }],
	['ingest', { kind: 'ingest' }],
	['train', { kind: 'train', ...STORED }],
	['score', { kind: 'score', modelId: 'm' }],
	['score-carried', { kind: 'score', ...STORED }, CARRIED],
	['augment', { kind: 'augment', modelId: 'm', source: null, augment: PLAN }],
	['retrain', { kind: 'retrain', source: null, modelId: 'm', retrain: RETRAIN }],
	['monitor', { kind: 'monitor', modelId: 'm', monitor: MONITOR }],
	['paused', { kind: 'ingest' }],
	['failed', { kind: 'ingest', source: null }],
];

/** One file is due, and then nothing. */
const due = [[{ workflowId: 'due', request: { ...request, kind: 'ingest', runId: 'due' } }], []];
const stub = await startStubWorkers(recorded({ takeDue: () => ({ runs: due.shift() ?? [] }) }), async () => undefined);
try {
	mkdirSync(FOLDER, { recursive: true });
	const ticked = await stub.client.workflow.start('scheduled', {
		workflowId: 'scheduled',
		taskQueue: IO_TASK_QUEUE,
		args: [{ scheduleId: 'hourly' }],
	});
	await ticked.result();
	write('scheduled', await ticked.fetchHistory());
	for (const [name, changes, ...carried] of RUNS) {
		const asked = { ...request, ...changes, runId: name };
		const handle = await stub.client.workflow.start(asked.kind, {
			workflowId: name,
			taskQueue: IO_TASK_QUEUE,
			args: [asked, ...carried],
			memo: { runId: name },
		});
		if (name === 'paused') {
			await handle.executeUpdate(pauseUpdate);
			await handle.executeUpdate(resumeUpdate);
		}
		await handle.result().catch(() => undefined);
		write(name, await handle.fetchHistory());
	}
} finally {
	await stub.stop();
}

function write(name: string, history: unknown): void {
	writeFileSync(`${FOLDER}/${name}.json`, `${historyToText(history)}\n`);
}
