import { CounterfoilError } from '../contracts/errors.ts';
import type { RunStep } from './database.ts';
import { inTransaction, type Store, type StoreTransaction } from './store.ts';
import { timestamp } from './timestamp.ts';

/** One attempt of one step; every write of the attempt carries it. */
export interface StepAttempt {
	readonly runId: string;
	/** Unique in the run: `train`, `score/3`. */
	readonly step: string;
	/** From 1. */
	readonly attempt: number;
}

export interface StepStart {
	readonly runId: string;
	readonly step: string;
	/** Hash of what goes in. */
	readonly inputSha256: string;
}

export type BegunStep =
	| { readonly state: 'finished'; readonly output: unknown }
	| {
			readonly state: 'begun';
			readonly attempt: StepAttempt;
			/** What the attempt before reported last, null if nothing. */
			readonly heartbeat: unknown;
	  };

/**
 * Begins a step, or gives the stored output of one that is finished. From then on, attempts that began
 * earlier may not write.
 *
 * @throws RUN_STATE if the step was begun with other input.
 */
export async function beginStep(store: Store, start: StepStart): Promise<BegunStep> {
	const begin = async (transaction: StoreTransaction): Promise<BegunStep> => {
		const { runId, step, inputSha256 } = start;
		const stored = await transaction
			.selectFrom('run_steps')
			.selectAll()
			.where('run_id', '=', runId)
			.where('step', '=', step)
			.executeTakeFirst();
		if (stored !== undefined && stored.input_sha256 !== inputSha256) {
			throw new CounterfoilError('RUN_STATE', 'The step was begun with other input than now.', {
				where: `run ${runId}, step ${step}`,
				hint: 'Start a new run; this one can only go on with the data and the configuration it began with.',
			});
		}
		if (stored?.status === 'finished') return { state: 'finished', output: parseOrNull(stored.output_json) };
		const attempt = (stored?.attempt ?? 0) + 1;
		await transaction
			.insertInto('run_steps')
			.values({
				run_id: runId,
				step,
				attempt,
				status: 'running',
				input_sha256: inputSha256,
				started_at: timestamp(),
			})
			.onConflict((conflict) =>
				conflict.columns(['run_id', 'step']).doUpdateSet((excluded) => ({
					attempt,
					status: 'running',
					started_at: excluded.ref('excluded.started_at'),
					finished_at: null,
				})),
			)
			.execute();
		return {
			state: 'begun',
			attempt: { runId, step, attempt },
			heartbeat: parseOrNull(stored?.heartbeat_json ?? null),
		};
	};
	return await inTransaction(store, begin, turnOfStep(start));
}

/** The turn of those that begin a step and those that write for it. */
export function turnOfStep({ runId, step }: Pick<StepAttempt, 'runId' | 'step'>): string {
	return `step ${runId} ${step}`;
}

/**
 * Stores where the attempt is, so that the next one goes on from there.
 *
 * @param heartbeat JSON: address, hash and step of the last checkpoint.
 * @throws STALE_ATTEMPT
 */
export async function heartbeatStep(store: Store, attempt: StepAttempt, heartbeat: unknown): Promise<void> {
	await updateStep(store, attempt, { heartbeat_json: JSON.stringify(heartbeat) });
}

/** @throws STALE_ATTEMPT */
export async function finishStep(store: Store, attempt: StepAttempt, output: unknown): Promise<void> {
	await updateStep(store, attempt, {
		status: 'finished',
		output_json: JSON.stringify(output ?? null),
		finished_at: timestamp(),
	});
}

/** @throws STALE_ATTEMPT */
export async function failStep(store: Store, attempt: StepAttempt): Promise<void> {
	await updateStep(store, attempt, { status: 'failed', finished_at: timestamp() });
}

async function updateStep(store: Store, attempt: StepAttempt, changes: Partial<RunStep>): Promise<void> {
	const updated = await store.writer
		.updateTable('run_steps')
		.set(changes)
		.where('run_id', '=', attempt.runId)
		.where('step', '=', attempt.step)
		.where('attempt', '=', attempt.attempt)
		.where('status', '=', 'running')
		.returning('attempt')
		.executeTakeFirst();
	if (updated === undefined) throw staleAttempt(attempt);
}

/** In the order in which they began. */
export async function listSteps(store: Store, runId: string): Promise<RunStep[]> {
	return await store.reader
		.selectFrom('run_steps')
		.selectAll()
		.where('run_id', '=', runId)
		.orderBy('started_at')
		.orderBy('step')
		.execute();
}

export function staleAttempt({ runId, step, attempt }: StepAttempt): CounterfoilError {
	return new CounterfoilError('STALE_ATTEMPT', `Attempt ${attempt} of the step is over; nothing was written.`, {
		where: `run ${runId}, step ${step}`,
	});
}

/** What a finished step of a run gave; null if the run has no such step, or it is not finished. */
export async function getStepOutput(store: Store, runId: string, step: string): Promise<unknown> {
	const stored = await store.reader
		.selectFrom('run_steps')
		.select('output_json')
		.where('run_id', '=', runId)
		.where('step', '=', step)
		.where('status', '=', 'finished')
		.executeTakeFirst();
	return parseOrNull(stored?.output_json ?? null);
}

/** What the finished steps over the shards of a run gave, in the order of the shards. */
export async function listShardOutputs(store: Store, runId: string, step: string): Promise<unknown[]> {
	const stored = await store.reader
		.selectFrom('run_steps')
		.select(['step', 'output_json'])
		.where('run_id', '=', runId)
		.where('step', '>', `${step}/`)
		.where('step', '<', `${step}0`)
		.where('status', '=', 'finished')
		.execute();
	const shardOf = (label: string) => Number(label.slice(step.length + 1));
	return stored.sort((a, b) => shardOf(a.step) - shardOf(b.step)).map(({ output_json }) => parseOrNull(output_json));
}

/** What a finished step of the run that made a model gave; null where there was no such step. */
export async function getStepOutputOfModel(store: Store, modelId: string, step: string): Promise<unknown> {
	const stored = await store.reader
		.selectFrom('run_steps')
		.innerJoin('runs', 'runs.run_id', 'run_steps.run_id')
		.select('output_json')
		.where('runs.model_id', '=', modelId)
		.where('step', '=', step)
		.where('run_steps.status', '=', 'finished')
		.executeTakeFirst();
	return parseOrNull(stored?.output_json ?? null);
}

function parseOrNull(json: string | null): unknown {
	return json === null ? null : JSON.parse(json);
}
