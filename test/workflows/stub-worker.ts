import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { COMPUTE_TASK_QUEUE, IO_TASK_QUEUE } from '../../src/contracts/steps.ts';
import { payloadConverter } from '../../src/runtime/connect-temporal.ts';
import { startTemporal } from '../e2e/temporal-server.ts';
import type { recorded } from './recorded-steps.ts';

export const WORKFLOWS = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));

/** A step by name, as it is called: to be looked at, held up or failed. */
export type Hook = (name: string, input: Record<string, unknown>) => Promise<void>;

export interface StubWorkers {
	readonly client: Client;
	readonly env: NodeJS.ProcessEnv;
	stop(): Promise<void>;
}

/** A real Temporal server and workers with the real workflows, whose steps do nothing but give what `steps` gives. */
export async function startStubWorkers(steps: ReturnType<typeof recorded>, hook: Hook): Promise<StubWorkers> {
	Runtime.install({ logger: new DefaultLogger('ERROR') });
	const server = await startTemporal();
	const address = server.env.TEMPORAL_ADDRESS ?? '';
	const connection = await NativeConnection.connect({ address });
	const names = Object.keys((await import('../../activities/index.ts')).activities);
	type Step = (input: Record<string, unknown>) => Promise<unknown>;
	const activities = Object.fromEntries(
		names.map((name): [string, Step] => [
			name,
			async (input) => {
				await hook(name, input);
				return (steps.activities[name as never] as Step)(input);
			},
		]),
	);
	const dataConverter = payloadConverter();
	const shared = { connection, activities, dataConverter, namespace: server.env.TEMPORAL_NAMESPACE ?? 'default' };
	const workers = [
		await Worker.create({ ...shared, taskQueue: IO_TASK_QUEUE, workflowsPath: WORKFLOWS }),
		await Worker.create({ ...shared, taskQueue: COMPUTE_TASK_QUEUE }),
	];
	const runs = workers.map((worker) => worker.run());
	const client = new Client({
		connection: await Connection.connect({ address }),
		namespace: shared.namespace,
		dataConverter,
	});
	return {
		client,
		env: server.env,
		async stop() {
			for (const worker of workers) worker.shutdown();
			await Promise.all(runs);
			await client.connection.close();
			await connection.close();
			await server.stop();
		},
	};
}

/** Every payload of a history as text: inputs, results, failures, heartbeats, whatever the event. */
export function payloadsIn(part: unknown): string[] {
	if (typeof part !== 'object' || part === null) return [];
	if ('metadata' in part && 'data' in part && part.data instanceof Uint8Array) {
		return [new TextDecoder().decode(part.data)];
	}
	return Object.values(part).flatMap(payloadsIn);
}
