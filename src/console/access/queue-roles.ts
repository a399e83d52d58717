import { CounterfoilError } from '../../contracts/errors.ts';
import { findQueue } from '../../review/find-queues.ts';
import type { Database, UserRole } from '../../store/database.ts';
import type { Store } from '../../store/store.ts';
import { logAccess } from './access-log.ts';
import { lesser, reaches } from './roles.ts';
import type { Identity } from './sessions.ts';
import { findUser } from './users.ts';

/** What one may be in a queue; users are added by those who are admins everywhere. */
export type QueueRole = Database['queue_roles']['role'];

/** What somebody may do in each queue. */
export interface RoleByQueue {
	in(queueId: number): UserRole;
	/** The same by the names of the data set and the queue. */
	named(datasetName: string, queueName: string): UserRole;
	/** Whether there is a queue, or anything else, in which they may do what a role is needed for. */
	reachesAnywhere(needed: UserRole): boolean;
}

export async function roleByQueue(store: Store, { userId, role, limit }: Identity): Promise<RoleByQueue> {
	const rows =
		userId === null || role === 'admin'
			? []
			: await store.reader
					.selectFrom('queue_roles')
					.innerJoin('queues', 'queues.queue_id', 'queue_roles.queue_id')
					.select(['queue_roles.queue_id', 'role', 'dataset_name', 'name'])
					.where('user_id', '=', userId)
					.execute();
	// A token does no more than it was made for.
	const held = rows.map((row) => ({ ...row, role: limit === null ? row.role : lesser(row.role, limit) }));
	return {
		in: (queueId) => held.find((row) => row.queue_id === queueId)?.role ?? role,
		named: (datasetName, queueName) =>
			held.find((row) => row.dataset_name === datasetName && row.name === queueName)?.role ?? role,
		reachesAnywhere: (needed) => reaches(role, needed) || held.some((row) => reaches(row.role, needed)),
	};
}

/** @throws NOT_ALLOWED where the role in the queue of one of the items does not reach */
export async function requireForItems(
	store: Store,
	identity: Identity,
	itemIds: readonly number[],
	needed: UserRole,
): Promise<void> {
	const roles = await roleByQueue(store, identity);
	const rows = await store.reader
		.selectFrom('review_items')
		.innerJoin('queues', 'queues.queue_id', 'review_items.queue_id')
		.select(['review_items.queue_id', 'queues.name'])
		.distinct()
		.where('item_id', 'in', itemIds)
		.execute();
	for (const { queue_id: queueId, name } of rows) requireIn(roles, queueId, name, needed);
}

/** @throws NOT_ALLOWED */
export function requireIn(roles: RoleByQueue, queueId: number, queueName: string, needed: UserRole): void {
	const held = roles.in(queueId);
	if (reaches(held, needed)) return;
	throw new CounterfoilError('NOT_ALLOWED', `This takes the role ${needed} in the queue; yours is ${held}.`, {
		where: `queue ${queueName}`,
	});
}

export interface NamedQueueRole {
	readonly user: string;
	readonly queue: string;
	readonly dataset: string;
	readonly role: QueueRole;
}

/** By user and queue. */
export async function listQueueRoles(store: Store): Promise<NamedQueueRole[]> {
	return await store.reader
		.selectFrom('queue_roles')
		.innerJoin('users', 'users.user_id', 'queue_roles.user_id')
		.innerJoin('queues', 'queues.queue_id', 'queue_roles.queue_id')
		.select(['users.name as user', 'queues.name as queue', 'queues.dataset_name as dataset', 'queue_roles.role'])
		.orderBy('users.name')
		.orderBy('queues.queue_id')
		.execute();
}

/**
 * Gives somebody a role in one queue, in place of the one that they have everywhere.
 *
 * @param set its role null: they have the same there as everywhere
 * @throws NOT_FOUND for a user or a queue that is not there; USAGE where several queues have the name
 */
export async function setQueueRole(
	store: Store,
	set: Omit<NamedQueueRole, 'role'> & { readonly role: QueueRole | null; readonly actor: string },
): Promise<void> {
	const { user: name, queue: queueName, dataset: datasetName, role, actor } = set;
	const user = await findUser(store, name);
	if (user === undefined) throw new CounterfoilError('NOT_FOUND', 'There is no such user.', { where: name });
	const queue = await findQueue(store, { queueName, datasetName });
	const key = { user_id: user.user_id, queue_id: queue.queue_id };
	if (role === null) {
		await store.writer
			.deleteFrom('queue_roles')
			.where('user_id', '=', key.user_id)
			.where('queue_id', '=', key.queue_id)
			.execute();
	} else {
		await store.writer
			.insertInto('queue_roles')
			.values({ ...key, role })
			.onConflict((conflict) => conflict.columns(['user_id', 'queue_id']).doUpdateSet({ role }))
			.execute();
	}
	await logAccess(store, actor, 'user_changed', { name, dataset: datasetName, queue: queueName, role });
}
