import { CounterfoilError } from '../contracts/errors.ts';
import type { IngestInput, IngestOutput, RefusedFile } from '../contracts/pipeline.ts';
import { DEFAULT_INPUT_LIMITS, type InputLimits } from '../contracts/run-config.ts';
import type { StepContext } from '../contracts/steps.ts';
import { type ComputeSettings, runTask } from './run-task.ts';

/**
 * Reads a table in a child process of bounded memory that has to get on. A file that exhausts the memory, gets
 * nowhere or ends the process is refused by its name; where the table has several files, it is left out and the
 * others are read.
 *
 * @throws INPUT_UNSAFE, and what `runTask` throws where no file is at fault.
 */
export async function ingestContained(
	input: IngestInput,
	context: StepContext,
	settings: ComputeSettings,
): Promise<IngestOutput> {
	const limits = { ...DEFAULT_INPUT_LIMITS, ...input.config.limits };
	const refusedFiles: RefusedFile[] = [];
	for (;;) {
		let file: string | null = null;
		try {
			return await runTask('ingest', { ...input, refusedFiles }, context, {
				...settings,
				...readingSettings(limits),
				onInput: (path) => {
					file = path;
				},
			});
		} catch (error) {
			const failure = CounterfoilError.from(error);
			const reason = reasonFor(failure, limits);
			if (file === null || reason === null) throw failure;
			const message = `Reading the file ${reason}.`;
			if (file === input.source || refusedFiles.some(({ path }) => path === file)) {
				throw new CounterfoilError('INPUT_UNSAFE', message, {
					where: file,
					hint: 'If the file is to be trusted, allow more with --limit memory=8GiB or --limit stall=30m.',
					cause: failure,
				});
			}
			refusedFiles.push({ path: file, code: 'INPUT_UNSAFE', message });
		}
	}
}

/** Limits of the process that reads a table. */
export function readingSettings(limits: InputLimits): Partial<ComputeSettings> {
	return {
		memoryMb: limits.memoryMb,
		heapMb: limits.memoryMb,
		stallTimeoutMs: limits.stallSeconds * 1_000,
		progressTimeoutMs: limits.stallSeconds * 1_000,
	};
}

/** What a file did to the process that read it; null where it may not have been the file. */
function reasonFor(
	{ code, message }: CounterfoilError,
	{ memoryMb, stallSeconds }: { readonly memoryMb: number; readonly stallSeconds: number },
): string | null {
	if (code === 'CHILD_OUT_OF_MEMORY') return `took more than ${memoryMb} MB of memory`;
	if (code === 'CHILD_TIMED_OUT') return `got nowhere for ${stallSeconds} s`;
	// A process that is killed from outside ends by another signal.
	const signal =
		code === 'CHILD_CRASHED' ? /signal (SIGSEGV|SIGABRT|SIGBUS|SIGILL|SIGFPE|SIGTRAP)/.exec(message) : null;
	return signal === null ? null : `ended the process that read it (${signal[1]})`;
}
