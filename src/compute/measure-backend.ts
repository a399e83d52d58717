import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { childEnvironment } from './child-environment.ts';

const backendReport = z.discriminatedUnion('ok', [
	z.object({
		ok: z.literal(true),
		name: z.enum(['node', 'wasm', 'cpu']),
		/** Version of tfjs. */
		version: z.string(),
		/** Version of the TensorFlow library, for the backend `node`. */
		tensorflowVersion: z.string().nullable(),
		/** Why `auto` did not take the backend `node`. */
		fallbackReason: z.string().nullable(),
		/** Median milliseconds of a training step as `measureTrainingStep` defines it. */
		trainingStepMs: z.number(),
	}),
	z.object({ ok: z.literal(false), reason: z.string() }),
]);

export type BackendReport = z.infer<typeof backendReport>;

const TIMEOUT_MS = 60_000;

/**
 * Loads the backend that runs would take and measures it with their settings, in a process of its own: a
 * TensorFlow library that does not fit this machine ends the process that loads it.
 */
export function measureBackend(backend: 'auto' | 'node' | 'wasm'): Promise<BackendReport> {
	const isSource = import.meta.url.endsWith('.ts');
	const entry = new URL(isSource ? './measure-backend-entry.ts' : './measure-backend-entry.js', import.meta.url);
	return new Promise((resolve) => {
		const child = fork(fileURLToPath(entry), [backend], {
			stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
			execArgv: ['--disable-warning=ExperimentalWarning'],
			env: childEnvironment(),
		});
		const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
		let report: BackendReport | null = null;
		child.on('message', (message) => {
			const parsed = backendReport.safeParse(message);
			if (parsed.success) report = parsed.data;
		});
		const end = (reason: string) => {
			clearTimeout(timer);
			resolve(report ?? { ok: false, reason });
		};
		child.on('error', (error) => end(error.message));
		child.on('exit', (code, signal) => end(`the process that loads it ended with ${signal ?? `code ${code}`}`));
	});
}
