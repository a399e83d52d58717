import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CounterfoilError } from '../contracts/errors.ts';
import type { ComputeTasks, StepContext } from '../contracts/steps.ts';
import { childArguments, childEnvironment } from './child-environment.ts';
import { childMessage, type TaskRequest } from './messages.ts';
import { watchMemory } from './watch-memory.ts';

export interface ComputeSettings {
	readonly artifactRoot: string;
	readonly backend: 'auto' | 'node' | 'wasm';
	/** A child that says nothing for so long is stopped. @default 300,000 */
	readonly stallTimeoutMs?: number;
	/** Between asking a child to end and ending it. @default 10,000 */
	readonly killGraceMs?: number;
	/** Limit of the child's JavaScript heap in MB. @default 4096 */
	readonly heapMb?: number;
	/** Limit of the child's resident memory in MB, buffers included. @default none */
	readonly memoryMb?: number;
	/** A child that is alive but tells of no progress for so long is stopped. @default never */
	readonly progressTimeoutMs?: number;
	/** Told which file the child reads from now on. */
	readonly onInput?: (path: string) => void;
	/** Program of the child, which speaks the messages of `messages.ts`. @default child-entry.ts */
	readonly entry?: URL;
}

const STDERR_KEPT = 4_000;

/**
 * Carries out one compute step in a child process of its own, so that a long calculation starves nobody,
 * a crash or an exhausted heap fails this step alone, and a cancelled step really ends. The child is gone when
 * the promise settles.
 *
 * @throws CounterfoilError the child's own error; CANCELLED when `context.signal` is aborted;
 * CHILD_CRASHED, CHILD_OUT_OF_MEMORY or CHILD_TIMED_OUT when the process ends without an answer.
 */
export function runTask<Name extends keyof ComputeTasks>(
	task: Name,
	input: Parameters<ComputeTasks[Name]>[0],
	context: StepContext,
	settings: ComputeSettings,
): Promise<Awaited<ReturnType<ComputeTasks[Name]>>> {
	type Output = Awaited<ReturnType<ComputeTasks[Name]>>;
	const stallTimeoutMs = settings.stallTimeoutMs ?? 300_000;
	const killGraceMs = settings.killGraceMs ?? 10_000;
	return new Promise<Output>((resolve, reject) => {
		if (context.signal.aborted) {
			reject(cancelled(task));
			return;
		}
		let child: ChildProcess;
		try {
			child = startChild(settings);
		} catch (cause) {
			reject(notStarted(task, cause));
			return;
		}
		let result: { readonly output: Output } | null = null;
		let failure: CounterfoilError | null = null;
		let stderr = '';
		const stallTimer = setTimeout(onStall, stallTimeoutMs);
		const { memoryMb, progressTimeoutMs } = settings;
		const progressTimer = progressTimeoutMs === undefined ? null : setTimeout(onNoProgress, progressTimeoutMs);
		const endWatch =
			memoryMb === undefined || child.pid === undefined ? null : watchMemory(child.pid, memoryMb, onMemory);
		let killTimer: NodeJS.Timeout | null = null;

		function stop(reason: CounterfoilError): void {
			failure ??= reason;
			child.kill('SIGTERM');
			killAfterGrace();
		}
		function killAfterGrace(): void {
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
		function onNoProgress(): void {
			stop(
				new CounterfoilError('CHILD_TIMED_OUT', `${task} got nowhere for ${(progressTimeoutMs ?? 0) / 1000} s`, {
					where: task,
				}),
			);
		}
		function onMemory(): void {
			failure ??= outOfMemory(task);
			child.kill('SIGKILL');
		}
		function onAbort(): void {
			stop(cancelled(task));
		}
		function onEnd(code: number | null, signal: string | null): void {
			clearTimeout(stallTimer);
			if (progressTimer !== null) clearTimeout(progressTimer);
			endWatch?.();
			if (killTimer !== null) clearTimeout(killTimer);
			context.signal.removeEventListener('abort', onAbort);
			if (failure === null && result !== null) resolve(result.output);
			else reject(failure ?? crashed(task, code, signal, stderr));
		}

		context.signal.addEventListener('abort', onAbort, { once: true });
		child.stderr?.setEncoding('utf8').on('data', (text: string) => {
			if (process.env.COUNTERFOIL_DEBUG) process.stderr.write(text);
			stderr = (stderr + text).slice(-STDERR_KEPT);
		});
		child.on('message', (raw) => {
			const parsed = childMessage.safeParse(raw);
			if (!parsed.success) {
				stop(new CounterfoilError('INTERNAL', `${task} sent a message that is not understood`, { where: task }));
				return;
			}
			stallTimer.refresh();
			const message = parsed.data;
			if (message.type !== 'alive') progressTimer?.refresh();
			if (message.type === 'input' && message.path !== null) settings.onInput?.(message.path);
			if (message.type === 'progress' && failure === null) context.report(message.progress);
			if (message.type === 'error') failure ??= CounterfoilError.fromRecord(message.error);
			if (message.type === 'result') result = { output: message.output as Output };
			// Its work is over: all that is left for it to do is to end.
			if (message.type === 'error' || message.type === 'result') killAfterGrace();
		});
		child.on('error', (cause) => {
			// A request that cannot be handed to a child that has just died is told by its end.
			if (child.pid !== undefined) return;
			failure ??= notStarted(task, cause);
			onEnd(null, null);
		});
		// Not `exit`, which may come before the last message and the end of stderr.
		child.on('close', onEnd);
		child.send({
			task,
			input,
			artifactRoot: settings.artifactRoot,
			backend: settings.backend,
			previous: context.previous,
		} satisfies TaskRequest);
	});
}

function startChild({ entry, heapMb = 4096 }: ComputeSettings): ChildProcess {
	const isSource = import.meta.url.endsWith('.ts');
	const program = entry ?? new URL(isSource ? './child-entry.ts' : './child-entry.js', import.meta.url);
	return fork(fileURLToPath(program), [], {
		stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
		execArgv: childArguments(heapMb),
		env: childEnvironment(),
	});
}

function notStarted(task: string, cause: unknown): CounterfoilError {
	const { message } = CounterfoilError.from(cause);
	return new CounterfoilError('CHILD_CRASHED', `${task} could not be started: ${message}`, { where: task, cause });
}

function cancelled(task: string): CounterfoilError {
	return new CounterfoilError('CANCELLED', `${task} was cancelled`, { where: task });
}

function outOfMemory(task: string): CounterfoilError {
	return new CounterfoilError('CHILD_OUT_OF_MEMORY', `${task} reached its memory limit`, {
		where: task,
		hint: 'use fewer columns (--ignore) or a machine with more memory',
	});
}

function crashed(task: string, code: number | null, signal: string | null, stderr: string): CounterfoilError {
	if (/heap out of memory|bad_alloc|Cannot allocate memory/i.test(stderr)) return outOfMemory(task);
	const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
	const reason = reasonIn(stderr);
	return new CounterfoilError('CHILD_CRASHED', `${task} ended unexpectedly (${how})${reason}`, {
		where: task,
		hint: 'run the same command again: it goes on from the last checkpoint',
	});
}

/** The line that says why: the name of an error, or else the last; Node itself ends with its version. */
function reasonIn(stderr: string): string {
	const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('Node.js v'));
	const line = lines.findLast((text) => /^\w*Error\b/.test(text)) ?? lines.at(-1);
	return line === undefined ? '' : `: ${line.trim()}`;
}
