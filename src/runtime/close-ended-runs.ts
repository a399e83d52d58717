import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { ErrorRecord } from '../contracts/errors.ts';
import { closeRun, listRunsOfWorkflows } from '../store/runs.ts';
import type { Store } from '../store/store.ts';
import { connectClient } from './connect-temporal.ts';

type Execution = Pick<WorkflowExecutionInfo, 'memo' | 'status'>;

/** Nobody is kept waiting for a server that is away: then nothing is known, and nothing changed. */
const CONNECT_MS = 3_000;

/**
 * Closes runs whose workflow was ended from outside (terminated, timed out), so that it could not close its run. A
 * workflow that this server does not know is left alone: it may be that of another server.
 *
 * @returns ids of the runs that were closed
 */
export async function closeEndedRuns(store: Store): Promise<string[]> {
	const open = await listRunsOfWorkflows(store);
	if (open.length === 0) return [];
	const client = await connectClient(CONNECT_MS).catch(() => null);
	if (client === null) return [];
	try {
		const closed: string[] = [];
		for (const run of open) {
			const end = await findEnd(client, run).catch(() => null);
			if (end === null) continue;
			if (await closeRun(store, run, end)) closed.push(run.runId);
		}
		return closed;
	} finally {
		await client.connection.close();
	}
}

/** How the workflow of a run has ended; null if it goes on, or nothing is known of it. */
async function findEnd(
	client: Client,
	{ runId, workflowId }: { readonly runId: string; readonly workflowId: string },
): Promise<ErrorRecord | null> {
	const isOwn = (found: Execution) => found.memo?.runId === runId;
	const latest = await client.workflow.getHandle(workflowId).describe();
	// The id goes to the next run of the same data once this one is over; its own end is in the list.
	const own: Execution | null = isOwn(latest) ? latest : await findInList(client, workflowId, isOwn);
	const status = own?.status.name;
	if (status === 'TERMINATED' || status === 'CANCELLED') {
		return {
			code: 'CANCELLED',
			message: `The workflow was ${status === 'TERMINATED' ? 'terminated' : 'cancelled'} on the Temporal server.`,
			retryable: false,
		};
	}
	if (status !== 'TIMED_OUT' && status !== 'FAILED') return null;
	return { code: 'INTERNAL', message: 'The workflow ended without closing its run.', retryable: false };
}

/** The latest execution that is meant, since the list begins with it. */
async function findInList(
	client: Client,
	workflowId: string,
	isOwn: (found: Execution) => boolean,
): Promise<Execution | null> {
	for await (const found of client.workflow.list({ query: `WorkflowId = '${workflowId.replaceAll("'", "\\'")}'` })) {
		if (isOwn(found)) return found;
	}
	return null;
}
