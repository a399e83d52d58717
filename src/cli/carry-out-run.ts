import type { NamedFiles } from '../artifacts/named-files.ts';
import type { GenerationPlan } from '../contracts/conditions.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import type { MonitorPlan, RetrainPlan } from '../contracts/learning-plan.ts';
import type { RunConfig, RunKind, RunRequest, RunSummary } from '../contracts/run-config.ts';
import type { Workspace } from '../runtime/open-workspace.ts';
import type { RunEvent } from '../runtime/run-event.ts';
import { commandName, quoteArgument, sameCommand } from './command-name.ts';
import { endDryRun } from './dry-run.ts';
import { ExitWith } from './exit-with.ts';
import { followProgress } from './follow-progress.ts';
import { handleInterrupt } from './handle-interrupt.ts';
import { isWrittenByCommand } from './is-written-by-command.ts';
import { type Place, placeOptions } from './place-options.ts';
import { type RunFlags, toConfigFlags } from './run-options.ts';
import type { Terminal } from './terminal.ts';
import { timedOut } from './time-limit.ts';

/** What a command asks to be run. */
export interface AskedRun {
	readonly kind: RunKind;
	/** Absolute path. */
	readonly source?: string;
	/** The source was piped in, and written to the workspace for the run alone. */
	readonly isPiped?: boolean;
	readonly datasetName?: string;
	readonly datasetId?: string;
	readonly modelId?: string;
	readonly augment?: GenerationPlan;
	readonly retrain?: RetrainPlan;
	readonly monitor?: MonitorPlan;
	/** How the table is read, given what was told. */
	readonly readAs?: (told: RunConfig) => RunConfig;
	/** Rows of the table or to generate, if known; for the estimate of the time left. */
	readonly rows?: number;
}

export interface CarriedOut {
	readonly summary: RunSummary;
	/** An earlier attempt was taken up again. */
	readonly resumed: boolean;
	readonly tookMs: number;
}

export const DEFAULT_SEED = 1;

/** Exit code of mistakes in what was typed. */
const USAGE = 2;

/**
 * Carries out a run with progress on the terminal, by the in-process runner or on Temporal.
 *
 * @throws ExitWith when interrupted, or with the run that an error belongs to
 */
export async function carryOutRun(
	workspace: Workspace,
	asked: AskedRun,
	flags: RunFlags,
	terminal: Terminal,
): Promise<CarriedOut> {
	const { resolveConfig } = await import('../runtime/resolve-config.ts');
	const { makeRequest, PARTS_ON_TEMPORAL } = await import('../runtime/make-request.ts');
	const resolved = await resolveConfig({ file: flags.config, flags: toConfigFlags(flags) });
	const { rows, readAs, isPiped, ...what } = asked;
	const config = readAs === undefined ? resolved : readAs(resolved);
	const { request, resumed } = await makeRequest(workspace, {
		...what,
		config,
		seed: flags.seed ?? DEFAULT_SEED,
		...(flags.temporal === true ? { scorerParts: PARTS_ON_TEMPORAL } : {}),
	});
	if (!resumed) await checkRequest(workspace, request, flags, terminal);
	if (flags.dryRun === true) {
		const { printPlan } = await import('./print-plan.ts');
		const { findDatabase } = await import('../runtime/find-home.ts');
		const database = findDatabase(flags.db);
		await printPlan({ request, resumed, rows: rows ?? null, database }, workspace, terminal);
		endDryRun(terminal);
		throw new ExitWith(0);
	}
	if (resumed) terminal.note(`going on with run ${request.runId}`);
	if (isPiped === true) terminal.note(`what was piped in is kept until the run is done: ${asked.source}`);
	if (asked.kind === 'pipeline' || asked.kind === 'train') notePrivacy(config, terminal);

	const carryOut = flags.temporal === true ? await onTemporal() : await inProcess(workspace);
	const followed = { request, rows: rows ?? null, resumed, place: flags, spool: workspace.spool };
	return follow(followed, terminal, (options) =>
		carryOut(request, options).catch((error: unknown) => {
			throw placeIn(asked.source, error);
		}),
	);
}

/**
 * What is wrong with what was typed, such as a mistyped column and rows that there cannot be, is told before a run is
 * noted; what else is wrong with the file the run tells, with its rejects.
 */
async function checkRequest(
	workspace: Workspace,
	request: RunRequest,
	flags: RunFlags,
	{ timeLimit }: Terminal,
): Promise<void> {
	if (request.augment !== null && request.modelId !== null) {
		const { requirePossibleRows } = await import('../runtime/require-possible-rows.ts');
		await requirePossibleRows(workspace, request.modelId, request.augment);
	}
	const { requireNamedColumns } = await import('../runtime/require-named-columns.ts');
	try {
		await requireNamedColumns(workspace, request, timeLimit.signal);
	} catch (error) {
		const failure = CounterfoilError.from(error);
		if (failure.code === 'COLUMN_UNKNOWN') throw await placeInSettings(failure, flags);
		if (flags.dryRun === true || failure.exitCode === USAGE) throw failure;
	}
}

/** A column that a file or the environment has named is a mistake there, not on the command line. */
async function placeInSettings(failure: CounterfoilError, flags: RunFlags): Promise<CounterfoilError> {
	const { gatherConfig } = await import('../runtime/gather-config.ts');
	const column = /^column (".*")$/.exec(failure.where ?? '')?.[1];
	if (column === undefined) return failure;
	const layers = await gatherConfig({ file: flags.config, flags: toConfigFlags(flags) });
	const layer = layers.find(({ said }) => JSON.stringify(said).includes(column));
	if (layer === undefined || layer.kind === 'flag') return failure;
	const where = `${layer.path ?? 'environment'}, ${failure.where}`;
	return CounterfoilError.fromRecord({ ...failure.toRecord(), where });
}

/** What a promise to the rows does not cover is said before anything is done under it. */
function notePrivacy({ generator, entity }: RunConfig, terminal: Terminal): void {
	if (generator.privacy === undefined) return;
	terminal.note(
		'the promise is for generated rows; scores, report and figures look at the real rows (docs/privacy.md)',
	);
	if (entity.length === 0) return;
	terminal.note('it is for single rows: who has several rows, as entities do, is protected less');
}

/** Whether what went wrong is what was asked for, or the table: with the same table it goes wrong again. */
export function isOfTable({ exitCode }: { readonly exitCode: number }): boolean {
	return exitCode >= 2 && exitCode <= 4;
}

/** What is wrong with a table as a whole is wrong in its file. */
function placeIn(source: string | undefined, error: unknown): CounterfoilError {
	const failure = CounterfoilError.from(error);
	if (source === undefined || failure.where !== undefined || !isOfTable(failure)) return failure;
	const { code, message, hint, cause } = failure;
	return new CounterfoilError(code, message, { where: source, ...(hint === undefined ? {} : { hint }), cause });
}

type CarryOut = typeof import('../runtime/run-on-temporal.ts').runOnTemporal;

async function onTemporal(): Promise<CarryOut> {
	return (await import('../runtime/run-on-temporal.ts')).runOnTemporal;
}

async function inProcess(workspace: Workspace): Promise<CarryOut> {
	const { runInProcess } = await import('../runtime/run-in-process.ts');
	return (request, options) => runInProcess(workspace, request, options);
}

interface FollowOptions {
	readonly signal: AbortSignal;
	readonly onEvent: (event: RunEvent) => void;
}

export interface Followed {
	readonly request: RunRequest;
	/** Of the table or to generate, if known. */
	readonly rows: number | null;
	/** An earlier attempt is taken up again. */
	readonly resumed: boolean;
	readonly place: Place;
	/** Where a table is that was written for the run alone. */
	readonly spool: NamedFiles;
}

/** Runs `work` with a progress line and with Ctrl-C as a way to stop it. */
export async function follow(
	followed: Followed,
	terminal: Terminal,
	work: (options: FollowOptions) => Promise<RunSummary>,
): Promise<CarriedOut> {
	const { request, rows, resumed, spool } = followed;
	const { kind, runId, source } = request;
	const startedMs = Date.now();
	const interrupt = handleInterrupt(terminal);
	terminal.event({ type: 'run', runId, kind, resumed });
	const progress = followProgress({ kind, rows }, terminal);
	try {
		const summary = await work({ signal: interrupt.signal, onEvent: (event) => progress.onEvent(event) });
		if (source !== null) await spool.drop(source);
		return { summary, resumed, tookMs: Date.now() - startedMs };
	} catch (error) {
		const failure = CounterfoilError.from(error);
		const where = `run ${runId}`;
		const hint = howToGoOn(followed, terminal);
		if (interrupt.isTimedOut()) throw new ExitWith(6, timedOut(hint, where), { runId });
		// Which step was at work when it was cancelled says nothing to a person.
		const cancelled = (words: string) =>
			new CounterfoilError('CANCELLED', `${words} before it was done`, { where, hint });
		const exitCode = interrupt.exitCode();
		if (exitCode !== null) throw new ExitWith(exitCode, cancelled('stopped'), { runId });
		const shown = failure.code === 'CANCELLED' ? cancelled('cancelled') : failure;
		throw new ExitWith(shown.exitCode, shown, { runId });
	} finally {
		progress.stop();
		interrupt.release();
	}
}

function howToGoOn({ request, place }: Followed, { argv }: Terminal): string {
	const again = `${commandName()} runs resume ${quoteArgument(request.runId)}${placeOptions(place)}`;
	return `to go on: ${isWrittenByCommand(request) ? sameCommand(argv) : again}`;
}

interface WorkspaceFlags {
	readonly db?: string;
	readonly artifacts?: string;
	readonly dryRun?: boolean;
}

export interface WorkspaceUse {
	/** What a dry run works on. @default 'on a copy' */
	readonly trial?: 'on a copy' | 'read only';
	/**
	 * Where there is no database: it is made, or the command is refused, or, of one that lists, there is nothing to list
	 * unless a database was named. @default 'refused'
	 */
	readonly missing?: 'made' | 'refused' | 'empty';
}

/** `withWorkspace` for what begins a database where there is none. */
export function withWorkspaceOrNew<T>(flags: WorkspaceFlags, work: (workspace: Workspace) => Promise<T>): Promise<T> {
	return withWorkspace(flags, work, { missing: 'made' });
}

/** `withWorkspace` for what lists: where there is no database, and none was named, there is nothing to list. */
export function withWorkspaceOrEmpty<T>(flags: WorkspaceFlags, work: (workspace: Workspace) => Promise<T>): Promise<T> {
	return withWorkspace(flags, work, { missing: 'empty' });
}

/**
 * Opens the workspace that the flags name, for as long as `work` goes on; with `--dry-run` a trial of it.
 *
 * @throws CounterfoilError NOT_FOUND where there is no database and none is made; as `openWorkspace`
 */
export async function withWorkspace<T>(
	{ db, artifacts, dryRun }: WorkspaceFlags,
	work: (workspace: Workspace) => Promise<T>,
	{ trial = 'on a copy', missing = 'refused' }: WorkspaceUse = {},
): Promise<T> {
	const { openWorkspace } = await import('../runtime/open-workspace.ts');
	const { openReadOnlyWorkspace, openTrialWorkspace } = await import('../runtime/open-trial-workspace.ts');
	const { isDatabaseMissing, isDatabaseNamed, requireDatabase } = await import('./require-database.ts');
	const isEmpty = missing === 'empty' && !isDatabaseNamed(db) && (await isDatabaseMissing(db));
	if (missing !== 'made' && !isEmpty) await requireDatabase(db);
	const openTrial = trial === 'on a copy' || isEmpty ? openTrialWorkspace : openReadOnlyWorkspace;
	const workspace = await (dryRun === true || isEmpty ? openTrial : openWorkspace)({ db, artifacts });
	try {
		return await work(workspace);
	} finally {
		await workspace.close();
	}
}
