/** What can be done by key, and by which key it is done unless somebody chooses another. */
export const KEY_ACTIONS = [
	{ id: 'next', group: 'list', words: 'next', key: 'j' },
	{ id: 'previous', group: 'list', words: 'previous', key: 'k' },
	{ id: 'open', group: 'list', words: 'open the record', key: 'Enter' },
	{ id: 'claim', group: 'queue', words: 'claim, or give back what you hold', key: 'c' },
	{ id: 'fraud', group: 'queue', words: 'fraud', key: 'f' },
	{ id: 'legitimate', group: 'queue', words: 'legitimate', key: 'l' },
	{ id: 'unsure', group: 'queue', words: 'unsure', key: 'u' },
	{ id: 'snooze', group: 'queue', words: 'snooze', key: 's' },
	{ id: 'escalate', group: 'queue', words: 'escalate', key: 'e' },
	{ id: 'note', group: 'queue', words: 'note', key: 'n' },
	{ id: 'undo', group: 'queue', words: 'undo your last decision', key: 'z' },
	{ id: 'select', group: 'queue', words: 'select, to do the same to many', key: 'x' },
	{ id: 'filter', group: 'queue', words: 'filter', key: '/' },
	{ id: 'overview', group: 'page', words: 'Overview', key: 'g o' },
	{ id: 'queue', group: 'page', words: 'Queue', key: 'g q' },
	{ id: 'scores', group: 'page', words: 'Scores', key: 'g s' },
	{ id: 'runs', group: 'page', words: 'Runs', key: 'g r' },
	{ id: 'models', group: 'page', words: 'Models', key: 'g m' },
	{ id: 'generate', group: 'page', words: 'Generate', key: 'g g' },
	{ id: 'drift', group: 'page', words: 'Drift', key: 'g d' },
	{ id: 'rejects', group: 'page', words: 'Rejects', key: 'g j' },
	{ id: 'sql', group: 'page', words: 'SQL', key: 'g l' },
	{ id: 'settings', group: 'page', words: 'Settings', key: 'g ,' },
	{ id: 'help', group: 'page', words: 'the keys', key: '?' },
] as const;

export type KeyAction = (typeof KEY_ACTIONS)[number]['id'];
/** The key of each action: by `event.key`, or two after each other: `g q`. */
export type Keys = Readonly<Record<KeyAction, string>>;

export const KEY_GROUPS = [
	['list', 'In a list'],
	['queue', 'In the queue'],
	['page', 'To a page'],
] as const;

export const DEFAULT_KEYS = Object.fromEntries(KEY_ACTIONS.map(({ id, key }) => [id, key])) as Keys;

/** Keys that stay with what they do, whatever else is chosen. */
export const FIXED_KEYS: Readonly<Record<string, KeyAction>> = { ArrowDown: 'next', ArrowUp: 'previous' };

/** One key that writes something, but no digit, which chooses a reason; or Enter. */
const ALLOWED = /^(?:Enter|[^\s\d])$/u;

/** Why an action cannot have a key; null: it can. */
export function refusalOf(keys: Keys, action: KeyAction, wanted: string): string | null {
	const parts = wanted.split(' ');
	if (parts.length > 2 || !parts.every((part) => ALLOWED.test(part))) {
		return 'A key is a letter or a sign, or two of them after each other. Digits choose the reason of a decision.';
	}
	const holder = KEY_ACTIONS.find(({ id }) => id !== action && isSame(keys[id], wanted));
	if (holder === undefined) return null;
	return `“${keys[holder.id]}” is the key of: ${holder.words}. Give that another one first.`;
}

/** Whether one would hide the other: they are equal, or one is what the other begins with. */
function isSame(a: string, b: string): boolean {
	return a === b || a.startsWith(`${b} `) || b.startsWith(`${a} `);
}

const nameOf = (user: string) => `counterfoil-keys:${user}`;

/** What somebody has chosen in this browser. What is no key any more, or two actions have, is as it was made. */
export function readKeys(user: string): Keys {
	let stored: unknown;
	try {
		stored = JSON.parse(localStorage.getItem(nameOf(user)) ?? '{}');
	} catch {
		return DEFAULT_KEYS;
	}
	if (typeof stored !== 'object' || stored === null) return DEFAULT_KEYS;
	const chosen = new Map<string, unknown>(Object.entries(stored));
	const keys = Object.fromEntries(
		KEY_ACTIONS.map(({ id, key }) => {
			const own = chosen.get(id);
			return [id, typeof own === 'string' ? own : key];
		}),
	) as Keys;
	return KEY_ACTIONS.every(({ id }) => refusalOf(keys, id, keys[id]) === null) ? keys : DEFAULT_KEYS;
}

/** Keeps what is not as it was made. */
export function storeKeys(user: string, keys: Keys): void {
	const chosen = KEY_ACTIONS.filter(({ id, key }) => keys[id] !== key).map(({ id }) => [id, keys[id]]);
	try {
		if (chosen.length === 0) localStorage.removeItem(nameOf(user));
		else localStorage.setItem(nameOf(user), JSON.stringify(Object.fromEntries(chosen)));
	} catch {
		// A browser that keeps nothing: the keys hold until the page is closed.
	}
}
