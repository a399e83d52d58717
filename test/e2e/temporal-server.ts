import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { TestWorkflowEnvironment } from '@temporalio/testing';

/** A real Temporal server for the tests of one file. @throws if no binary is to be had: CI must not skip it */
export async function startTemporal(): Promise<{ readonly env: NodeJS.ProcessEnv; stop(): Promise<void> }> {
	const finder = fileURLToPath(new URL('../../scripts/get-temporal.mjs', import.meta.url));
	const path = execFileSync(process.execPath, [finder], { encoding: 'utf8' }).trim();
	const environment = await TestWorkflowEnvironment.createLocal({
		server: { executable: { type: 'existing-path', path }, log: { level: 'error', format: 'pretty' } },
	});
	return {
		env: { TEMPORAL_ADDRESS: environment.address, TEMPORAL_NAMESPACE: environment.namespace ?? 'default' },
		stop: () => environment.teardown(),
	};
}
