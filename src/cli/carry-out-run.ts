import type { GenerationPlan } from '../contracts/conditions.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import type { MonitorPlan, RetrainPlan } from '../contracts/learning-plan.ts';
import type { DialectConfig, RunConfig, RunKind, RunRequest, RunSummary } from '../contracts/run-config.ts';
import type { Workspace } from '../runtime/open-workspace.ts';
import type { RunEvent } from '../runtime/run-event.ts';
import { commandName, quoteArgument } from './command-name.ts';
import { ExitWith } from './exit-with.ts';
import { handleInterrupt } from './handle-interrupt.ts';
import { type RunFlags, toConfigFlags } from './run-options.ts';
import { showProgress } from './show-progress.ts';
import { dropSpooled } from './spool-stdin.ts';
import type { Terminal } from './terminal.ts';

/** What a command asks to be run. */
export interface AskedRun {
	readonly kind: RunKind;
	/** Absolute path. */
	readonly source?: string;
	readonly datasetName?: string;
	readonly datasetId?: string;
	readonly modelId?: string;
	readonly augment?: GenerationPlan;
	readonly retrain?: RetrainPlan;
	readonly monitor?: MonitorPlan;
	/** How the table is read, given what was told. */
	readonly readAs?: (told: DialectConfig) => DialectConfig;
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
	const { rows, readAs, ...what } = asked;
	const config = readAs === undefined ? resolved : { ...resolved, dialect: readAs(resolved.dialect) };
	const { request, resumed } = await makeRequest(workspace, {
		...what,
		config,
		seed: flags.seed ?? DEFAULT_SEED,
		...(flags.temporal === true ? { scorerParts: PARTS_ON_TEMPORAL } : {}),
	});
	if (resumed) terminal.note(`going on with run ${request.runId}`);
	if (asked.kind === 'pipeline' || asked.kind === 'train') notePrivacy(config, terminal);

	const carryOut = flags.temporal === true ? await onTemporal() : await inProcess(workspace);
	const done = await follow(request, rows ?? null, resumed, terminal, (options) =>
		carryOut(request, options).catch((error: unknown) => {
			throw placeIn(asked.source, error);
		}),
	);
	await dropSpooled(asked.source, workspace.paths.home);
	return done;
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

/** What is wrong with a table as a whole is wrong in its file. */
function placeIn(source: string | undefined, error: unknown): CounterfoilError {
	const failure = CounterfoilError.from(error);
	const isOfTable = failure.exitCode >= 2 && failure.exitCode <= 4 && failure.where === undefined;
	if (!isOfTable || source === undefined) return failure;
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

/** Runs `work` with a progress line and with Ctrl-C as a way to stop it. */
export async function follow(
	request: RunRequest,
	rows: number | null,
	resumed: boolean,
	terminal: Terminal,
	work: (options: FollowOptions) => Promise<RunSummary>,
): Promise<CarriedOut> {
	const { kind, runId } = request;
	const startedMs = Date.now();
	const interrupt = handleInterrupt(terminal);
	// With --json and no terminal stderr is for a program too: it gets errors and nothing else.
	const isWatched = !terminal.quiet && (!terminal.json || terminal.stderr.isTTY === true);
	const progress = isWatched ? showProgress({ stream: terminal.stderr, rows, kind }) : null;
	try {
		const summary = await work({ signal: interrupt.signal, onEvent: (event) => progress?.onEvent(event) });
		return { summary, resumed, tookMs: Date.now() - startedMs };
	} catch (error) {
		const failure = CounterfoilError.from(error);
		const exitCode = interrupt.exitCode();
		if (exitCode !== null) throw new ExitWith(exitCode, interrupted(request, 'stopped before it was done'), { runId });
		// Which step was at work when it was cancelled says nothing to a person.
		const shown = failure.code === 'CANCELLED' ? interrupted(request, 'cancelled before it was done') : failure;
		throw new ExitWith(shown.exitCode, shown, { runId, showStack: failure.code === 'INTERNAL' });
	} finally {
		progress?.stop();
		interrupt.release();
	}
}

function interrupted(request: RunRequest, message: string): CounterfoilError {
	return new CounterfoilError('CANCELLED', message, {
		where: `run ${request.runId}`,
		hint: isWrittenByCommand(request)
			? 'to go on: give the same command again'
			: `to go on: ${commandName()} runs resume ${quoteArgument(request.runId)}`,
	});
}

/** Whether the rows go to a file, which only the command that asked for them knows. */
export function isWrittenByCommand({ augment }: RunRequest): boolean {
	return augment?.into.kind === 'file';
}

/** Opens the workspace that the flags name, for as long as `work` goes on. */
export async function withWorkspace<T>(
	flags: { readonly db?: string },
	work: (workspace: Workspace) => Promise<T>,
): Promise<T> {
	const { openWorkspace } = await import('../runtime/open-workspace.ts');
	const workspace = await openWorkspace(flags.db === undefined ? {} : { db: flags.db });
	try {
		return await work(workspace);
	} finally {
		await workspace.close();
	}
}
