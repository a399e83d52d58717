import type { QueueRoleBody } from '../../api/routes/user-routes.ts';
import type { QueueBody, UserBody } from '../../api/schemas.ts';
import { api } from '../api.ts';
import { ProblemNote } from '../parts/feedback.tsx';
import { useSession } from '../session.tsx';
import { asProblem, useData } from '../use-data.ts';

const ROLES = ['viewer', 'analyst', 'lead'] as const;

/** Who may do something else in one queue than elsewhere; nothing while there are no users or no queues. */
export function QueueRoles() {
	const { data, problem, reload } = useData<{ items: QueueRoleBody[] }>('/queue-roles');
	const { data: users } = useData<{ items: UserBody[] }>('/users');
	const { data: queues } = useData<{ items: QueueBody[] }>('/queues');
	const { show } = useSession();
	const set = (body: Omit<QueueRoleBody, 'role'> & { readonly role: string | null }) =>
		api.put('/queue-roles', body).then(reload, (error: unknown) => {
			show({ kind: 'bad', text: asProblem(error).message });
		});
	const onSubmit = (event: SubmitEvent) => {
		event.preventDefault();
		const form = new FormData(event.currentTarget as HTMLFormElement);
		const queue = queues?.items.find(({ queueId }) => queueId === Number(form.get('queue')));
		if (queue === undefined) return;
		void set({
			user: String(form.get('user')),
			role: String(form.get('role')),
			queue: queue.name,
			dataset: queue.datasetName,
		});
	};
	const others = (users?.items ?? []).filter(({ role }) => role !== 'admin');
	if (others.length === 0 || queues === null || queues.items.length === 0) return null;
	return (
		<section class="card">
			<h2>Roles in one queue</h2>
			<p class="aside">In place of the role that somebody has elsewhere.</p>
			{problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
			{data !== null && data.items.length > 0 && (
				<ul class="list plain-list">
					{data.items.map((row) => (
						<li key={`${row.user} ${row.dataset} ${row.queue}`}>
							<strong>{row.user}</strong>
							<span>
								{row.role} in {row.dataset}/{row.queue}
							</span>
							<button
								type="button"
								aria-label={`${row.user} in ${row.dataset}/${row.queue} as elsewhere`}
								onClick={() => void set({ ...row, role: null })}
							>
								As elsewhere
							</button>
						</li>
					))}
				</ul>
			)}
			<form class="inline-form" onSubmit={onSubmit}>
				<label class="field">
					User
					<select name="user">
						{others.map(({ name }) => (
							<option key={name}>{name}</option>
						))}
					</select>
				</label>
				<label class="field">
					Queue
					<select name="queue">
						{queues.items.map(({ queueId, name, datasetName }) => (
							<option key={queueId} value={queueId}>
								{datasetName}/{name}
							</option>
						))}
					</select>
				</label>
				<label class="field">
					Role there
					<select name="role">
						{ROLES.map((role) => (
							<option key={role}>{role}</option>
						))}
					</select>
				</label>
				<button type="submit">Give</button>
			</form>
		</section>
	);
}
