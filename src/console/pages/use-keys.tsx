import { type ComponentChildren, createContext } from 'preact';
import { useContext, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { DEFAULT_KEYS, FIXED_KEYS, type KeyAction, type Keys, readKeys, storeKeys } from './key-actions.ts';

/** What is done by key, as long as what it is for is shown. */
export type KeyMap = Readonly<Partial<Record<KeyAction | 'Escape', () => void>>>;

interface KeyBindings {
	readonly keys: Keys;
	readonly setKeys: (keys: Keys) => void;
	/** Binds until what it gives is called; what was bound last comes first. */
	readonly bind: (look: () => KeyMap) => () => void;
}

/** Between the two of a pair. */
export const SEQUENCE_MS = 1_000;

const KeyContext = createContext<KeyBindings>({
	keys: DEFAULT_KEYS,
	setKeys: () => undefined,
	bind: () => () => undefined,
});

function isTyping(target: EventTarget | null): boolean {
	if (!(target instanceof HTMLElement)) return false;
	return target.isContentEditable || /^(?:input|textarea|select)$/i.test(target.tagName);
}

/** What a key, or a pair of keys, is for. */
function actionOf(keys: Keys, pressed: string): KeyAction | 'Escape' | undefined {
	if (pressed === 'Escape') return 'Escape';
	const found = Object.entries(keys).find(([, key]) => key === pressed)?.[0] as KeyAction | undefined;
	return found ?? new Map(Object.entries(FIXED_KEYS)).get(pressed);
}

/**
 * Listens to the keys for all that is shown. Nothing is bound while somebody types or a dialog is open, or with Ctrl,
 * Alt or Cmd.
 */
export function KeysProvider({ user, children }: { readonly user: string; readonly children: ComponentChildren }) {
	const [keys, setKeys] = useState(() => readKeys(user));
	const latest = useRef(keys);
	latest.current = keys;
	const bound = useRef<(() => KeyMap)[]>([]);
	useEffect(() => {
		let first: { readonly key: string; readonly atMs: number } | null = null;
		const onKey = (event: KeyboardEvent) => {
			if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
			if (document.querySelector('dialog[open]') !== null) return;
			// When it was pressed, which is earlier where the page was busy.
			const atMs = event.timeStamp;
			const pair = first !== null && atMs - first.atMs < SEQUENCE_MS ? `${first.key} ${event.key}` : '';
			first = { key: event.key, atMs };
			const maps = bound.current.map((look) => look());
			const find = (pressed: string) => {
				const action = pressed === '' ? undefined : actionOf(latest.current, pressed);
				return action === undefined ? undefined : maps.findLast((map) => map[action] !== undefined)?.[action];
			};
			const act = find(pair) ?? find(event.key);
			if (act === undefined) return;
			// Enter and the space bar belong to what has the focus.
			const isButton = event.target instanceof HTMLElement && event.target.closest('button, a, summary') !== null;
			if (isButton && event.key === 'Enter') return;
			event.preventDefault();
			first = null;
			act();
		};
		// Another window of the same user.
		const onStored = () => setKeys(readKeys(user));
		addEventListener('keydown', onKey);
		addEventListener('storage', onStored);
		return () => {
			removeEventListener('keydown', onKey);
			removeEventListener('storage', onStored);
		};
	}, [user]);
	const value = useMemo(
		(): KeyBindings => ({
			keys,
			setKeys: (chosen) => {
				storeKeys(user, chosen);
				setKeys(chosen);
			},
			bind: (look) => {
				bound.current = [...bound.current, look];
				return () => {
					bound.current = bound.current.filter((each) => each !== look);
				};
			},
		}),
		[keys, user],
	);
	return <KeyContext.Provider value={value}>{children}</KeyContext.Provider>;
}

/** The keys in use, and how others are chosen. */
export function useKeyChoices(): Pick<KeyBindings, 'keys' | 'setKeys'> {
	return useContext(KeyContext);
}

/** Binds actions to their keys while the component is shown. */
export function useKeys(map: KeyMap, isActive = true): void {
	const { bind } = useContext(KeyContext);
	const latest = useRef(map);
	latest.current = map;
	useEffect(() => (isActive ? bind(() => latest.current) : undefined), [isActive, bind]);
}

/** A pair has no name in ARIA. */
export function shortcutOf(key: string): { readonly 'aria-keyshortcuts'?: string } {
	return key.includes(' ') ? {} : { 'aria-keyshortcuts': key };
}
