import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { TestWorkflowEnvironment } from '@temporalio/testing';

/** Path of Temporal's own program. @throws if none is to be had: CI must not skip what needs it */
export function temporalProgram(): string {
	const finder = fileURLToPath(new URL('../../scripts/get-temporal.mjs', import.meta.url));
	return execFileSync(process.execPath, [finder], { encoding: 'utf8' }).trim();
}

/** A real Temporal server for the tests of one file. */
export async function startTemporal(): Promise<{ readonly env: NodeJS.ProcessEnv; stop(): Promise<void> }> {
	const path = temporalProgram();
	const environment = await TestWorkflowEnvironment.createLocal({
		server: { executable: { type: 'existing-path', path }, log: { level: 'error', format: 'pretty' } },
	});
	return {
		env: { TEMPORAL_ADDRESS: environment.address, TEMPORAL_NAMESPACE: environment.namespace ?? 'default' },
		stop: () => environment.teardown(),
	};
}
