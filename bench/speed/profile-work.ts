import { Session } from 'node:inspector/promises';

/** Shares of the time that a piece of work took, by name, the largest first. */
export type Shares = Readonly<Record<string, number>>;

const SAMPLE_EVERY_US = 500;
const SOURCE = new URL('../../src/', import.meta.url).href;
/** What is left when the named ones are told. */
const REST = 'the rest';
const MOST_NAMED = 8;

/**
 * Does a piece of work once under V8's sampling profiler.
 *
 * @returns shares by file of `src/`: what a library or TensorFlow does counts for the file that called it.
 */
export async function profileFiles(work: () => Promise<unknown>): Promise<Shares> {
	const session = new Session();
	session.connect();
	try {
		await session.post('Profiler.enable');
		await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_US });
		await session.post('Profiler.start');
		await work();
		const { profile } = await session.post('Profiler.stop');
		const times = new Map<string, number>();
		const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
		const parents = new Map(profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
		for (const [i, sampled] of (profile.samples ?? []).entries()) {
			const own = nodes.get(sampled)?.callFrame.functionName;
			if (own === '(idle)') continue;
			let file = own === '(garbage collector)' ? 'collecting garbage' : REST;
			for (let id: number | undefined = sampled; id !== undefined && file === REST; id = parents.get(id)) {
				const { url = '' } = nodes.get(id)?.callFrame ?? {};
				if (url.startsWith(SOURCE)) file = `src/${url.slice(SOURCE.length)}`;
			}
			times.set(file, (times.get(file) ?? 0) + (profile.timeDeltas?.[i] ?? 0));
		}
		return sharesOf(times);
	} finally {
		session.disconnect();
	}
}

/** Shares of a whole that may be more than the times together; the small ones are one. */
export function sharesOf(times: ReadonlyMap<string, number>, whole?: number): Shares {
	const sum = [...times.values()].reduce((total, time) => total + time, 0);
	const all = whole === undefined ? sum : Math.max(whole, sum);
	const named = [...times].filter(([name]) => name !== REST).sort(([, a], [, b]) => b - a);
	const shares = named.slice(0, MOST_NAMED).map(([name, time]): [string, number] => [name, time / all]);
	const rest = 1 - shares.reduce((total, [, share]) => total + share, 0);
	return Object.fromEntries([...shares, [REST, rest]]);
}
