import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../../src/compute/child-environment.ts';
import { CounterfoilError } from '../../src/contracts/errors.ts';
import type { DetectAnswer, DetectRequest } from './detect-entry.ts';

/**
 * Runs one of our own detectors in a process of its own.
 *
 * @throws CounterfoilError CHILD_CRASHED when the process ends without an answer.
 */
export function runOwn(request: DetectRequest): Promise<DetectAnswer> {
	return new Promise((resolve, reject) => {
		const child = fork(fileURLToPath(new URL('./detect-entry.ts', import.meta.url)), [], {
			stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
			execArgv: ['--max-old-space-size=8192', '--disable-warning=ExperimentalWarning'],
			env: childEnvironment(),
		});
		let answer: DetectAnswer | null = null;
		let stderr = '';
		child.stderr?.setEncoding('utf8').on('data', (text: string) => {
			stderr = (stderr + text).slice(-2_000);
		});
		child.on('message', (message) => {
			answer = message as DetectAnswer;
		});
		child.on('error', reject);
		child.on('close', (code, signal) => {
			if (answer !== null) return resolve(answer);
			const how = signal ?? `exit code ${code}`;
			const where = `${request.case.suite}/${request.case.name}, seed ${request.seed}`;
			reject(
				new CounterfoilError('CHILD_CRASHED', `A process of the bench ended (${how}). ${stderr.trim()}`, { where }),
			);
		});
		child.send(request);
	});
}
