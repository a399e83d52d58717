import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { temporalProgram } from '../temporal-server.ts';

/** A Temporal server that keeps its state in a file, so that it can be killed and started again. */
export interface DurableServer {
	readonly address: string;
	/** Ends it as a loss of power does. */
	kill(): Promise<void>;
	start(): Promise<void>;
	/** Processes that a worker of an open workflow has the named step in. */
	holdersOf(step: string): Promise<number[]>;
}

export async function startDurableServer(file: string): Promise<DurableServer> {
	const port = await freePort();
	const address = `127.0.0.1:${port}`;
	const args = ['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--log-level', 'error'];
	let running: ReturnType<typeof spawn> | null = null;
	const server: DurableServer = {
		address,
		async kill() {
			const ended = running;
			if (ended === null) return;
			running = null;
			const gone = new Promise((resolve) => ended.once('exit', resolve));
			ended.kill('SIGKILL');
			await gone;
		},
		async start() {
			running = spawn(temporalProgram(), [...args, '--port', String(port), '--db-filename', file], { stdio: 'ignore' });
			for (let tries = 0; ; tries++) {
				try {
					await (await Connection.connect({ address, connectTimeout: '2s' })).close();
					return;
				} catch (error) {
					if (tries > 60) throw error;
					await sleep(500);
				}
			}
		},
		async holdersOf(step) {
			const connection = await Connection.connect({ address });
			const { workflow } = new Client({ connection });
			const holders: number[] = [];
			for await (const { workflowId, runId } of workflow.list({ query: "ExecutionStatus = 'Running'" })) {
				const { raw } = await workflow.getHandle(workflowId, runId).describe();
				// The identity that the SDK gives: 1234@host.
				for (const { activityType, lastWorkerIdentity } of raw.pendingActivities ?? [])
					if (activityType?.name === step) holders.push(Number.parseInt(lastWorkerIdentity ?? '', 10));
			}
			await connection.close();
			return holders.filter(Number.isInteger);
		},
	};
	process.once('exit', () => running?.kill('SIGKILL'));
	await server.start();
	return server;
}

function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer().on('error', reject);
		server.listen(0, '127.0.0.1', () => {
			const address = server.address();
			server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
		});
	});
}
