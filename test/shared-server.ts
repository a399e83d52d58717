import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const START_MS = 60_000;

export interface SharedServerOptions<Started> {
	readonly name: string;
	/** Started in a folder of its own; tells what others need to find it, as JSON. */
	start(folder: string): Promise<Started>;
	/** Shell command that ends it. */
	stop(folder: string): string;
}

/**
 * A server of this test run. The first test file that asks starts it in a temporary folder, the others find it; it ends
 * when the run does.
 */
export async function sharedServer<Started>(
	options: SharedServerOptions<Started>,
): Promise<{ readonly folder: string; readonly started: Started }> {
	// The test runner starts a process for each file and outlives them all; a file that runs alone is its own run.
	const run = process.env.NODE_TEST_CONTEXT === undefined ? process.pid : process.ppid;
	const folder = join(tmpdir(), `counterfoil-${options.name}-${run}`);
	const [ready, failed] = [join(folder, 'ready'), join(folder, 'failed')];
	if (makeFolder(folder)) {
		endWith(run, folder, options.stop(folder));
		try {
			writeFileSync(ready, JSON.stringify(await options.start(folder)));
		} catch (error) {
			writeFileSync(failed, String(error));
		}
	}
	for (const end = Date.now() + START_MS; ; await sleep(50)) {
		if (existsSync(failed)) throw new Error(readFileSync(failed, 'utf8'));
		if (existsSync(ready) && readFileSync(ready, 'utf8').endsWith('}')) break;
		if (Date.now() > end) throw new Error(`the ${options.name} server in ${folder} does not start`);
	}
	return { folder, started: JSON.parse(readFileSync(ready, 'utf8')) as Started };
}

/** Only one process makes it. */
function makeFolder(folder: string): boolean {
	try {
		mkdirSync(folder, { mode: 0o755 });
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
		throw error;
	}
}

/** Ends the server and removes its folder when a process has ended, however it has. */
function endWith(pid: number, folder: string, stop: string): void {
	const script = `while kill -0 ${pid} 2>/dev/null; do sleep 1; done
		${stop} 2>/dev/null
		sleep 1
		rm -rf '${folder}'`;
	spawn('sh', ['-c', script], { detached: true, stdio: 'ignore', cwd: '/' }).unref();
}

export async function freePort(): Promise<number> {
	const probe = createServer();
	await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
	const address = probe.address();
	await new Promise((resolve) => probe.close(resolve));
	if (address === null || typeof address === 'string') throw new Error('no free port');
	return address.port;
}
