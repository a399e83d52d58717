import type { RunRequest } from '../contracts/run-config.ts';

/** Whether the rows go to a file, which only the command that asked for them knows. */
export function isWrittenByCommand({ augment }: RunRequest): boolean {
	return augment?.into.kind === 'file';
}
