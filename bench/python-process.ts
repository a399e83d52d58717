import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CounterfoilError } from '../src/contracts/errors.ts';

/** A Python program that is told its work line by line, and answers each piece with a line of JSON. */
export interface PythonProcess {
	/** Python's and the packages' versions: the first line. */
	readonly versions: Readonly<Record<string, string>>;
	tell(line: string): void;
	/** The next answer. @throws CounterfoilError CHILD_CRASHED when the process ends without one. */
	next<Answer>(): Promise<Answer>;
	close(): void;
}

/**
 * @param environment folder of `bench/peers` with the packages
 * @param program file of `bench/peers`
 * @throws CounterfoilError INPUT_NOT_FOUND without the environment, CHILD_CRASHED
 */
export async function startPython(environment: string, program: string, hint: string): Promise<PythonProcess> {
	// Of a group of its own: some packages start processes that hold its pipes for longer than it lives.
	const child = spawn(pythonOf(environment, hint), [pathOfPeer(program)], {
		stdio: ['pipe', 'pipe', 'pipe'],
		detached: true,
	});
	let stderr = '';
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		stderr = (stderr + text).slice(-2_000);
	});
	const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

	async function next<Answer>(): Promise<Answer> {
		const { value, done } = await lines.next();
		if (!done) return JSON.parse(value) as Answer;
		throw new CounterfoilError('CHILD_CRASHED', `A Python process of the bench ended. ${stderr.trim()}`, {
			where: `bench/peers/${program}`,
		});
	}

	const { versions } = await next<{ readonly versions: Record<string, string> }>();
	return {
		versions,
		next,
		tell: (line) => void child.stdin.write(`${line}\n`),
		close() {
			child.stdin.end();
			if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
		},
	};
}

/**
 * The Python of an environment.
 *
 * @throws CounterfoilError INPUT_NOT_FOUND without the environment.
 */
export function pythonOf(environment: string, hint: string): string {
	const python = pathOfPeer(`${environment}/bin/python`);
	if (existsSync(python)) return python;
	throw new CounterfoilError('INPUT_NOT_FOUND', 'A Python environment of the bench is not there.', {
		where: `bench/peers/${environment}`,
		hint,
	});
}

function pathOfPeer(name: string): string {
	return fileURLToPath(new URL(`./peers/${name}`, import.meta.url));
}
