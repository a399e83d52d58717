import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChildMessage } from '../../src/compute/messages.ts';
import type { StepProgress } from '../../src/contracts/steps.ts';

/**
 * A program for the other end of `runTask`: it does what the input of its task says, with the same messages as
 * the real one.
 */
export interface Script {
	/** Told before anything else. */
	readonly reports?: readonly StepProgress[];
	/** It waits until there is such a file. */
	readonly goFile?: string;
	/** Told after that. */
	readonly lateReports?: readonly StepProgress[];
	/** Where it writes its process id. */
	readonly pidFile?: string;
	/** @default stall */
	readonly act?:
		| 'answer'
		| 'answer if resumed'
		| 'refuse'
		| 'gibberish'
		| 'crash'
		| 'throw'
		| 'exhaust memory'
		| 'stall'
		| 'ignore SIGTERM'
		| 'linger';
}

const send = (message: ChildMessage | object) =>
	new Promise<void>((resolve) => process.send?.(message, () => resolve()));

async function tell(reports: readonly StepProgress[] = []): Promise<void> {
	for (const progress of reports) {
		await send({ type: 'progress', progress });
		await sleep(100);
	}
}

async function perform(script: Script, previous: unknown): Promise<void> {
	const { act, pidFile, goFile } = script;
	if (pidFile !== undefined) writeFileSync(pidFile, String(process.pid));
	await tell(script.reports);
	while (goFile !== undefined && !existsSync(goFile)) await sleep(20);
	await tell(script.lateReports);
	switch (act) {
		case 'answer if resumed':
			if (previous === null) process.kill(process.pid, 'SIGKILL');
			await send({ type: 'result', output: { previous } });
			return process.exit(0);
		case 'answer':
			await send({ type: 'result', output: { previous } });
			return process.exit(0);
		case 'refuse': {
			const error = { code: 'TABLE_EMPTY', message: 'no rows', where: 'x.csv', hint: 'add some', retryable: false };
			await send({ type: 'error', error });
			return process.exit(0);
		}
		case 'gibberish':
			return send({ type: 'error', error: { code: 'NO_SUCH_CODE', message: 'what?' } });
		case 'crash':
			process.kill(process.pid, 'SIGSEGV');
			return;
		case 'throw':
			throw new RangeError('out of range');
		case 'exhaust memory':
			for (const hoard: number[][] = []; ; ) hoard.push(new Array<number>(100_000).fill(hoard.length));
		case 'ignore SIGTERM':
			process.on('SIGTERM', () => undefined);
			return send({ type: 'alive' });
		case 'linger':
			await send({ type: 'result', output: 'done' });
			// The process does not even hear SIGTERM.
			Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
	}
}

setInterval(() => undefined, 1_000);
process.on('disconnect', () => process.exit(0));
process.once('message', (request: { readonly input: Script; readonly previous: unknown }) =>
	perform(request.input, request.previous),
);
