import { useState } from 'preact/hooks';
import type { AccessEventBody, TokenBody } from '../../api/routes/user-routes.ts';
import type { UserBody } from '../../api/schemas.ts';
import { api, apiUrl } from '../api.ts';
import { formatTime } from '../format.ts';
import { type Column, DataTable, FileLinks } from '../parts/data-table.tsx';
import { ProblemNote } from '../parts/feedback.tsx';
import { useMay, useSession } from '../session.tsx';
import { asProblem, useData, usePages } from '../use-data.ts';
import { KeySettings } from './key-settings.tsx';
import { QueueRoles } from './queue-roles.tsx';
import { Fact } from './run-view.tsx';

const ROLES = [
	['viewer', 'looks'],
	['analyst', 'decides, generates, queries'],
	['lead', 'reopens, sets rules, cancels runs'],
	['admin', 'adds people'],
] as const;

export function SettingsView() {
	const { session } = useSession();
	const isAdmin = useMay('admin');
	const isLead = useMay('lead');
	return (
		<>
			<h1>Settings</h1>
			<dl class="facts">
				<Fact name="You">{session.actor}</Fact>
				<Fact name="Role">{session.role}</Fact>
				<Fact name="Version">{session.version}</Fact>
				<Fact name="Database">{session.database}</Fact>
				<Fact name="API">
					<a href={apiUrl('/openapi.json')}>OpenAPI 3.1</a>
				</Fact>
			</dl>
			{isAdmin && <Users />}
			{isAdmin && <QueueRoles />}
			<Tokens />
			<KeySettings />
			{isLead && <AccessLog />}
		</>
	);
}

function RoleChoice({ name, value }: { readonly name: string; readonly value?: string }) {
	return (
		<label class="field">
			Role
			<select name={name}>
				{ROLES.map(([role, words]) => (
					<option key={role} value={role} selected={role === value}>
						{role}: {words}
					</option>
				))}
			</select>
		</label>
	);
}

function Users() {
	const { data, problem, reload } = useData<{ items: UserBody[] }>('/users');
	const { session, show, renew } = useSession();
	const isFirst = data !== null && data.items.length === 0;
	const tell = (error: unknown) => {
		const { message, hint } = asProblem(error);
		show({ kind: 'bad', text: hint === null ? message : `${message} (${hint})` });
	};
	const onSubmit = (event: SubmitEvent) => {
		event.preventDefault();
		const element = event.currentTarget as HTMLFormElement;
		const form = new FormData(element);
		const body = {
			name: String(form.get('name')),
			role: String(form.get('role')),
			password: String(form.get('password')),
		};
		api.post('/users', body).then(() => {
			element.reset();
			show({ kind: 'done', text: `${body.name} may sign in` });
			if (isFirst) renew();
			else reload();
		}, tell);
	};
	const change = (name: string, body: object) =>
		api.patch(`/users/${encodeURIComponent(name)}`, body).then(reload, tell);
	return (
		<section class="card">
			<div class="card-head">
				<h2>Users</h2>
				{data !== null && data.items.length > 0 && <FileLinks path="/users" />}
			</div>
			{problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
			{isFirst && (
				<p>
					Nobody yet: the console is for whoever starts it. From the first user on, who must be an admin, everybody
					signs in by name.
				</p>
			)}
			{data !== null && data.items.length > 0 && (
				<div class="scroll-x">
					<table aria-label="Users">
						<thead>
							<tr>
								<th scope="col">Name</th>
								<th scope="col">Role</th>
								<th scope="col">Added</th>
								<th scope="col">Access</th>
							</tr>
						</thead>
						<tbody>
							{data.items.map((user) => (
								<tr key={user.name}>
									<th scope="row">{user.name}</th>
									<td>
										<select
											aria-label={`Role of ${user.name}`}
											value={user.role}
											disabled={user.name === session.actor || user.isProvided}
											onChange={(event) => void change(user.name, { role: event.currentTarget.value })}
										>
											{ROLES.map(([role]) => (
												<option key={role}>{role}</option>
											))}
										</select>
									</td>
									<td>{formatTime(user.createdAt)}</td>
									<td>
										{user.name === session.actor ? (
											'you'
										) : (
											<button type="button" onClick={() => void change(user.name, { isDisabled: !user.isDisabled })}>
												{user.isDisabled ? 'Let in' : 'Keep out'}
											</button>
										)}
									</td>
								</tr>
							))}
						</tbody>
					</table>
				</div>
			)}
			<form class="inline-form" onSubmit={onSubmit}>
				<label class="field">
					Name
					<input name="name" maxLength={64} autocomplete="off" required />
				</label>
				<RoleChoice name="role" value={isFirst ? 'admin' : 'analyst'} />
				<label class="field">
					Password
					<input name="password" type="password" minLength={12} autocomplete="new-password" required />
				</label>
				<button type="submit">Add</button>
			</form>
		</section>
	);
}

function Tokens() {
	const { data, problem, reload } = useData<{ items: TokenBody[] }>('/tokens');
	const { session, show } = useSession();
	const [secret, setSecret] = useState<string | null>(null);
	const canMake = session.via === 'password' || session.via === 'provider';
	const tell = (error: unknown) => show({ kind: 'bad', text: asProblem(error).message });
	const onSubmit = (event: SubmitEvent) => {
		event.preventDefault();
		const element = event.currentTarget as HTMLFormElement;
		const form = new FormData(element);
		const days = Number(form.get('days'));
		const body = { name: String(form.get('name')), role: String(form.get('role')), ...(days > 0 ? { days } : {}) };
		api.post<{ secret: string }>('/tokens', body).then((made) => {
			setSecret(made.secret);
			element.reset();
			reload();
		}, tell);
	};
	return (
		<section class="card">
			<h2>API tokens</h2>
			{problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
			{!canMake && <p class="aside">Tokens belong to users; there is none yet.</p>}
			{secret !== null && (
				<div class="note" role="status">
					<p>The token, shown this once:</p>
					<p>
						<code class="command">{secret}</code>
					</p>
				</div>
			)}
			{data !== null && data.items.length > 0 && (
				<ul class="list plain-list">
					{data.items.map((token) => (
						<li key={token.tokenId}>
							<strong>{token.name}</strong> <code>{token.hint}…</code>
							<span>
								{token.user}, {token.role}
							</span>
							<span class="when">
								{token.lastUsedAt === null ? 'never used' : `used ${formatTime(token.lastUsedAt)}`}
							</span>
							<button type="button" onClick={() => void api.delete(`/tokens/${token.tokenId}`).then(reload, tell)}>
								Revoke
							</button>
						</li>
					))}
				</ul>
			)}
			{canMake && (
				<form class="inline-form" onSubmit={onSubmit}>
					<label class="field">
						For what
						<input name="name" maxLength={100} required />
					</label>
					<RoleChoice name="role" />
					<label class="field">
						Days
						<input name="days" type="number" min="1" max="3650" placeholder="no end" />
					</label>
					<button type="submit">Make</button>
				</form>
			)}
		</section>
	);
}

const NONE = {};
const LOG_COLUMNS: readonly Column<AccessEventBody>[] = [
	{ name: 'When', width: '9rem', cell: (event) => formatTime(event.at) },
	{ name: 'Who', width: '9rem', cell: (event) => event.actor },
	{ name: 'What', width: '10rem', cell: (event) => event.kind.replaceAll('_', ' ') },
	{
		name: 'About',
		width: 'minmax(14rem, 1fr)',
		cell: (event) =>
			Object.entries(event.detail)
				.map(([name, value]) => `${name} ${String(value)}`)
				.join(', '),
	},
];

function AccessLog() {
	const { rows, problem, more, reload } = usePages<AccessEventBody>('/access-log', NONE);
	return (
		<section class="card">
			<div class="card-head">
				<h2>Log</h2>
				<FileLinks path="/access-log" />
			</div>
			<p class="aside">Who came in and what was done; decisions are in the log of the queue.</p>
			{problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
			<div class="log">
				<DataTable
					label="Log"
					columns={LOG_COLUMNS}
					rows={rows}
					keyOf={(event) => event.eventId}
					onEnd={more}
					rowHeight={34}
				/>
			</div>
		</section>
	);
}
