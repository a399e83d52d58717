import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';

/** What a program says on stdout; fails where it does not end with exit code 0. */
export async function carryOut(
	program: string,
	args: readonly string[],
	{ words, ...options }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly words?: string },
): Promise<string> {
	const child = spawn(program, args, options);
	let out = '';
	let errors = '';
	child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
	child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
	child.stdin.end();
	const code = await new Promise<number | null>((resolve, reject) => {
		child.once('error', reject);
		child.once('close', resolve);
	});
	assert.equal(code, 0, `${words ?? program}\n${errors}`);
	return out;
}
