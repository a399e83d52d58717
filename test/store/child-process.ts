import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

export interface StartedScript {
	readonly process: ChildProcess;
	/** What it printed first. */
	readonly firstLine: string;
}

/** Runs a script of this folder in a process of its own and waits for its first line. */
export async function startScript(t: TestContext, name: string, ...args: string[]): Promise<StartedScript> {
	const script = fileURLToPath(new URL(name, import.meta.url));
	const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
	t.after(() => child.kill('SIGKILL'));
	const lines = createInterface({ input: child.stdout });
	const [firstLine] = (await Promise.race([
		once(lines, 'line'),
		once(child, 'exit').then(([code]) => Promise.reject(new Error(`${name} ended with ${code}`))),
	])) as [string];
	return { process: child, firstLine };
}

export async function killProcess(child: ChildProcess): Promise<void> {
	const ended = once(child, 'exit');
	child.kill('SIGKILL');
	await ended;
}
