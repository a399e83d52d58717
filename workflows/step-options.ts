/** A worker that says nothing for so long has lost its step to another. */
const HEARTBEAT_TIMEOUT = '30 seconds';
/** Waits double from a second to a minute; what needs another pace, or no second try, says so in its failure. */
const RETRY = { maximumAttempts: 100, initialInterval: '1 second', maximumInterval: '1 minute' } as const;
/** Of one execution of a workflow: a run with more shards than fit goes on under a new one. */
export const EVENTS_OF_A_HISTORY = 1_500;

export const OF_EVERY_STEP = {
	heartbeatTimeout: HEARTBEAT_TIMEOUT,
	retry: RETRY,
	// A run that was cancelled is over when its processes are.
	cancellationType: 'WAIT_CANCELLATION_COMPLETED',
} as const;
