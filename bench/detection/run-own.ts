import { runInChild } from '../run-in-child.ts';
import type { DetectAnswer, DetectRequest } from './detect-entry.ts';

/** Runs one of our own detectors in a process of its own. @throws CounterfoilError CHILD_CRASHED */
export function runOwn(request: DetectRequest): Promise<DetectAnswer> {
	const where = `${request.case.suite}/${request.case.name}, seed ${request.seed}`;
	return runInChild<DetectAnswer>(new URL('./detect-entry.ts', import.meta.url), { ...request }, where);
}
