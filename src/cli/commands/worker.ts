import { delimiter, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { INPUT_ROOTS } from '../../compute/open-options.ts';
import { CounterfoilError } from '../../contracts/errors.ts';
import { isObjectAddress } from '../../contracts/object-address.ts';
import type { LogLevel } from '../../runtime/worker-log.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspaceOrNew } from '../carry-out-run.ts';
import { ExitWith } from '../exit-with.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { handleInterrupt } from '../handle-interrupt.ts';
import { parseDuration, parseWhole } from '../parse-arguments.ts';
import type { Terminal } from '../terminal.ts';

/** Named here, so that the help does not load the logger. */
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const satisfies readonly LogLevel[];

type WorkerFlags = GlobalFlags & {
	readonly queue: 'io' | 'compute' | 'both';
	readonly computeSlots: number;
	readonly inputRoot?: readonly string[];
	readonly drain?: number;
	readonly metrics?: string;
	readonly health?: string;
	readonly deployment?: string;
	readonly buildId?: string;
	readonly logLevel?: LogLevel;
};

export function defineWorker(command: Command, terminal: Terminal): void {
	command
		.addOption(
			new Option('--queue <queue>', 'what to take: io needs the database, compute a free core')
				.choices(['io', 'compute', 'both'])
				.default('both'),
		)
		.option('--compute-slots <n>', 'calculations at a time', parseWhole(1), 2)
		.option(
			'--input-root <folders...>',
			'folders and s3:// addresses that tables may be read from (default: the current folder)',
		);
	command
		.option(
			'--drain <time>',
			'for steps to end when the worker is to stop, before they are handed back',
			parseDuration,
			5,
		)
		.option('--metrics <host:port>', 'Prometheus finds the metrics of the Temporal SDK here, under /metrics')
		.option('--health <host:port>', 'answers GET /healthz and /readyz')
		.addOption(
			new Option(
				'--log-level <level>',
				'of the JSON lines on stdout; also COUNTERFOIL_LOG_LEVEL (default: info)',
			).choices(LOG_LEVELS),
		)
		.option('--deployment <name>', 'worker versioning: name of the deployment, with --build-id')
		.option('--build-id <id>', 'worker versioning: runs stay with the version that began them');
	command.addHelpText(
		'after',
		'\nThe server is found as by the temporal command: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_PROFILE\n' +
			'and the configuration file of Temporal; without them localhost:7233.',
	);
	addExamples(command, [
		['worker', 'everything on one machine'],
		['worker --queue compute --compute-slots 1', 'on a machine that only calculates'],
		['run payments.csv --temporal', 'in another terminal: work for it'],
	]);
	command.action(async () => {
		const flags = command.optsWithGlobals<WorkerFlags>();
		const interrupt = handleInterrupt(terminal);
		try {
			await withWorkspaceOrNew(flags, async (workspace) => {
				allowInputs(flags.inputRoot, workspace.paths.spool);
				const { startWorker } = await import('../../runtime/start-worker.ts');
				const { openWorkerLog } = await import('../../runtime/worker-log.ts');
				await startWorker(workspace, {
					queues: flags.queue === 'both' ? ['io', 'compute'] : [flags.queue],
					computeSlots: flags.computeSlots,
					drainMs: (flags.drain ?? 5) * 1_000,
					...(flags.metrics === undefined ? {} : { metricsAddress: flags.metrics }),
					...(flags.health === undefined ? {} : { healthAddress: flags.health }),
					...versionOf(flags),
					log: openWorkerLog(levelOf(flags), workspace.version),
					signal: interrupt.signal,
					onReady: () => terminal.note('the worker is ready; Ctrl-C ends it'),
				});
			});
		} finally {
			interrupt.release();
		}
		// Being asked to end is how a worker ends; what it had under way is taken up by another.
		const exitCode = interrupt.exitCode();
		if (exitCode !== null) throw new ExitWith(exitCode);
	});
}

/** @throws CounterfoilError USAGE */
function levelOf({ logLevel, quiet }: WorkerFlags): LogLevel {
	const named = logLevel ?? (process.env.COUNTERFOIL_LOG_LEVEL || (quiet === true ? 'warn' : 'info'));
	const level = LOG_LEVELS.find((known) => known === named);
	if (level !== undefined) return level;
	throw new CounterfoilError('USAGE', 'COUNTERFOIL_LOG_LEVEL is no level', { hint: `one of ${LOG_LEVELS.join(', ')}` });
}

/** @throws CounterfoilError USAGE for one without the other */
function versionOf({ deployment, buildId }: WorkerFlags) {
	if (deployment !== undefined && buildId !== undefined) return { version: { deploymentName: deployment, buildId } };
	if (deployment === undefined && buildId === undefined) return {};
	throw new CounterfoilError('USAGE', 'a version is a deployment and a build id', {
		hint: '--deployment counterfoil --build-id 0.1.0',
	});
}

/**
 * Whoever can start a workflow names the file, so a worker reads from some folders only. The processes that read
 * find them in the environment, where they may also be set.
 */
function allowInputs(roots: readonly string[] | undefined, spool: string): void {
	if (roots === undefined && process.env[INPUT_ROOTS] !== undefined) return;
	const folders = [...(roots ?? ['.']), spool];
	const absolute = folders.map((folder) => (isObjectAddress(folder) ? folder : resolve(folder)));
	process.env[INPUT_ROOTS] = absolute.join(delimiter);
}
