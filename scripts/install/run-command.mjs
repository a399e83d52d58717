import { spawnSync } from 'node:child_process';

/**
 * Runs a program to its end, quietly and for a limited time.
 *
 * @param {string} program
 * @param {readonly string[]} programArguments
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, seconds: number }} options `seconds`: after which it is killed
 * @returns {{ ok: true, output: string } | { ok: false, output: string, reason: string }} `reason`: the last line that
 * the program wrote, or what became of it
 */
export function runCommand(program, programArguments, { cwd, env, seconds }) {
	const result = spawnSync(program, programArguments, {
		cwd,
		env: env ?? process.env,
		encoding: 'utf8',
		stdio: ['ignore', 'pipe', 'pipe'],
		timeout: seconds * 1000,
		killSignal: 'SIGKILL',
		maxBuffer: 64 * 1024 * 1024,
	});
	if (result.status === 0) return { ok: true, output: result.stdout };
	const output = `${result.stdout ?? ''}\n${result.stderr ?? ''}`.trim();
	const code = /** @type {NodeJS.ErrnoException | undefined} */ (result.error)?.code;
	if (code === 'ENOENT' || code === 'EACCES') return { ok: false, output, reason: `${program} not found` };
	if (code === 'ETIMEDOUT') return { ok: false, output, reason: `${program} had no result after ${seconds} s` };
	const ending = result.signal ? `ended by ${result.signal}` : `exit code ${result.status}`;
	return { ok: false, output, reason: (output.split('\n').at(-1)?.trim() || ending).slice(0, 200) };
}
