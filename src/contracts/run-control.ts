import type { ErrorRecord } from './errors.ts';
import type { RunRequest } from './run-config.ts';

export interface BeginRunInput {
	readonly request: RunRequest;
	readonly workflowId: string;
}

export interface FailRunInput {
	readonly runId: string;
	readonly error: ErrorRecord;
}
