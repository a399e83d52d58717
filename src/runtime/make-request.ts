import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { openObjectInputs } from '../artifacts/object-inputs.ts';
import type { GenerationPlan } from '../contracts/conditions.ts';
import type { MonitorPlan, RetrainPlan } from '../contracts/learning-plan.ts';
import { isObjectAddress } from '../contracts/object-address.ts';
import type { RunConfig, RunKind, RunRequest } from '../contracts/run-config.ts';
import { findInputs } from '../ingest/find-inputs.ts';
import { createRunId, findUnfinishedRun } from '../store/runs.ts';
import type { Workspace } from './open-workspace.ts';
import { requireConsistentConfig } from './require-consistent-config.ts';

/** As many as there are slices of members: each part reads the table anew, so on one machine one part is quicker. */
export const PARTS_ON_TEMPORAL = 4;

export interface AskedRun {
	readonly kind: RunKind;
	readonly source?: string | undefined;
	readonly datasetName?: string | undefined;
	readonly datasetId?: string | undefined;
	readonly modelId?: string | undefined;
	readonly augment?: GenerationPlan | undefined;
	readonly retrain?: RetrainPlan | undefined;
	readonly monitor?: MonitorPlan | undefined;
	readonly config: RunConfig;
	readonly seed: number;
	/** Parts that the score is trained in. @default 1 */
	readonly scorerParts?: number;
}

/**
 * Turns what was asked for into a request with an id. If the same was asked for before and did not come to
 * its end, it is that run: the same command goes on where it was.
 *
 * @throws CounterfoilError CONFIG_INVALID for choices that contradict one another
 */
export async function makeRequest(
	workspace: Workspace,
	asked: AskedRun,
): Promise<{ readonly request: RunRequest; readonly resumed: boolean }> {
	requireConsistentConfig(asked.config);
	const source = asked.source === undefined ? null : absolute(asked.source);
	const body = {
		kind: asked.kind,
		seed: asked.seed,
		config: asked.config,
		source,
		datasetName: asked.datasetName ?? null,
		datasetId: asked.datasetId ?? null,
		modelId: asked.modelId ?? null,
		augment: asked.augment ?? null,
		...(asked.retrain === undefined ? {} : { retrain: asked.retrain }),
		...(asked.monitor === undefined ? {} : { monitor: asked.monitor }),
	};
	const files = await Promise.all([source, asked.augment?.complete ?? null].map(describeFile));
	const identity = [body, workspace.version, files];
	const runKey = createHash('sha256').update(JSON.stringify(identity)).digest('hex');
	const unfinished = await findOpenRun(workspace.store, runKey);
	const runId = unfinished?.run_id ?? createRunId();
	// Not part of what was asked for: the result is the same.
	const parts = asked.scorerParts === undefined ? {} : { scorerParts: asked.scorerParts };
	return { request: { runId, runKey, ...body, ...parts }, resumed: unfinished !== undefined };
}

/** One that a workflow is said to carry out may be over, where somebody terminated the workflow. */
async function findOpenRun(store: Workspace['store'], runKey: string) {
	const found = await findUnfinishedRun(store, runKey);
	if (found?.status !== 'running' || found.runner !== 'temporal') return found;
	const { closeEndedRuns } = await import('./close-ended-runs.ts');
	return (await closeEndedRuns(store)).includes(found.run_id) ? findUnfinishedRun(store, runKey) : found;
}

/** The request of a run that is in the database, to take it up again. */
export function requestOfRun(run: { readonly run_id: string; readonly config_json: string }): RunRequest {
	return { runId: run.run_id, ...(JSON.parse(run.config_json) as Omit<RunRequest, 'runId'>) };
}

function absolute(source: string): string {
	return isObjectAddress(source) ? source : resolve(source);
}

/** Size and time of change stand for the content, which is hashed when it is read. */
async function describeFile(path: string | null): Promise<unknown> {
	if (path === null) return null;
	if (isObjectAddress(path)) {
		const { files } = await openObjectInputs().find(path);
		return files.map((file) => [file.path, file.bytes, file.etag]);
	}
	const { paths, isSeveral } = await findInputs(path).catch(() => ({ paths: [path], isSeveral: false }));
	const all: unknown[] = [];
	for (const each of paths) {
		const facts = await stat(each).catch(() => null);
		all.push(facts === null ? null : isSeveral ? [each, facts.size, facts.mtimeMs] : [facts.size, facts.mtimeMs]);
	}
	return isSeveral ? all : all[0];
}
