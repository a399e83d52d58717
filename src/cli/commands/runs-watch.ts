import { setTimeout as pause } from 'node:timers/promises';
import type { Run, RunStep } from '../../store/database.ts';
import type { Store } from '../../store/store.ts';
import { ExitWith } from '../exit-with.ts';
import { handleInterrupt } from '../handle-interrupt.ts';
import type { Terminal } from '../terminal.ts';

const LOOK_EVERY_MS = 1_000;

export interface SeenRun {
	readonly run: Run;
	readonly steps: readonly RunStep[];
}

/**
 * Looks at a run until it has come to its end: each step is told once it begins and ends. Ctrl-C ends the looking, not
 * the run.
 *
 * @returns how it was in the end
 */
export async function watchRun(store: Store, runId: string, terminal: Terminal): Promise<SeenRun> {
	const { getRun } = await import('../../store/list-runs.ts');
	const { listSteps } = await import('../../store/run-steps.ts');
	const told = new Map<string, string>();
	const interrupt = handleInterrupt(terminal);
	try {
		for (;;) {
			const run = await getRun(store, runId);
			const steps = await listSteps(store, run.run_id);
			for (const { step, status, attempt } of steps) {
				const state = `${status}, attempt ${attempt}`;
				if (told.get(step) === state) continue;
				told.set(step, state);
				terminal.event({ type: 'step', step, status, attempt });
				if (!terminal.json) terminal.note(`${step}: ${status}${attempt > 1 ? `, attempt ${attempt}` : ''}`);
			}
			if (run.status !== 'running') return { run, steps };
			await pause(LOOK_EVERY_MS, undefined, { signal: interrupt.signal }).catch(() => undefined);
			const exitCode = interrupt.exitCode();
			if (exitCode !== null) throw new ExitWith(exitCode);
		}
	} finally {
		interrupt.release();
	}
}
