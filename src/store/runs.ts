import { randomBytes } from 'node:crypto';
import { CounterfoilError, type ErrorRecord } from '../contracts/errors.ts';
import type { Run, RunKind, Runner, RunStatus, RunUpdate } from './database.ts';
import { takeRows } from './row-locks.ts';
import { describeOwner, isOwned } from './run-owner.ts';
import { inTransaction, type Store, type StoreTransaction } from './store.ts';
import { timestamp } from './timestamp.ts';

export interface NewRun {
	/** @default a new one, see `createRunId` */
	readonly runId?: string;
	readonly kind: RunKind;
	/** Hash of what makes two commands the same: data, configuration, seed, version. */
	readonly runKey: string;
	readonly runner: Runner;
	readonly workflowId?: string;
	readonly datasetId?: string;
	readonly modelId?: string;
	readonly seed: number;
	/** Complete and resolved; a JSON object. */
	readonly config: object;
	readonly counterfoilVersion: string;
	readonly backend?: string;
	/** @default this process, for the in-process runner */
	readonly owner?: string;
}

/** Starts a run, which belongs to this process from then on. */
export async function createRun(store: Store, run: NewRun): Promise<Run> {
	const now = timestamp();
	return await store.writer
		.insertInto('runs')
		.values({
			run_id: run.runId ?? createRunId(now),
			kind: run.kind,
			status: 'running',
			run_key: run.runKey,
			runner: run.runner,
			workflow_id: run.workflowId ?? null,
			owner: run.owner ?? (run.runner === 'in-process' ? describeOwner() : null),
			dataset_id: run.datasetId ?? null,
			model_id: run.modelId ?? null,
			seed: run.seed,
			config_json: JSON.stringify(run.config),
			counterfoil_version: run.counterfoilVersion,
			backend: run.backend ?? null,
			started_at: now,
			heartbeat_at: now,
		})
		.returningAll()
		.executeTakeFirstOrThrow();
}

/** Sorts by time and is short enough to type: `20261122-011430-4f9a2c`. */
export function createRunId(now: string = timestamp()): string {
	const digits = now.replace(/\D/g, '');
	return `${digits.slice(0, 8)}-${digits.slice(8, 14)}-${randomBytes(3).toString('hex')}`;
}

/**
 * The latest run of the same command that was not carried to its end, or undefined. One that was
 * cancelled is over; it goes on only by `runs resume`.
 */
export async function findUnfinishedRun(store: Store, runKey: string): Promise<Run | undefined> {
	return await store.writer
		.selectFrom('runs')
		.selectAll()
		.where('run_key', '=', runKey)
		.where('status', 'in', ['running', 'interrupted', 'failed'])
		.orderBy('started_at', 'desc')
		.orderBy('run_id', 'desc')
		.limit(1)
		.executeTakeFirst();
}

/**
 * Takes over a run that is not over, so that this process carries it out.
 *
 * @throws RUN_ACTIVE if another process still does; RUN_STATE if it has succeeded; NOT_FOUND.
 */
export async function claimRun(store: Store, runId: string, owner: string = describeOwner()): Promise<Run> {
	const claim = async (transaction: StoreTransaction): Promise<Run> => {
		const run = await lockRun(transaction, runId);
		if (run.status === 'succeeded') throw runSucceeded(runId);
		if (run.status === 'running' && run.owner !== owner && isOwned(run)) throw runActive(run);
		return await transaction
			.updateTable('runs')
			.set({
				status: 'running',
				runner: 'in-process',
				workflow_id: null,
				owner,
				cancel_requested: 0,
				heartbeat_at: timestamp(),
				finished_at: null,
				error_json: null,
			})
			.where('run_id', '=', runId)
			.returningAll()
			.executeTakeFirstOrThrow();
	};
	return await inTransaction(store, claim, null);
}

/**
 * Takes over a run that is not over, so that a workflow carries it out; a workflow has no process that owns it.
 *
 * @throws RUN_ACTIVE if a process still does; RUN_STATE if it has succeeded; NOT_FOUND.
 */
export async function claimRunForWorkflow(store: Store, runId: string, workflowId: string): Promise<void> {
	const claim = async (transaction: StoreTransaction): Promise<void> => {
		const run = await lockRun(transaction, runId);
		if (run.status === 'succeeded') throw runSucceeded(runId);
		if (run.status === 'running' && run.owner !== null && isOwned(run)) throw runActive(run);
		if (run.status === 'running' && run.owner === null) return;
		await transaction
			.updateTable('runs')
			.set({
				status: 'running',
				runner: 'temporal',
				workflow_id: workflowId,
				owner: null,
				cancel_requested: 0,
				heartbeat_at: timestamp(),
				finished_at: null,
				error_json: null,
			})
			.where('run_id', '=', runId)
			.execute();
	};
	await inTransaction(store, claim, null);
}

function runSucceeded(runId: string): CounterfoilError {
	return new CounterfoilError('RUN_STATE', 'The run has succeeded; there is nothing left to do.', {
		where: `run ${runId}`,
		hint: `counterfoil report ${runId} shows what it found.`,
	});
}

function runActive(run: Run): CounterfoilError {
	const [host, pid] = (run.owner ?? '').split(':');
	const who = run.owner === null ? 'Temporal' : `process ${pid} on ${host}`;
	return new CounterfoilError('RUN_ACTIVE', `The run is being carried out by ${who}.`, {
		where: `run ${run.run_id}`,
		hint: `Wait for it, or stop it with "counterfoil runs cancel ${run.run_id}".`,
	});
}

export interface RunHeartbeat {
	/** Replaces the last one; a JSON object. */
	readonly progress?: object;
}

/**
 * Says that the run goes on, and learns whether it should stop.
 *
 * @throws RUN_ACTIVE if another process has taken the run over in the meantime.
 */
export async function heartbeatRun(
	store: Store,
	runId: string,
	heartbeat: RunHeartbeat = {},
	owner: string = describeOwner(),
): Promise<{ readonly cancelRequested: boolean }> {
	const updated = await store.writer
		.updateTable('runs')
		.set({
			heartbeat_at: timestamp(),
			...(heartbeat.progress === undefined ? {} : { progress_json: JSON.stringify(heartbeat.progress) }),
		})
		.where('run_id', '=', runId)
		.where('status', '=', 'running')
		.where((where) => where.or([where('owner', '=', owner), where('owner', 'is', null)]))
		.returning('cancel_requested')
		.executeTakeFirst();
	if (updated === undefined) throw await explainRefusal(store, runId);
	return { cancelRequested: updated.cancel_requested === 1 };
}

/** What is found out while a run goes on: the data set it read, the model it made, the plan of its steps. */
export interface RunFacts {
	readonly datasetId?: string;
	readonly modelId?: string;
	readonly backend?: string;
	readonly workflowId?: string;
	/** Step counts that were fixed, so that resuming gives the same result; a JSON object. */
	readonly plan?: object;
}

export async function updateRun(store: Store, runId: string, facts: RunFacts): Promise<void> {
	const changes: RunUpdate = {
		...(facts.datasetId === undefined ? {} : { dataset_id: facts.datasetId }),
		...(facts.modelId === undefined ? {} : { model_id: facts.modelId }),
		...(facts.backend === undefined ? {} : { backend: facts.backend }),
		...(facts.workflowId === undefined ? {} : { workflow_id: facts.workflowId }),
		...(facts.plan === undefined ? {} : { plan_json: JSON.stringify(facts.plan) }),
	};
	if (Object.keys(changes).length === 0) return;
	await store.writer.updateTable('runs').set(changes).where('run_id', '=', runId).execute();
}

/**
 * Ends a run as succeeded. What it stored survives a loss of power from then on.
 *
 * @throws RUN_ACTIVE, RUN_STATE as `heartbeatRun` does.
 */
export async function finishRun(store: Store, runId: string, owner: string = describeOwner()): Promise<void> {
	await endRun(store, runId, owner, { status: 'succeeded', finished_at: timestamp(), error_json: null });
	// Nobody is told of the success before it is on the disk.
	await store.engine.flush();
}

/** Ends a run as failed, or as cancelled if that is what the error says. */
export async function failRun(
	store: Store,
	runId: string,
	error: ErrorRecord,
	owner: string = describeOwner(),
): Promise<void> {
	await endRun(store, runId, owner, failed(error));
}

function failed(error: ErrorRecord): RunUpdate {
	const status = error.code === 'CANCELLED' ? 'cancelled' : 'failed';
	return { status, finished_at: timestamp(), error_json: JSON.stringify(error) };
}

/** Leaves a run to be resumed by the same command, as after Ctrl-C. */
export async function interruptRun(store: Store, runId: string, owner: string = describeOwner()): Promise<void> {
	await endRun(store, runId, owner, { status: 'interrupted', owner: null });
}

async function endRun(store: Store, runId: string, owner: string, changes: RunUpdate): Promise<void> {
	const updated = await store.writer
		.updateTable('runs')
		.set({ ...changes, heartbeat_at: timestamp() })
		.where('run_id', '=', runId)
		.where('status', '=', 'running')
		.where((where) => where.or([where('owner', '=', owner), where('owner', 'is', null)]))
		.returning('run_id')
		.executeTakeFirst();
	if (updated === undefined) throw await explainRefusal(store, runId);
}

function runIsOver({ run_id: runId, status }: Run): CounterfoilError {
	return new CounterfoilError('RUN_STATE', `The run is over: ${status}.`, {
		where: `run ${runId}`,
		hint: `counterfoil runs show ${runId} tells how it ended.`,
	});
}

async function explainRefusal(store: Store, runId: string): Promise<CounterfoilError> {
	const run = requireRun(await findRun(store, runId), runId);
	if (run.status === 'running') return runActive(run);
	return runIsOver(run);
}

/**
 * Asks a run to stop. One that no process carries out any more is cancelled at once.
 *
 * @returns the status afterwards: `running` until its process has noticed.
 * @throws RUN_STATE if it is over; NOT_FOUND.
 */
export async function requestCancel(store: Store, runId: string): Promise<RunStatus> {
	const cancel = async (transaction: StoreTransaction): Promise<RunStatus> => {
		const run = await lockRun(transaction, runId);
		if (run.status === 'succeeded' || run.status === 'cancelled' || run.status === 'failed') {
			throw runIsOver(run);
		}
		const goesOn = run.status === 'running' && isOwned(run);
		const status = goesOn ? 'running' : 'cancelled';
		await transaction
			.updateTable('runs')
			.set({ cancel_requested: 1, status, ...(goesOn ? {} : { finished_at: timestamp() }) })
			.where('run_id', '=', runId)
			.execute();
		return status;
	};
	return await inTransaction(store, cancel, null);
}

export interface RunOfWorkflow {
	readonly runId: string;
	readonly workflowId: string;
	/** Becomes another when the run is taken up again. */
	readonly heartbeatAt: string | null;
}

/** Runs that a workflow carries out, as far as the database knows. */
export async function listRunsOfWorkflows(store: Store): Promise<RunOfWorkflow[]> {
	const rows = await store.reader
		.selectFrom('runs')
		.select(['run_id', 'workflow_id', 'heartbeat_at'])
		.where('status', '=', 'running')
		.where('runner', '=', 'temporal')
		.execute();
	return rows.flatMap(({ run_id: runId, workflow_id: workflowId, heartbeat_at: heartbeatAt }) =>
		workflowId === null ? [] : [{ runId, workflowId, heartbeatAt }],
	);
}

/** Ends the run of a workflow that is no more. @returns false if it is over, or was taken up again meanwhile */
export async function closeRun(store: Store, run: RunOfWorkflow, error: ErrorRecord): Promise<boolean> {
	const { numUpdatedRows } = await store.writer
		.updateTable('runs')
		.set(failed(error))
		.where('run_id', '=', run.runId)
		.where('status', '=', 'running')
		.where('workflow_id', '=', run.workflowId)
		.where('heartbeat_at', 'is not distinct from', run.heartbeatAt)
		.executeTakeFirst();
	return numUpdatedRows === 1n;
}

/** A run by its whole id. */
export async function findRun(store: Store, runId: string): Promise<Run | undefined> {
	return await store.writer.selectFrom('runs').selectAll().where('run_id', '=', runId).executeTakeFirst();
}

/** A run that nobody else changes until the transaction is over. */
async function lockRun(transaction: StoreTransaction, runId: string): Promise<Run> {
	const query = transaction.selectFrom('runs').selectAll().where('run_id', '=', runId);
	return requireRun(await takeRows(transaction, query).executeTakeFirst(), runId);
}

function requireRun(run: Run | undefined, runId: string): Run {
	if (run === undefined) {
		throw new CounterfoilError('NOT_FOUND', 'There is no such run.', {
			where: `run ${runId}`,
			hint: 'See "counterfoil runs list".',
		});
	}
	return run;
}
