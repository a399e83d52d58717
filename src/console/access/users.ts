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
			if (known !== undefined)
				throw new CounterfoilError('USAGE', 'There is a user of this name.', {
					where: name,
					hint: 'choose another name; counterfoil users list shows who there is',
				});
			return await transaction
				.insertInto('users')
				.values({ user_id: randomUUID(), name, role, subject: null, password_hash, created_at: timestamp() })
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
 * Changes a user and ends all sessions of theirs; whoever is kept out loses their API tokens too.
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
			if (user === undefined)
				throw new CounterfoilError('NOT_FOUND', 'There is no such user.', {
					where: name,
					hint: 'counterfoil users list shows who there is',
				});
			if (user.subject !== null && (role !== undefined || password !== undefined)) {
				throw new CounterfoilError('USAGE', 'The role of this user is given by the provider that they sign in by.', {
					where: name,
					hint: 'they can be kept out here, and have another role in one queue',
				});
			}
			if (Object.keys(set).length > 0) {
				await transaction.updateTable('users').set(set).where('user_id', '=', user.user_id).execute();
			}
			await requireAdmin(transaction);
			// What was kept out does not come in again by an old token.
			await revokeAll(transaction, user.user_id, isDisabled === true ? ['logins', 'api_tokens'] : ['logins']);
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

/** Somebody as an OpenID provider tells of them. */
export interface ProvidedUser {
	/** The provider's address, #, and what it calls them: never given to another. */
	readonly subject: string;
	/** What the provider calls them now. */
	readonly name: string;
	/** Null: the provider knows them, and gives them none. */
	readonly role: UserRole | null;
}

/**
 * The user whom a provider tells of: added when they first come, with the role that the provider tells now. The name
 * stays the one that they first came by: leases, second opinions and what they may undo go by it. Whoever has no role
 * any more is left with the least, and without sessions and API tokens.
 *
 * @throws NOT_ALLOWED for who has no role, and for who first comes by a name that is another's, or none
 */
export async function takeProvidedUser(store: Store, provided: ProvidedUser): Promise<User> {
	const { subject, role } = provided;
	const { user, isShutOut } = await inTransaction(
		store,
		async (transaction) => {
			const known = await transaction.selectFrom('users').selectAll().where('subject', '=', subject).executeTakeFirst();
			if (role === null) {
				return { user: known, isShutOut: known !== undefined && (await shutOut(transaction, known)) };
			}
			if (known === undefined) return { user: await addProvided(transaction, { ...provided, role }), isShutOut: false };
			await transaction.updateTable('users').set({ role }).where('user_id', '=', known.user_id).execute();
			return { user: { ...known, role }, isShutOut: false };
		},
		'users',
	);
	if (user !== undefined && isShutOut) {
		await logAccess(store, user.name, 'user_changed', { name: user.name, via: 'provider', role: null });
	}
	if (user !== undefined && role !== null) return user;
	throw new CounterfoilError('NOT_ALLOWED', 'The provider knows you, but you have no role here.', {
		hint: 'an admin of the provider gives roles; docs/console.md tells which',
	});
}

async function addProvided(
	transaction: StoreTransaction,
	{ subject, name, role }: ProvidedUser & { readonly role: UserRole },
): Promise<User> {
	if (!USER_NAME.test(name)) {
		throw new CounterfoilError('NOT_ALLOWED', 'What the provider calls you is no name of a user.', {
			hint: 'it has up to 64 letters, digits and . _ @ + -; --oidc-name-claim names another claim',
		});
	}
	const other = await transaction.selectFrom('users').select('user_id').where('name', '=', name).executeTakeFirst();
	if (other !== undefined) {
		throw new CounterfoilError('NOT_ALLOWED', 'Another user has the name that the provider calls you.', {
			hint: 'an admin of the provider can give you another one',
		});
	}
	return await transaction
		.insertInto('users')
		.values({ user_id: randomUUID(), name, role, subject, password_hash: null, created_at: timestamp() })
		.returningAll()
		.executeTakeFirstOrThrow();
}

/** Takes from a user what they could still do; whether there was anything. */
async function shutOut(transaction: StoreTransaction, user: User): Promise<boolean> {
	await transaction.updateTable('users').set({ role: 'viewer' }).where('user_id', '=', user.user_id).execute();
	const ended = await revokeAll(transaction, user.user_id, ['logins', 'api_tokens']);
	return ended > 0 || user.role !== 'viewer';
}

/** Ends what somebody comes in by; how much that was. */
async function revokeAll(
	transaction: StoreTransaction,
	userId: string,
	tables: readonly ('logins' | 'api_tokens')[],
): Promise<number> {
	let revoked = 0;
	for (const table of tables) {
		const { numUpdatedRows } = await transaction
			.updateTable(table)
			.set({ revoked_at: timestamp() })
			.where('user_id', '=', userId)
			.where('revoked_at', 'is', null)
			.executeTakeFirstOrThrow();
		revoked += Number(numUpdatedRows);
	}
	return revoked;
}

async function requireAdmin(transaction: StoreTransaction): Promise<void> {
	const admin = await transaction
		.selectFrom('users')
		.select('user_id')
		.where('role', '=', 'admin')
		.where('is_disabled', '=', 0)
		.executeTakeFirst();
	if (admin === undefined)
		throw new CounterfoilError('USAGE', 'At least one admin must be left.', {
			hint: 'make somebody else an admin first',
		});
}
