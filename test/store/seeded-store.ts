import type { TestContext } from 'node:test';
import type { NewDataset } from '../../src/store/database.ts';
import { insertDataset } from '../../src/store/datasets.ts';
import type { NewRecord } from '../../src/store/insert-records.ts';
import { insertModel } from '../../src/store/models.ts';
import { beginStep, type StepAttempt } from '../../src/store/run-steps.ts';
import { createRun } from '../../src/store/runs.ts';
import { type NewScore, publishRecords, publishScores } from '../../src/store/shards.ts';
import type { Store } from '../../src/store/store.ts';
import { insertSyntheticTable } from '../../src/store/synthetic-tables.ts';
import { temporaryStore } from './on-both-stores.ts';

export function describeDataset(rows: number, changes: Partial<NewDataset> = {}): NewDataset {
	return {
		dataset_id: 'payments-1',
		name: 'payments',
		source_uri: 'file:///payments.csv',
		format: 'csv',
		content_sha256: 'c'.repeat(64),
		bytes: rows * 20,
		rows_total: rows,
		rows_loaded: rows,
		rows_rejected: 0,
		columns_json: '[{"name":"amount","kind":"numeric","role":"feature"}]',
		schema_fingerprint: 'f'.repeat(64),
		manifest_uri: 'artifact:manifest',
		ingested_at: '2026-01-01T00:00:00.000Z',
		...changes,
	};
}

export interface SeededRun {
	readonly store: Store;
	readonly runId: string;
	readonly datasetId: string;
	readonly modelId: string;
}

/** A database with a data set, a model and a running run, and no rows yet. */
export async function seededRun(t: TestContext, rows = 0): Promise<SeededRun> {
	return await seedRun(await temporaryStore(t), rows);
}

export async function seedRun(store: Store, rows = 0): Promise<SeededRun> {
	const { dataset_id: datasetId } = await insertDataset(store, describeDataset(rows));
	const { model_id: modelId } = await insertModel(store, describeModel(datasetId));
	return { store, datasetId, modelId, runId: await startRun(store, { datasetId, modelId }) };
}

export function describeModel(datasetId: string) {
	return {
		model_id: 'model-1',
		name: 'payments',
		kind: 'mlp',
		dataset_id: datasetId,
		schema_fingerprint: 'f'.repeat(64),
		config_json: '{}',
		seed: 1,
		backend: 'cpu',
		trained_at: '2026-01-01T00:00:00.000Z',
	};
}

export async function startRun(
	store: Store,
	run: { readonly datasetId?: string; readonly modelId?: string; readonly runKey?: string } = {},
): Promise<string> {
	const created = await createRun(store, {
		kind: 'pipeline',
		runKey: 'key',
		runner: 'in-process',
		seed: 1,
		config: {},
		counterfoilVersion: '0.1.0',
		...run,
	});
	return created.run_id;
}

export async function attemptOf(store: Store, runId: string, step: string): Promise<StepAttempt> {
	const begun = await beginStep(store, { runId, step, inputSha256: 'i'.repeat(64) });
	if (begun.state !== 'begun') throw new Error(`the step ${step} is finished`);
	return begun.attempt;
}

export function records(rows: number, first = 1): NewRecord[] {
	return Array.from({ length: rows }, (_, i) => ({
		row_number: first + i,
		key: `k${first + i}`,
		data_json: JSON.stringify({ id: `k${first + i}`, amount: first + i }),
	}));
}

/** Scores that rise with the row number; the last `alerts` rows are alerts. */
export function scores(rows: number, alerts = 0): NewScore[] {
	return Array.from({ length: rows }, (_, i) => ({
		row_number: i + 1,
		score: (i + 1) / (rows + 1),
		surprise: i,
		discriminator_output: -i,
		p_value: 1 - (i + 1) / (rows + 1),
		severity: i >= rows - alerts ? 'critical' : 'low',
		is_alert: i >= rows - alerts ? 1 : 0,
		reasons: '[{"column":"amount","contribution":1}]',
	}));
}

/** Stores records and scores in a run that is seeded. */
export async function publishAll(run: SeededRun, rows: readonly NewScore[]): Promise<void> {
	const { store, runId, datasetId, modelId } = run;
	const recordsStep = await attemptOf(store, runId, 'publish-records');
	await publishRecords(store, { ...recordsStep, shard: 0, datasetId }, records(rows.length));
	const scoresStep = await attemptOf(store, runId, 'publish-scores');
	await publishScores(store, { ...scoresStep, shard: 0, datasetId, modelId }, rows);
}

/** A generated table of one row, which is not there. */
export async function addSyntheticTable(
	{ store, runId, modelId }: Pick<SeededRun, 'store' | 'runId' | 'modelId'>,
	syntheticTableId: string,
): Promise<void> {
	await insertSyntheticTable(store, {
		synthetic_table_id: syntheticTableId,
		model_id: modelId,
		run_id: runId,
		rows: 1,
		columns_json: '[]',
		conditions_json: '{}',
		seed: 1,
		created_at: '2026-01-01T00:00:00.000Z',
	});
}
