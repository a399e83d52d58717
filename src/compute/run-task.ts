import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CounterfoilError, type ErrorRecord } from '../contracts/errors.ts';
import type { ComputeSteps, StepContext } from '../contracts/pipeline.ts';
import { childEnvironment } from './child-environment.ts';
import { childMessage, type TaskRequest } from './messages.ts';

export interface ComputeSettings {
	readonly artifactRoot: string;
	readonly backend: 'auto' | 'node' | 'wasm';
	/** A child that says nothing for so long is stopped. @default 300,000 */
	readonly stallTimeoutMs?: number;
	/** Between asking a child to end and ending it. @default 10,000 */
	readonly killGraceMs?: number;
	/** Limit of the child's JavaScript heap in MB. @default 4096 */
	readonly heapMb?: number;
}

const STDERR_KEPT = 4_000;

/**
 * Carries out one compute step in a child process of its own, so that a long calculation starves nobody,
 * a crash or an exhausted heap fails this step alone, and a cancelled step really ends.
 *
 * @throws CounterfoilError the child's own error; CANCELLED when `context.signal` is aborted;
 * CHILD_CRASHED, CHILD_OUT_OF_MEMORY or CHILD_TIMED_OUT when the process ends without an answer.
 */
export function runTask<Name extends keyof ComputeSteps>(
	task: Name,
	input: Parameters<ComputeSteps[Name]>[0],
	context: StepContext,
	settings: ComputeSettings,
): Promise<Awaited<ReturnType<ComputeSteps[Name]>>> {
	type Output = Awaited<ReturnType<ComputeSteps[Name]>>;
	const stallTimeoutMs = settings.stallTimeoutMs ?? 300_000;
	const killGraceMs = settings.killGraceMs ?? 10_000;
	return new Promise<Output>((resolve, reject) => {
		if (context.signal.aborted) {
			reject(cancelled(task));
			return;
		}
		const child = startChild(settings.heapMb ?? 4096);
		let settled = false;
		let failure: CounterfoilError | null = null;
		let stderr = '';
		let stallTimer = setTimeout(onStall, stallTimeoutMs);
		let killTimer: NodeJS.Timeout | null = null;

		function stop(reason: CounterfoilError): void {
			failure ??= reason;
			child.kill('SIGTERM');
			killTimer ??= setTimeout(() => child.kill('SIGKILL'), killGraceMs);
		}
		function onStall(): void {
			stop(
				new CounterfoilError('CHILD_TIMED_OUT', `${task} gave no sign of life for ${stallTimeoutMs / 1000} s`, {
					where: task,
					hint: 'run the same command again: it goes on from the last checkpoint',
				}),
			);
		}
		function onAbort(): void {
			stop(cancelled(task));
		}
		function settle(act: () => void): void {
			if (settled) return;
			settled = true;
			clearTimeout(stallTimer);
			if (killTimer !== null) clearTimeout(killTimer);
			context.signal.removeEventListener('abort', onAbort);
			act();
		}

		context.signal.addEventListener('abort', onAbort, { once: true });
		child.stderr?.setEncoding('utf8').on('data', (text: string) => {
			if (process.env.COUNTERFOIL_DEBUG) process.stderr.write(text);
			stderr = (stderr + text).slice(-STDERR_KEPT);
		});
		child.on('message', (raw) => {
			clearTimeout(stallTimer);
			stallTimer = setTimeout(onStall, stallTimeoutMs);
			const parsed = childMessage.safeParse(raw);
			if (!parsed.success) {
				stop(new CounterfoilError('INTERNAL', `${task} sent a message that is not understood`, { where: task }));
				return;
			}
			const message = parsed.data;
			if (message.type === 'progress') context.report(message.progress);
			if (message.type === 'error') failure ??= CounterfoilError.fromRecord(message.error as ErrorRecord);
			if (message.type === 'result' && failure === null) settle(() => resolve(message.output as Output));
		});
		child.on('error', (cause) => {
			settle(() =>
				reject(new CounterfoilError('CHILD_CRASHED', `${task} could not be started: ${cause.message}`, { cause })),
			);
		});
		child.on('exit', (code, signal) => {
			settle(() => reject(failure ?? crashed(task, code, signal, stderr)));
		});
		child.send({
			task,
			input,
			artifactRoot: settings.artifactRoot,
			backend: settings.backend,
			previous: context.previous,
		} satisfies TaskRequest);
	});
}

function startChild(heapMb: number): ChildProcess {
	const isSource = import.meta.url.endsWith('.ts');
	const entry = fileURLToPath(new URL(isSource ? './child-entry.ts' : './child-entry.js', import.meta.url));
	return fork(entry, [], {
		stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
		execArgv: [`--max-old-space-size=${heapMb}`, '--disable-warning=ExperimentalWarning'],
		env: childEnvironment(),
	});
}

function cancelled(task: string): CounterfoilError {
	return new CounterfoilError('CANCELLED', `${task} was cancelled`, { where: task });
}

function crashed(task: string, code: number | null, signal: string | null, stderr: string): CounterfoilError {
	if (/heap out of memory|bad_alloc|Cannot allocate memory/i.test(stderr)) {
		return new CounterfoilError('CHILD_OUT_OF_MEMORY', `${task} reached its memory limit`, {
			where: task,
			hint: 'use fewer columns (--ignore) or a machine with more memory',
		});
	}
	const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
	const lastLine = stderr.trim().split('\n').at(-1) ?? '';
	return new CounterfoilError(
		'CHILD_CRASHED',
		`${task} ended unexpectedly (${how})${lastLine === '' ? '' : `: ${lastLine}`}`,
		{
			where: task,
			hint: 'run the same command again: it goes on from the last checkpoint',
		},
	);
}
