import type { AccessEvent } from '../../store/database.ts';
import type { Store } from '../../store/store.ts';
import { timestamp } from '../../store/timestamp.ts';

export type AccessEventKind =
	| 'started'
	| 'signed_in'
	| 'sign_in_failed'
	| 'signed_out'
	| 'user_added'
	| 'user_changed'
	| 'token_made'
	| 'token_revoked'
	| 'query_run'
	| 'table_downloaded'
	| 'job_started'
	| 'run_cancelled'
	| 'run_resumed'
	| 'queue_changed'
	| 'model_promoted'
	| 'model_rolled_back'
	| 'rows_released';

/** Notes what was done. No secrets and no values of records go in. */
export async function logAccess(
	store: Store,
	actor: string,
	kind: AccessEventKind,
	detail: Readonly<Record<string, string | number | boolean | null>> = {},
): Promise<void> {
	await store.writer
		.insertInto('access_events')
		.values({ at: timestamp(), actor, kind, detail_json: JSON.stringify(detail) })
		.execute();
}

/** Latest first. */
export async function listAccess(
	store: Store,
	options: { readonly limit: number; readonly before?: number },
): Promise<AccessEvent[]> {
	let query = store.reader.selectFrom('access_events').selectAll();
	if (options.before !== undefined) query = query.where('access_event_id', '<', options.before);
	return await query.orderBy('access_event_id', 'desc').limit(options.limit).execute();
}
