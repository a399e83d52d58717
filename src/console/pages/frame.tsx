import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { api } from './api.ts';
import { Dialog } from './parts/feedback.tsx';
import { go, Link, usePlace } from './router.tsx';
import { useMay, useSession } from './session.tsx';
import { useKeys } from './use-keys.ts';

const ROOMS = [
	{ to: '/', name: 'Overview', key: 'g o' },
	{ to: '/queue', name: 'Queue', key: 'g q' },
	{ to: '/scores', name: 'Scores', key: 'g s' },
	{ to: '/runs', name: 'Runs', key: 'g r' },
	{ to: '/models', name: 'Models', key: 'g m' },
	{ to: '/generate', name: 'Generate', key: 'g g' },
	{ to: '/drift', name: 'Drift', key: 'g d' },
	{ to: '/rejects', name: 'Rejects', key: 'g j' },
	{ to: '/sql', name: 'SQL', key: 'g l', role: 'analyst' },
	{ to: '/settings', name: 'Settings', key: 'g ,' },
] as const;

/** What is around every page: where one can go, who one is. */
export function Frame({ children }: { readonly children: ComponentChildren }) {
	const { path } = usePlace();
	const { session, renew } = useSession();
	const [isOpen, setOpen] = useState(false);
	const [isHelpShown, setHelpShown] = useState(false);
	const isAnalyst = useMay('analyst');
	const rooms = ROOMS.filter((room) => !('role' in room) || isAnalyst);
	useEffect(() => setOpen(false), [path]);
	useKeys({
		...Object.fromEntries(rooms.map(({ key, to }) => [key, () => go(to)])),
		'?': () => setHelpShown(true),
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
						{rooms.map(({ to, name, key }) => (
							<li key={to}>
								<Link to={to} {...(isHere(to) ? { 'aria-current': 'page' as const } : {})}>
									{name}
									<kbd aria-hidden="true">{key}</kbd>
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
							Keys <kbd>?</kbd>
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
			{isHelpShown && <KeyHelp onClose={() => setHelpShown(false)} rooms={rooms} />}
		</div>
	);
}

const QUEUE_KEYS = [
	['j / k', 'next, previous item'],
	['Enter', 'open the record'],
	['c', 'claim, or give back what you hold'],
	['f', 'fraud'],
	['l', 'legitimate'],
	['u', 'unsure'],
	['1 … 9', 'the reason, once you have said what it is'],
	['s', 'snooze'],
	['e', 'escalate'],
	['n', 'note'],
	['z', 'undo your last decision'],
	['x', 'select, to do the same to many'],
	['/', 'filter'],
] as const;

function KeyHelp({
	onClose,
	rooms,
}: {
	readonly onClose: () => void;
	readonly rooms: readonly (typeof ROOMS)[number][];
}) {
	return (
		<Dialog title="Keys" onClose={onClose}>
			<div class="key-help">
				<section>
					<h3>In the queue</h3>
					<dl>
						{QUEUE_KEYS.map(([key, words]) => (
							<div key={key}>
								<dt>
									<kbd>{key}</kbd>
								</dt>
								<dd>{words}</dd>
							</div>
						))}
					</dl>
				</section>
				<section>
					<h3>To a page</h3>
					<dl>
						{rooms.map(({ key, name }) => (
							<div key={key}>
								<dt>
									<kbd>{key}</kbd>
								</dt>
								<dd>{name}</dd>
							</div>
						))}
					</dl>
					<p>Nothing is bound while you type.</p>
				</section>
			</div>
		</Dialog>
	);
}
