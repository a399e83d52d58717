import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

export interface Place {
	readonly path: string;
	readonly query: URLSearchParams;
}

const MOVED = 'counterfoil-moved';

function here(): Place {
	return { path: location.pathname, query: new URLSearchParams(location.search) };
}

/** Goes to another page without loading one. */
export function go(to: string, options: { readonly isReplacing?: boolean } = {}): void {
	if (options.isReplacing === true) history.replaceState(null, '', to);
	else history.pushState(null, '', to);
	dispatchEvent(new Event(MOVED));
}

/** Where the browser is; changes with it. */
export function usePlace(): Place {
	const [place, setPlace] = useState(here);
	useEffect(() => {
		const update = () => setPlace(here());
		addEventListener('popstate', update);
		addEventListener(MOVED, update);
		return () => {
			removeEventListener('popstate', update);
			removeEventListener(MOVED, update);
		};
	}, []);
	return place;
}

/** Changes filters, which are part of the address so that it can be handed on. */
export function setFilters(changes: Readonly<Record<string, string | null>>): void {
	const { path, query } = here();
	for (const [name, value] of Object.entries(changes)) {
		if (value === null || value === '') query.delete(name);
		else query.set(name, value);
	}
	const text = query.toString();
	go(`${path}${text === '' ? '' : `?${text}`}`, { isReplacing: true });
}

interface LinkProps {
	readonly to: string;
	readonly class?: string;
	readonly 'aria-current'?: 'page';
	readonly children: ComponentChildren;
}

export function Link({ to, children, ...rest }: LinkProps) {
	const onClick = (event: MouseEvent) => {
		if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
		event.preventDefault();
		go(to);
	};
	return (
		<a {...rest} href={to} onClick={onClick}>
			{children}
		</a>
	);
}
