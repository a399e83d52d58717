import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { api } from './api.ts';
import { KEY_ACTIONS, KEY_GROUPS } from './key-actions.ts';
import { Dialog } from './parts/feedback.tsx';
import { go, Link, usePlace } from './router.tsx';
import { useMay, useSession } from './session.tsx';
import { useKeyChoices, useKeys } from './use-keys.tsx';

const ROOMS = [
	{ to: '/', name: 'Overview', action: 'overview' },
	{ to: '/queue', name: 'Queue', action: 'queue' },
	{ to: '/scores', name: 'Scores', action: 'scores' },
	{ to: '/runs', name: 'Runs', action: 'runs' },
	{ to: '/models', name: 'Models', action: 'models' },
	{ to: '/generate', name: 'Generate', action: 'generate' },
	{ to: '/drift', name: 'Drift', action: 'drift' },
	{ to: '/rejects', name: 'Rejects', action: 'rejects' },
	{ to: '/sql', name: 'SQL', action: 'sql', role: 'analyst' },
	{ to: '/settings', name: 'Settings', action: 'settings' },
] as const;

/** What is around every page: where one can go, who one is. */
export function Frame({ children }: { readonly children: ComponentChildren }) {
	const { path } = usePlace();
	const { session, renew } = useSession();
	const [isOpen, setOpen] = useState(false);
	const [isHelpShown, setHelpShown] = useState(false);
	const { keys } = useKeyChoices();
	const isAnalyst = useMay('analyst');
	const rooms = ROOMS.filter((room) => !('role' in room) || isAnalyst);
	useEffect(() => setOpen(false), [path]);
	useKeys({
		...Object.fromEntries(rooms.map(({ action, to }) => [action, () => go(to)])),
		help: () => setHelpShown(true),
	});
	// A record is one of the scores, though its address is that of its run.
	const room = /^\/runs\/[^/]+\/records\//.test(path) ? '/scores' : path;
	const isHere = (to: string) => (to === '/' ? room === '/' : room === to || room.startsWith(`${to}/`));
	return (
		<div class={`frame ${isOpen ? 'open' : ''}`}>
			<a class="skip" href="#main">
				Skip to the content
			</a>
			<header class="side">
				<div class="brand">
					<svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
						<rect width="32" height="32" rx="7" class="brand-ground" />
						<path d="M9 8h14v16l-2.3-1.6-2.4 1.6-2.3-1.6-2.3 1.6-2.4-1.6L9 24z" fill="#fff" />
						<path d="M12.5 12.5h7M12.5 16h7" class="brand-lines" />
					</svg>
					<span>counterfoil</span>
					<button
						type="button"
						class="plain menu"
						aria-expanded={isOpen}
						aria-controls="rooms"
						onClick={() => setOpen(!isOpen)}
					>
						Menu
					</button>
				</div>
				<nav id="rooms" aria-label="Pages">
					<ul>
						{rooms.map(({ to, name, action }) => (
							<li key={to}>
								<Link to={to} {...(isHere(to) ? { 'aria-current': 'page' as const } : {})}>
									{name}
									<kbd aria-hidden="true">{keys[action]}</kbd>
								</Link>
							</li>
						))}
					</ul>
				</nav>
				<div class="who">
					<p>
						<strong>{session.actor}</strong>
						<span>{session.role}</span>
					</p>
					<p class="who-links">
						<button type="button" class="link" onClick={() => setHelpShown(true)}>
							Keys <kbd>{keys.help}</kbd>
						</button>
						<button type="button" class="link" onClick={() => void api.delete('/session').then(renew)}>
							Sign out
						</button>
					</p>
				</div>
			</header>
			<main id="main" tabIndex={-1}>
				{children}
			</main>
			{isHelpShown && <KeyHelp onClose={() => setHelpShown(false)} />}
		</div>
	);
}

function KeyHelp({ onClose }: { readonly onClose: () => void }) {
	const { keys } = useKeyChoices();
	const isAnalyst = useMay('analyst');
	const actions = KEY_ACTIONS.filter(({ id }) => id !== 'sql' || isAnalyst);
	return (
		<Dialog title="Keys" onClose={onClose}>
			<div class="key-help">
				{KEY_GROUPS.map(([group, title]) => (
					<section key={group}>
						<h3>{title}</h3>
						<dl>
							{actions
								.filter((action) => action.group === group)
								.map(({ id, words }) => (
									<div key={id}>
										<dt>
											<kbd>{keys[id]}</kbd>
										</dt>
										<dd>{words}</dd>
									</div>
								))}
							{group === 'queue' && (
								<div>
									<dt>
										<kbd>1 … 9</kbd>
									</dt>
									<dd>the reason, once you have said what it is</dd>
								</div>
							)}
						</dl>
					</section>
				))}
			</div>
			<p class="key-help-foot">
				Nothing is bound while you type.{' '}
				<button
					type="button"
					class="link"
					onClick={() => {
						onClose();
						go('/settings');
					}}
				>
					Choose other keys
				</button>
			</p>
		</Dialog>
	);
}
