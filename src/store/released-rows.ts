import type { SyntheticTable } from './database.ts';
import type { Store } from './store.ts';

/**
 * Whether the rows of a generated table may be shown: the release gate lets them pass, or somebody said why they are
 * handed out all the same. Completed rows are those of whoever gave them and are not judged.
 */
export function isReleased({ release_json: json }: Pick<SyntheticTable, 'release_json'>): boolean {
	if (json === null) return true;
	const { verdict, override = null } = JSON.parse(json) as { verdict: string; override?: string | null };
	return verdict === 'release' || override !== null;
}

/** Whether a run has generated rows that may be shown. */
export async function hasReleasedRows({ reader }: Store, runId: string): Promise<boolean> {
	const table = await reader
		.selectFrom('synthetic_tables')
		.select('release_json')
		.where('run_id', '=', runId)
		.executeTakeFirst();
	return table !== undefined && isReleased(table);
}
