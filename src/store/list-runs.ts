import { CounterfoilError } from '../contracts/errors.ts';
import type { Run, RunKind, RunStatus } from './database.ts';
import { isOwned } from './run-owner.ts';
import type { Store } from './store.ts';

export interface ListRunsOptions {
	/** @default 50 */
	readonly limit?: number;
	readonly kind?: RunKind;
	readonly status?: RunStatus;
	/** Only runs before this one: the last of the page before. */
	readonly before?: Pick<Run, 'started_at' | 'run_id'>;
}

/** Latest first. A run whose process is gone is listed as interrupted. */
export async function listRuns(store: Store, options: ListRunsOptions = {}): Promise<Run[]> {
	let query = store.reader.selectFrom('runs').selectAll();
	if (options.kind !== undefined) query = query.where('kind', '=', options.kind);
	if (options.status !== undefined) query = query.where('status', '=', options.status);
	const { before } = options;
	if (before !== undefined) {
		query = query.where((where) =>
			where.or([
				where('started_at', '<', before.started_at),
				where.and([where('started_at', '=', before.started_at), where('run_id', '<', before.run_id)]),
			]),
		);
	}
	const runs = await query
		.orderBy('started_at', 'desc')
		.orderBy('run_id', 'desc')
		.limit(options.limit ?? 50)
		.execute();
	return runs.map(withTrueStatus);
}

/**
 * A run by its id or by the beginning of it, as long as only one begins so.
 *
 * @throws NOT_FOUND
 */
export async function getRun(store: Store, idOrPrefix: string): Promise<Run> {
	const runs = await store.reader
		.selectFrom('runs')
		.selectAll()
		.where('run_id', '>=', idOrPrefix)
		.where('run_id', '<', `${idOrPrefix}\u{10ffff}`)
		.orderBy('run_id')
		.limit(2)
		.execute();
	const [run, another] = runs;
	if (run === undefined || (another !== undefined && run.run_id !== idOrPrefix)) {
		const what = run === undefined ? 'No run' : 'More than one run';
		throw new CounterfoilError('NOT_FOUND', `${what} has an id that begins with "${idOrPrefix}".`, {
			hint: 'See "counterfoil runs list".',
		});
	}
	return withTrueStatus(run);
}

function withTrueStatus(run: Run): Run {
	const gone = run.status === 'running' && run.owner !== null && !isOwned(run);
	return gone ? { ...run, status: 'interrupted' } : run;
}
