import { CounterfoilError } from '../../contracts/errors.ts';
import { explainRecord } from '../../runtime/explain-record.ts';
import type { Workspace } from '../../runtime/open-workspace.ts';
import { presentReasons } from './present.ts';
import type { Explanation } from './schemas.ts';

/** Each starts a process that loads a model. */
const AT_ONCE = 2;
const LONGEST_MS = 60_000;
const KEPT = 500;

/** Explanations in full; those that were given are kept, since scores never change. */
export function createExplainer(workspace: Workspace) {
	const kept = new Map<string, Explanation>();
	let running = 0;
	return async (runId: string, row: number, signal: AbortSignal): Promise<Explanation> => {
		const key = `${runId}/${row}`;
		const known = kept.get(key);
		if (known !== undefined) return known;
		if (running >= AT_ONCE) {
			throw new CounterfoilError('TOO_MANY_REQUESTS', 'Other records are being explained; try again in a moment.');
		}
		running += 1;
		try {
			const stop = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
			const { reasons, nearest, columns } = await explainRecord(workspace, runId, row, stop);
			const made: Explanation = { ...presentReasons(reasons, new Set()), nearest, columns: [...columns] };
			const [oldest] = kept.keys();
			if (kept.size >= KEPT && oldest !== undefined) kept.delete(oldest);
			kept.set(key, made);
			return made;
		} finally {
			running -= 1;
		}
	};
}
