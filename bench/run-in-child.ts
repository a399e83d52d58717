import { fork, type Serializable } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { childArguments, childEnvironment } from '../src/compute/child-environment.ts';
import { CounterfoilError } from '../src/contracts/errors.ts';

/**
 * Runs a program in a process of its own, on one thread, so that time and memory are those of this piece of work.
 * It gets one message and answers with one, see `answerParent`.
 *
 * @param entry of the program
 * @param where what it works on, for errors
 * @throws CounterfoilError CHILD_CRASHED when the process ends without an answer.
 */
export function runInChild<Answer>(entry: URL, request: Serializable, where: string): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const child = fork(fileURLToPath(entry), [], {
			stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
			execArgv: childArguments(8192),
			env: childEnvironment(),
		});
		let answer: Answer | null = null;
		let stderr = '';
		child.stderr?.setEncoding('utf8').on('data', (text: string) => {
			stderr = (stderr + text).slice(-2_000);
		});
		child.on('message', (message) => {
			answer = message as Answer;
		});
		child.on('error', reject);
		child.on('close', (code, signal) => {
			if (answer !== null) return resolve(answer);
			const how = signal ?? `exit code ${code}`;
			reject(
				new CounterfoilError('CHILD_CRASHED', `A process of the bench ended (${how}). ${stderr.trim()}`, { where }),
			);
		});
		child.send(request);
	});
}
