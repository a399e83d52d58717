import type { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import type { RunRequest } from '../contracts/run-config.ts';
import { SEARCH_ATTRIBUTES } from '../contracts/run-messages.ts';
import { subjectOf } from '../store/name-workflow.ts';

/** `INDEXED_VALUE_TYPE_KEYWORD` of the server's API. */
const KEYWORD = 2;
const NAMES = Object.values(SEARCH_ATTRIBUTES);

/** Makes the search attributes of runs, where this client may; elsewhere runs are found by their ids alone. */
export async function ensureSearchAttributes(
	connection: Pick<Connection, 'operatorService'>,
	namespace: string,
): Promise<void> {
	const { operatorService } = connection;
	try {
		const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
		const missing = NAMES.filter((name) => !(name in customAttributes));
		if (missing.length === 0) return;
		await operatorService.addSearchAttributes({
			namespace,
			searchAttributes: Object.fromEntries(missing.map((name) => [name, KEYWORD])),
		});
	} catch {
		// Not allowed here, or another worker was quicker: nothing hangs on it.
	}
}

/** What a run is found by in Temporal's lists; null where the namespace does not have all of them. */
export async function searchAttributesOf(client: Client, request: RunRequest): Promise<TypedSearchAttributes | null> {
	const { namespace } = client.options;
	const known = await client.connection.operatorService.listSearchAttributes({ namespace }).catch(() => null);
	if (known === null || NAMES.some((name) => known.customAttributes[name] !== KEYWORD)) return null;
	const keyword = (name: string, value: string) => ({ key: defineSearchAttributeKey(name, 'KEYWORD'), value });
	return new TypedSearchAttributes([
		keyword(SEARCH_ATTRIBUTES.dataset, subjectOf(request)),
		keyword(SEARCH_ATTRIBUTES.kind, request.kind),
		keyword(SEARCH_ATTRIBUTES.status, 'running'),
	]);
}
