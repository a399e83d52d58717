import { fork } from 'node:child_process';
import { once } from 'node:events';
import { childArguments, childEnvironment } from '../../src/compute/child-environment.ts';
import { CounterfoilError } from '../../src/contracts/errors.ts';
import type { FailedAnswer } from '../answer-parent.ts';
import type { Contestant, Running, Timed } from './contest.ts';
import type { OwnTask } from './own-tasks.ts';

export type OwnAnswer =
	| { readonly ok: true; readonly ready: Pick<Running, 'versions' | 'facts' | 'profile'> }
	| { readonly ok: true; readonly timed: Timed }
	| FailedAnswer;

/** Ours: a process of its own, as the pipeline starts them, on one thread. */
export function ownContestant(name: string, task: OwnTask): Contestant {
	return { name, start: () => startOwn(name, task) };
}

async function startOwn(name: string, task: OwnTask): Promise<Running> {
	const child = fork(new URL('./own-entry.ts', import.meta.url), [], {
		stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
		execArgv: childArguments(8192),
		env: childEnvironment(),
	});
	const ended = once(child, 'exit');

	async function ask(message: OwnTask | 'measure'): Promise<OwnAnswer & { readonly ok: true }> {
		child.send(message);
		const [answer] = (await Promise.race([once(child, 'message'), ended.then(() => [null])])) as [OwnAnswer | null];
		if (answer === null) throw new CounterfoilError('CHILD_CRASHED', 'A process of the bench ended.', { where: name });
		if (answer.ok) return answer;
		child.kill('SIGTERM');
		throw CounterfoilError.fromRecord(answer.error);
	}

	const answer = await ask(task);
	if (!('ready' in answer)) throw new CounterfoilError('INTERNAL', 'A process of the bench answered out of turn.');
	return {
		...answer.ready,
		async measure() {
			const measured = await ask('measure');
			if ('timed' in measured) return measured.timed;
			throw new CounterfoilError('INTERNAL', 'A process of the bench answered out of turn.');
		},
		close: () => void child.kill('SIGTERM'),
	};
}
