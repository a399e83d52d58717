import { CounterfoilError } from '../contracts/errors.ts';
import { loadBackend } from '../gan/backend.ts';
import { measureTrainingStep } from '../gan/measure-training-step.ts';
import type { BackendReport } from './measure-backend.ts';

/** The program of the process that `measureBackend` starts; its argument is the backend to load. */
async function measure(): Promise<BackendReport> {
	try {
		const backend = await loadBackend({ backend: process.argv[2] as 'auto' | 'node' | 'wasm' });
		return {
			ok: true,
			name: backend.name,
			version: backend.version,
			tensorflowVersion: backend.tensorflowVersion ?? null,
			fallbackReason: backend.fallbackReason ?? null,
			trainingStepMs: measureTrainingStep(backend),
		};
	} catch (error) {
		return { ok: false, reason: CounterfoilError.from(error).message };
	}
}

process.send?.(await measure(), () => process.exit(0));
