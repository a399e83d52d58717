import type { Condition, GenerationPlan, GenerationTarget } from '../contracts/conditions.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import { HOW_CONDITIONS_ARE_WRITTEN, readCondition } from '../contracts/read-condition.ts';
import type { RunSummary } from '../contracts/run-config.ts';
import type { TableFormat } from '../ingest/write-table.ts';
import type { ConfigFlags } from '../runtime/config-schema.ts';
import { makeGenerationPlan } from '../runtime/make-generation-plan.ts';
import { type AskedRun, makeRequest, PARTS_ON_TEMPORAL } from '../runtime/make-request.ts';
import { openWorkspace, type Workspace } from '../runtime/open-workspace.ts';
import { outputFormatOf } from '../runtime/output-format.ts';
import { readAsTrained } from '../runtime/read-as-trained.ts';
import { requirePossibleRows } from '../runtime/require-possible-rows.ts';
import { resolveConfig } from '../runtime/resolve-config.ts';
import type { RunOptions } from '../runtime/run-event.ts';
import { runInProcess } from '../runtime/run-in-process.ts';
import { writeGenerated } from '../runtime/write-generated.ts';
import { requireFreeName } from '../store/generated-tables.ts';
import { getModel } from '../store/models.ts';
import { type Job, type JobHooks, startJob } from './job.ts';

export type { Condition, ConditionOperator } from '../contracts/conditions.ts';
export { CounterfoilError, type ErrorCode } from '../contracts/errors.ts';
export type { RunSummary } from '../contracts/run-config.ts';
export type { StepProgress } from '../contracts/steps.ts';
export type { TableFormat } from '../ingest/write-table.ts';
export type { RunEvent } from '../runtime/run-event.ts';
export type { Job, JobProgress } from './job.ts';

/** The keys of the configuration file. */
export type RunSettings = ConfigFlags;

export interface ConnectOptions {
	/** Path of the database, or its URL on a PostgreSQL server. @default COUNTERFOIL_DB, else `.counterfoil/counterfoil.db` */
	readonly db?: string;
	/** Where models, tables and reports are: a folder, or `s3://bucket/prefix`. @default COUNTERFOIL_ARTIFACTS, else beside the database */
	readonly artifacts?: string;
	/**
	 * Who carries the work out: this process and children of it, or the workers of the Temporal server that
	 * TEMPORAL_ADDRESS or TEMPORAL_PROFILE names, which have to see the same database and files.
	 *
	 * @default 'in-process'
	 */
	readonly runner?: 'in-process' | 'temporal';
	/** Path of a configuration file. @default `counterfoil.config.yaml` if there is one */
	readonly config?: string;
}

/** What every job may be told. */
export interface JobRequest extends JobHooks {
	/** The same request with the same seed gives the same result. @default 1 */
	readonly seed?: number;
	/** Choices that win over the configuration file. */
	readonly settings?: RunSettings;
}

/** A table by its file (or folder, or pattern of files), or one that has been ingested before. */
export type TableReference =
	| { readonly source: string; readonly name?: string; readonly dataset?: undefined }
	| { readonly dataset: string; readonly source?: undefined; readonly name?: undefined };

/** Which rows to generate, and where they go. */
export interface AugmentRequest extends JobRequest {
	/** Id or name of the model; `name@3` for its third version. */
	readonly model: string;
	/** How many; not to be given with `complete`. */
	readonly rows?: number;
	/** What every row meets: `country=DE`, `amount>=100`, or the same as objects. */
	readonly where?: readonly (string | Condition)[];
	/** Column of which each value comes equally often. */
	readonly balance?: string;
	/** Below 1 more usual rows, above 1 more unusual ones. @default 1 */
	readonly temperature?: number;
	/** File whose empty cells and lacking columns are filled instead. */
	readonly complete?: string;
	/** Whether each row gets a fresh key. @default false */
	readonly keys?: boolean;
	/** Ids of constraints that rows need not hold. */
	readonly withoutConstraints?: readonly string[];
	/** Hands the rows out even if they are judged unfit; the reason is recorded. */
	readonly override?: string;
	/** Into a table of the database that is made for them. @default the tables `synthetic_tables` and `synthetic_rows` */
	readonly table?: string;
	/** In place of the generated table of that name. @default false */
	readonly replace?: boolean;
	/** Into a file instead: CSV, TSV, JSON Lines, Parquet or Arrow by its name. */
	readonly out?: string;
	/** @default by the name of the file */
	readonly format?: TableFormat;
}

export interface GeneratedRows {
	readonly runId: string;
	readonly modelId: string;
	/** Where it is recorded what the rows are, with the verdict of the release gate. */
	readonly syntheticTableId: string;
	readonly rows: number;
	/** The table of the database that holds them; null: `synthetic_rows`, or a file. */
	readonly table: string | null;
	readonly out: string | null;
	/** The file beside `out` that says where the rows come from. */
	readonly provenance: string | null;
}

/**
 * Starts the work of the pipeline from a program. Every method checks what it is asked for, starts it, and gives a
 * job to follow; asked twice for the same, it goes on with what was not finished.
 */
export interface CounterfoilClient {
	/** All of it: ingest, train, generate, evaluate, score, queue, report. */
	run(request: JobRequest & { readonly source: string; readonly name?: string }): Promise<Job<RunSummary>>;
	/** Takes a table in, without training anything. */
	ingest(request: JobRequest & { readonly source: string; readonly name?: string }): Promise<Job<RunSummary>>;
	train(request: JobRequest & TableReference): Promise<Job<RunSummary>>;
	/** Scores new records by a model: its id or name, `name@3` for its third version. */
	score(request: JobRequest & TableReference & { readonly model: string }): Promise<Job<RunSummary>>;
	augment(request: AugmentRequest): Promise<Job<GeneratedRows>>;
	/** Lets go of the database. Jobs that are under way in this process are cancelled first. */
	close(): Promise<void>;
}

/**
 * Opens the database (and makes it where it is missing).
 *
 * @example
 * const client = await connect({ db: 'fraud.db' });
 * const job = await client.augment({ model: 'payments', rows: 500, where: ['is_fraud=1'] });
 * const { syntheticTableId } = await job.result();
 * await client.close();
 *
 * @throws CounterfoilError DATABASE_*, DISK_FULL
 */
export async function connect(options: ConnectOptions = {}): Promise<CounterfoilClient> {
	const workspace = await openWorkspace({ db: options.db, artifacts: options.artifacts });
	const client = clientOf(workspace, options);
	return {
		...client,
		async close() {
			await client.close();
			await workspace.close();
		},
	};
}

/**
 * The client over a workspace that is open already; closing it leaves the workspace open. On SQLite whoever writes in
 * this process must share one workspace: a second connection would wait for the first without letting it go on.
 */
export function clientOf(
	workspace: Workspace,
	options: Omit<ConnectOptions, 'db' | 'artifacts'> = {},
): CounterfoilClient {
	const isTemporal = options.runner === 'temporal';
	const jobs = new Set<Job<unknown>>();

	async function start<Result>(
		asked: Omit<AskedRun, 'config' | 'seed'> & { readonly readAs?: Awaited<ReturnType<typeof readAsTrained>> },
		{ settings = {}, seed = 1, signal, onEvent }: JobRequest,
		finish: (summary: RunSummary) => Promise<Result>,
	): Promise<Job<Result>> {
		const { readAs, ...what } = asked;
		const resolved = await resolveConfig({ file: options.config, flags: settings });
		const config = readAs === undefined ? resolved : readAs(resolved);
		const parts = isTemporal ? { scorerParts: PARTS_ON_TEMPORAL } : {};
		const { request, resumed } = await makeRequest(workspace, { ...what, config, seed, ...parts });
		const work = isTemporal
			? async (run: RunOptions) => (await import('../runtime/run-on-temporal.ts')).runOnTemporal(request, run)
			: (run: RunOptions) => runInProcess(workspace, request, run);
		const job = startJob({ runId: request.runId, resumed }, work, finish, { signal, onEvent });
		jobs.add(job);
		const forget = () => void jobs.delete(job);
		job.result().then(forget, forget);
		return job;
	}

	const asIs = async (summary: RunSummary): Promise<RunSummary> => summary;
	return {
		run: async (request) => start({ kind: 'pipeline', ...tableOf(request) }, request, asIs),
		ingest: async (request) => start({ kind: 'ingest', ...tableOf(request) }, request, asIs),
		train: async (request) => start({ kind: 'train', ...tableOf(request) }, request, asIs),
		async score(request) {
			const model = await getModel(workspace.store, request.model);
			const readAs = await readAsTrained(workspace, model);
			return start({ kind: 'score', modelId: model.model_id, readAs, ...tableOf(request) }, request, asIs);
		},
		async augment(request) {
			const plan = planOf(request);
			const output = request.out === undefined ? null : outputFormatOf(request.out, request.format);
			if (plan.into.kind === 'table') await requireFreeName(workspace.store, plan.into.name, plan.into.replace);
			const model = await getModel(workspace.store, request.model);
			await requirePossibleRows(workspace, model.model_id, plan);
			return start({ kind: 'augment', modelId: model.model_id, augment: plan }, request, async (summary) => {
				const syntheticTableId = summary.syntheticTableId as string;
				const { out = null } = request;
				const provenance =
					out === null || output === null
						? null
						: await writeGenerated(workspace, syntheticTableId, {
								...output,
								to: out,
								escapeFormulas: true,
								provenance: true,
							});
				return {
					runId: summary.runId,
					modelId: model.model_id,
					syntheticTableId,
					rows: summary.syntheticRows,
					table: plan.into.kind === 'table' ? plan.into.name : null,
					out,
					provenance,
				};
			});
		},
		async close() {
			if (!isTemporal) await Promise.all(Array.from(jobs, (job) => job.cancel()));
		},
	};
}

/** @throws CounterfoilError USAGE where it is not said which table, or said twice. */
function tableOf({
	source,
	name,
	dataset,
}: {
	readonly source?: string | undefined;
	readonly name?: string | undefined;
	readonly dataset?: string | undefined;
}): Pick<AskedRun, 'source' | 'datasetName' | 'datasetId'> {
	if ((source === undefined) === (dataset === undefined)) {
		throw new CounterfoilError('USAGE', 'name a file or a data set, one of the two', {
			hint: "{ source: 'payments.csv' } or { dataset: ID }",
		});
	}
	return { source, datasetName: name, datasetId: dataset };
}

/** @throws CounterfoilError USAGE, CONDITION_INVALID for what contradicts itself or cannot be read. */
function planOf(request: AugmentRequest): GenerationPlan {
	return makeGenerationPlan({ ...request, where: request.where?.map(toCondition) }, targetOf(request), {
		lacksRows: 'say it with { rows: 1000 }, or name rows to complete with { complete: FILE }',
		completes: 'leave out rows, where, balance and keys, or complete',
	});
}

function toCondition(said: string | Condition): Condition {
	if (typeof said !== 'string') return said;
	const condition = readCondition(said);
	if (condition !== null) return condition;
	throw new CounterfoilError('CONDITION_INVALID', 'this is no condition', {
		where: said,
		hint: HOW_CONDITIONS_ARE_WRITTEN,
	});
}

function targetOf({ table, replace = false, out }: AugmentRequest): GenerationTarget {
	if (table !== undefined && out !== undefined) {
		throw new CounterfoilError('USAGE', 'rows go into a table or into a file, one of the two', {
			hint: 'leave out table, or out',
		});
	}
	if (table !== undefined) return { kind: 'table', name: table, replace };
	return { kind: out === undefined ? 'rows' : 'file' };
}
