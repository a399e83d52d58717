import { CounterfoilError } from '../../src/contracts/errors.ts';
import type { OwnAnswer } from './own-process.ts';
import { type OwnTask, type PreparedTask, prepareTask } from './own-tasks.ts';

/** A process that prepares one task and then does its work each time that it is told to. */
let prepared: PreparedTask | null = null;

async function answer(message: OwnTask | 'measure'): Promise<OwnAnswer> {
	if (message !== 'measure') {
		prepared = await prepareTask(message);
		const { work: _, ...ready } = prepared;
		return { ok: true, ready };
	}
	const started = performance.now();
	const cpuStarted = process.cpuUsage();
	const work = await prepared?.work();
	const { user, system } = process.cpuUsage(cpuStarted);
	const seconds = (performance.now() - started) / 1000;
	return { ok: true, timed: { work: work ?? 0, seconds, cpuSeconds: (user + system) / 1e6 } };
}

process.on('disconnect', () => process.exit(0));
process.on('message', (message: OwnTask | 'measure') => {
	void answer(message)
		.catch((error: unknown): OwnAnswer => ({ ok: false, error: CounterfoilError.from(error).toRecord() }))
		.then((reply) => process.send?.(reply));
});
