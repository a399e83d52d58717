import { createRandom, type Random } from '../../src/contracts/random.ts';

/** One request of one user. */
export interface Asked {
	/** What it was for, the same for requests of one kind. */
	readonly what: string;
	readonly ms: number;
}

export interface UseOptions {
	/** Such as `http://127.0.0.1:8797`. */
	readonly url: string;
	readonly users: number;
	readonly seconds: number;
	/** Seconds between requests on average, exponentially distributed; 0: the next one follows at once. */
	readonly pauseSeconds: number;
	readonly password: string;
}

/** What a user does again and again, one after the other. */
type Visit = (ask: Ask, random: Random) => Promise<void>;
// biome-ignore lint/suspicious/noExplicitAny: answers are looked into
type Ask = (what: string, path: string, body?: unknown) => Promise<any>;

/** The pages of the console, by the requests that they make. */
const visitsOf = (runId: string, rows: number): readonly Visit[] => [
	async (ask) => {
		await ask('overview', '/overview');
		await ask('queue', '/queue/items?state=new&limit=6');
	},
	async (ask, random) => {
		const { items } = await ask('queue', '/queue/items?state=new&limit=50');
		const item = items[random.integer(Math.max(1, items.length))];
		if (item === undefined) return;
		await ask('item', `/queue/items/${item.itemId}`);
		const act = (body: unknown) => ask('action', `/queue/items/${item.itemId}/actions`, body).catch(() => null);
		if ((await act({ action: 'claim' })) === null) return;
		await act({ action: 'decide', decision: 'legitimate', reasonCode: 'usual_for_customer' });
	},
	async (ask, random) => {
		await ask('histogram', `/runs/${runId}/histogram`);
		const page = await ask('scores', `/runs/${runId}/scores?limit=100`);
		await ask('scores, next page', `/runs/${runId}/scores?limit=100&cursor=${page.next}`);
		await ask('threshold', `/runs/${runId}/threshold?score=${0.98 + 0.02 * random.uniform()}`);
	},
	async (ask) => {
		await ask('scores, filtered', `/runs/${runId}/scores?limit=100&alerts=true&column=amount`);
	},
	async (ask, random) => {
		await ask('record', `/runs/${runId}/records/${1 + random.integer(rows)}`);
	},
	async (ask) => {
		await ask('runs', '/runs?limit=100');
		await ask('run', `/runs/${runId}`);
	},
];

/** Signs users in and has each of them use the pages for a time; the time of every request that was answered. */
export async function useConsole(options: UseOptions): Promise<Asked[]> {
	const { url, users, seconds, pauseSeconds, password } = options;
	const asked: Asked[] = [];
	const headersOf: { readonly cookie: string }[] = [];
	// One after the other: passwords are checked two at a time.
	for (let i = 0; i < users; i++) headersOf.push({ cookie: await signIn(url, `user${i}`, password) });
	const read = async (path: string): Promise<unknown> =>
		(await fetch(`${url}/api/v1${path}`, { headers: headersOf[0] ?? {} })).json();
	const { items } = (await read('/runs')) as { readonly items: readonly { readonly runId: string }[] };
	const runId = items[0]?.runId ?? '';
	const detail = (await read(`/runs/${runId}`)) as { readonly rows: { readonly loaded: number } };
	const visits = visitsOf(runId, detail.rows.loaded);
	const endMs = performance.now() + seconds * 1_000;
	await Promise.all(
		headersOf.map(async (headers, user) => {
			const random = createRandom(user, 'bench-console');
			const ask: Ask = async (what, path, body) => {
				if (pauseSeconds > 0) await pause(-Math.log(1 - random.uniform()) * pauseSeconds);
				const startMs = performance.now();
				const response = await fetch(`${url}/api/v1${path}`, {
					headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
					...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
				});
				const text = await response.text();
				asked.push({ what, ms: performance.now() - startMs });
				// Two users may take the same item: one of them is told so.
				if (response.status === 409) throw new Error('taken');
				if (!response.ok) throw new Error(`${path} was answered by ${response.status}: ${text}`);
				return JSON.parse(text);
			};
			while (performance.now() < endMs) await (visits[random.integer(visits.length)] as Visit)(ask, random);
		}),
	);
	return asked;
}

const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1_000));

async function signIn(url: string, name: string, password: string): Promise<string> {
	const answer = await fetch(`${url}/api/v1/session`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ name, password }),
	});
	if (!answer.ok) throw new Error(`${name} could not sign in: ${await answer.text()}`);
	return (answer.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
}
