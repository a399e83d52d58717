import { CounterfoilError } from '../../contracts/errors.ts';
import { explainRecord } from '../../runtime/explain-record.ts';
import type { Workspace } from '../../runtime/open-workspace.ts';
import { getScore } from '../../store/get-score.ts';
import { getRun } from '../../store/list-runs.ts';
import { presentReasons } from './present.ts';
import type { Explanation } from './schemas.ts';

/** Each starts a process that loads a model. */
const AT_ONCE = 2;
const LONGEST_MS = 60_000;
const KEPT = 500;
/** Records are purged, and rows are held back or released. */
const KEPT_MS = 5 * 60_000;

/** Explanations in full; those that were given are kept for minutes, since scores never change. */
export function createExplainer(workspace: Workspace) {
	const kept = new Map<string, { readonly made: Explanation; readonly sinceMs: number }>();
	const { store } = workspace;
	let running = 0;
	return async (runId: string, row: number, signal: AbortSignal): Promise<Explanation> => {
		const run = await getRun(store, runId);
		const key = `${run.run_id}/${row}`;
		const known = kept.get(key);
		const isFresh = known !== undefined && Date.now() - known.sinceMs < KEPT_MS;
		if (isFresh && (await getScore(store, run.run_id, row)) !== undefined) return known.made;
		kept.delete(key);
		if (running >= AT_ONCE) {
			throw new CounterfoilError('TOO_MANY_REQUESTS', 'Other records are being explained; try again in a moment.');
		}
		running += 1;
		try {
			const stop = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
			const { reasons, nearest, nearestGenerated, columns } = await explainRecord(
				workspace,
				runId,
				{ rowNumber: row },
				stop,
			);
			const made: Explanation = {
				...presentReasons(reasons, new Set()),
				nearest,
				nearestGenerated,
				columns: [...columns],
			};
			const [oldest] = kept.keys();
			if (kept.size >= KEPT && oldest !== undefined) kept.delete(oldest);
			kept.set(key, { made, sinceMs: Date.now() });
			return made;
		} finally {
			running -= 1;
		}
	};
}
