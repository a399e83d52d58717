import type { RunRequest } from '../src/contracts/run-config.ts';
import type { RunControl, Steps } from '../src/contracts/steps.ts';

/** What the order of steps is written over: the activities themselves, or Temporal's proxies of them. */
export type Activities = Steps & RunControl;

/** What every step is given. */
export function commonInput(request: RunRequest) {
	return { runId: request.runId, seed: request.seed, config: request.config };
}

export function required<T>(value: T | null, name: string): T {
	if (value === null) throw new Error(`a run of this kind needs ${name}`);
	return value;
}
