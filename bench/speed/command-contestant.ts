import { spawnSync } from 'node:child_process';
import { CounterfoilError } from '../../src/contracts/errors.ts';
import type { Contestant, Timed } from './contest.ts';

/** A command that is run from its start to its end, several times in one go. @param prepare what is to be done before, once */
export function commandContestant(
	name: string,
	program: string,
	args: readonly string[],
	times: number,
	prepare: () => void = () => undefined,
): Contestant {
	async function measure(): Promise<Timed> {
		const started = performance.now();
		for (let i = 0; i < times; i++) {
			const { status } = spawnSync(program, args, { stdio: 'ignore' });
			if (status === 0) continue;
			throw new CounterfoilError('CHILD_CRASHED', 'A command of the bench failed.', { where: name });
		}
		return { work: times, seconds: (performance.now() - started) / 1000, cpuSeconds: null };
	}

	return {
		name,
		async start() {
			prepare();
			return { versions: {}, facts: {}, measure, close: () => undefined };
		},
	};
}
