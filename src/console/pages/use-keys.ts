import { useEffect, useRef } from 'preact/hooks';

/** What a key does; by `event.key`, or two keys after each other: `g q`. */
export type KeyMap = Readonly<Record<string, (event: KeyboardEvent) => void>>;

const SEQUENCE_MS = 1_000;

function isTyping(target: EventTarget | null): boolean {
	if (!(target instanceof HTMLElement)) return false;
	return target.isContentEditable || /^(?:input|textarea|select)$/i.test(target.tagName);
}

/** Binds keys while the component is shown. Nothing is bound while somebody types, or with Ctrl, Alt or Cmd. */
export function useKeys(keys: KeyMap, isActive = true): void {
	const latest = useRef(keys);
	latest.current = keys;
	useEffect(() => {
		if (!isActive) return;
		let first: { readonly key: string; readonly atMs: number } | null = null;
		const onKey = (event: KeyboardEvent) => {
			if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
			const atMs = performance.now();
			const pair = first !== null && atMs - first.atMs < SEQUENCE_MS ? `${first.key} ${event.key}` : '';
			first = { key: event.key, atMs };
			const action = latest.current[pair] ?? latest.current[event.key];
			if (action === undefined) return;
			// Enter and the space bar belong to what has the focus.
			const isButton = event.target instanceof HTMLElement && event.target.closest('button, a, summary') !== null;
			if (isButton && (event.key === 'Enter' || event.key === ' ')) return;
			event.preventDefault();
			action(event);
		};
		addEventListener('keydown', onKey);
		return () => removeEventListener('keydown', onKey);
	}, [isActive]);
}
