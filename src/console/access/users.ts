import { randomUUID } from 'node:crypto';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { User, UserRole } from '../../store/database.ts';
import { inTransaction, type Store, type StoreTransaction } from '../../store/store.ts';
import { timestamp } from '../../store/timestamp.ts';
import { logAccess } from './access-log.ts';
import { hashPassword } from './passwords.ts';

const USER_NAME = /^[\p{L}\p{N}][\p{L}\p{N}._@+-]{0,63}$/u;

/** Whether anybody can sign in by name; until then the console is for whoever started it. */
export async function hasUsers(store: Store): Promise<boolean> {
	const user = await store.reader.selectFrom('users').select('user_id').limit(1).executeTakeFirst();
	return user !== undefined;
}

export async function findUser(store: Store, name: string): Promise<User | undefined> {
	return await store.reader.selectFrom('users').selectAll().where('name', '=', name).executeTakeFirst();
}

/** By name. */
export async function listUsers(store: Store): Promise<User[]> {
	return await store.reader.selectFrom('users').selectAll().orderBy('name').execute();
}

/** @throws USAGE for a name or a password that will not do; the first user must be an admin, so that one is there */
export async function addUser(
	store: Store,
	user: { readonly name: string; readonly role: UserRole; readonly password: string; readonly actor: string },
): Promise<User> {
	const { name, role, password, actor } = user;
	if (!USER_NAME.test(name)) {
		throw new CounterfoilError('USAGE', 'A name has up to 64 letters, digits and . _ @ + -', { where: 'name' });
	}
	if (role !== 'admin' && !(await hasUsers(store))) {
		throw new CounterfoilError('USAGE', 'The first user must be an admin.', { hint: 'use the role admin' });
	}
	const password_hash = await hashPassword(password);
	const added = await inTransaction(
		store,
		async (transaction) => {
			const known = await transaction.selectFrom('users').select('name').where('name', '=', name).executeTakeFirst();
			if (known !== undefined) throw new CounterfoilError('USAGE', 'There is a user of this name.', { where: name });
			return await transaction
				.insertInto('users')
				.values({ user_id: randomUUID(), name, role, password_hash, created_at: timestamp() })
				.returningAll()
				.executeTakeFirstOrThrow();
		},
		'users',
	);
	await logAccess(store, actor, 'user_added', { name, role });
	return added;
}

/** What of a user can become something else. */
export interface UserChanges {
	readonly role?: UserRole;
	readonly password?: string;
	readonly isDisabled?: boolean;
}

/**
 * Changes a user and ends all sessions of theirs.
 *
 * @throws NOT_FOUND; USAGE if no admin would be left, or for a password that will not do
 */
export async function changeUser(
	store: Store,
	name: string,
	changes: UserChanges & { readonly actor: string },
): Promise<User> {
	const { role, password, isDisabled, actor } = changes;
	const set = {
		...(role === undefined ? {} : { role }),
		...(password === undefined ? {} : { password_hash: await hashPassword(password) }),
		...(isDisabled === undefined ? {} : { is_disabled: isDisabled ? (1 as const) : (0 as const) }),
	};
	const changed = await inTransaction(
		store,
		async (transaction) => {
			const user = await transaction.selectFrom('users').selectAll().where('name', '=', name).executeTakeFirst();
			if (user === undefined) throw new CounterfoilError('NOT_FOUND', 'There is no such user.', { where: name });
			if (Object.keys(set).length > 0) {
				await transaction.updateTable('users').set(set).where('user_id', '=', user.user_id).execute();
			}
			await requireAdmin(transaction);
			await transaction
				.updateTable('logins')
				.set({ revoked_at: timestamp() })
				.where('user_id', '=', user.user_id)
				.where('revoked_at', 'is', null)
				.execute();
			return { ...user, ...set };
		},
		'users',
	);
	await logAccess(store, actor, 'user_changed', {
		name,
		...(role === undefined ? {} : { role }),
		...(isDisabled === undefined ? {} : { isDisabled }),
		...(password === undefined ? {} : { newPassword: true }),
	});
	return changed;
}

async function requireAdmin(transaction: StoreTransaction): Promise<void> {
	const admin = await transaction
		.selectFrom('users')
		.select('user_id')
		.where('role', '=', 'admin')
		.where('is_disabled', '=', 0)
		.executeTakeFirst();
	if (admin === undefined) throw new CounterfoilError('USAGE', 'At least one admin must be left.');
}
