import { startPython } from '../python-process.ts';
import type { Contestant, Timed } from './contest.ts';

/** Packages of Python, by the environment that they are in, see bench/peers/setup.sh. */
const ENVIRONMENTS = {
	synthesis: { folder: '.venv-synthesis', hint: 'Make it with bench/peers/setup.sh synthesis.' },
	detection: { folder: '.venv', hint: 'Make it with bench/peers/setup.sh detection.' },
} as const;

/** A package of Python that does the same work, see bench/peers/speed.py. */
export function peerContestant(
	name: string,
	environment: keyof typeof ENVIRONMENTS,
	task: Readonly<Record<string, string | number>>,
): Contestant {
	const { folder, hint } = ENVIRONMENTS[environment];
	return {
		name,
		async start() {
			const python = await startPython(folder, 'speed.py', hint);
			python.tell(JSON.stringify(task));
			const { facts } = await python.next<{ readonly facts: Readonly<Record<string, number>> }>();
			return {
				versions: python.versions,
				facts,
				measure() {
					python.tell('again');
					return python.next<Timed>();
				},
				close: python.close,
			};
		},
	};
}
