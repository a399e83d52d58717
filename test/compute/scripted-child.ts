import { writeFileSync } from 'node:fs';

/**
 * A program for the other end of `runTask`: it does what the input of its task says, with the same messages as
 * the real one.
 */
interface Script {
	readonly act:
		| 'answer'
		| 'refuse'
		| 'gibberish'
		| 'crash'
		| 'throw'
		| 'out-of-memory'
		| 'stall'
		| 'ignore-sigterm'
		| 'linger';
	readonly pidFile?: string;
}

const send = (message: unknown) => new Promise<void>((resolve) => process.send?.(message, () => resolve()));
const stayAlive = () => setInterval(() => undefined, 1_000);

process.once('message', async (request: { readonly input: Script; readonly previous: unknown }) => {
	const { act, pidFile } = request.input;
	if (pidFile !== undefined) writeFileSync(pidFile, String(process.pid));
	switch (act) {
		case 'answer':
			await send({ type: 'progress', progress: { done: 1, total: 2, phase: 'counting', checkpoint: null } });
			await send({ type: 'result', output: { previous: request.previous } });
			process.exit(0);
			break;
		case 'refuse':
			await send({
				type: 'error',
				error: { code: 'TABLE_EMPTY', message: 'no rows', where: 'x.csv', hint: 'add some', retryable: false },
			});
			process.exit(0);
			break;
		case 'gibberish':
			stayAlive();
			await send({ type: 'error', error: { code: 'NO_SUCH_CODE', message: 'what?' } });
			break;
		case 'crash':
			process.kill(process.pid, 'SIGSEGV');
			break;
		case 'throw':
			throw new RangeError('out of range');
		case 'out-of-memory': {
			const hoard: number[][] = [];
			for (;;) hoard.push(new Array<number>(100_000).fill(Math.sqrt(hoard.length)));
		}
		case 'stall':
			stayAlive();
			break;
		case 'ignore-sigterm':
			process.on('SIGTERM', () => undefined);
			await send({ type: 'alive' });
			stayAlive();
			break;
		case 'linger':
			process.on('SIGTERM', () => undefined);
			await send({ type: 'result', output: 'done' });
			Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
	}
});
