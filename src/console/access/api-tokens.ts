import { randomUUID } from 'node:crypto';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { ApiToken, UserRole } from '../../store/database.ts';
import type { Store } from '../../store/store.ts';
import { timestamp } from '../../store/timestamp.ts';
import { logAccess } from './access-log.ts';
import { createSecret, hashSecret, TOKEN_PREFIX } from './secrets.ts';

/** Characters of a token that are kept to tell it from others. */
const HINT_LENGTH = TOKEN_PREFIX.length + 4;

export interface NewToken {
	readonly userId: string;
	readonly name: string;
	readonly role: UserRole;
	/** @default never */
	readonly expiresAt?: Date;
	readonly actor: string;
}

/** Makes a token for programs. It is told this once; only its hash is kept. */
export async function makeToken(store: Store, token: NewToken): Promise<ApiToken & { readonly secret: string }> {
	const secret = `${TOKEN_PREFIX}${createSecret()}`;
	const { userId, name, role, expiresAt, actor } = token;
	const made = await store.writer
		.insertInto('api_tokens')
		.values({
			token_id: randomUUID(),
			user_id: userId,
			name,
			token_sha256: hashSecret(secret),
			created_at: timestamp(),
			expires_at: expiresAt === undefined ? null : timestamp(expiresAt),
			role,
			hint: secret.slice(0, HINT_LENGTH),
		})
		.returningAll()
		.executeTakeFirstOrThrow();
	await logAccess(store, actor, 'token_made', { token: made.hint, name, role });
	return { ...made, secret };
}

/** Those that are not revoked, latest first, with the names of their users. */
export async function listTokens(store: Store, userId: string | null) {
	let query = store.reader
		.selectFrom('api_tokens')
		.innerJoin('users', 'users.user_id', 'api_tokens.user_id')
		.selectAll('api_tokens')
		.select('users.name as user_name')
		.where('revoked_at', 'is', null);
	if (userId !== null) query = query.where('api_tokens.user_id', '=', userId);
	return await query.orderBy('api_tokens.created_at', 'desc').limit(500).execute();
}

/** @param userId only a token of this user; null: of anybody. @throws NOT_FOUND */
export async function revokeToken(
	store: Store,
	tokenId: string,
	{ userId, actor }: { readonly userId: string | null; readonly actor: string },
): Promise<void> {
	let query = store.writer
		.updateTable('api_tokens')
		.set({ revoked_at: timestamp() })
		.where('token_id', '=', tokenId)
		.where('revoked_at', 'is', null);
	if (userId !== null) query = query.where('user_id', '=', userId);
	const revoked = await query.returning('hint').executeTakeFirst();
	if (revoked === undefined) {
		throw new CounterfoilError('NOT_FOUND', 'There is no such token of yours.', { where: 'token' });
	}
	await logAccess(store, actor, 'token_revoked', { token: revoked.hint });
}
