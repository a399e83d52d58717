import { randomUUID } from 'node:crypto';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { User, UserRole } from '../../store/database.ts';
import type { Store } from '../../store/store.ts';
import { timestamp } from '../../store/timestamp.ts';
import { logAccess } from './access-log.ts';
import { isPassword } from './passwords.ts';
import { createRateLimit } from './rate-limit.ts';
import { lesser } from './roles.ts';
import { createSecret, hashSecret, isSameHash, TOKEN_PREFIX } from './secrets.ts';
import { findUser, hasUsers } from './users.ts';

/** Who asks. */
export interface Identity {
	/** Name in the log of the queue. */
	readonly actor: string;
	readonly role: UserRole;
	/** The most that a token may do, whatever its user may; null for sessions. */
	readonly limit: UserRole | null;
	/** Null for whoever started the console on their own machine. */
	readonly userId: string | null;
	readonly via: 'start-link' | 'password' | 'provider' | 'token';
	/** Hash of the session's or token's secret. */
	readonly session: string;
}

export interface Sessions {
	/** The secret of a new session for the secret of the start link, which works once. @throws AUTHENTICATION_NEEDED */
	exchangeStartToken(token: string): Promise<string>;
	/** A start link for whoever reads this process's terminal; the one before stops working. */
	newStartToken(): string;
	/** The secret of a new session. @throws AUTHENTICATION_NEEDED, TOO_MANY_REQUESTS */
	signIn(login: { readonly name: string; readonly password: string; readonly from: string }): Promise<string>;
	/** The secret of a new session of somebody whom an OpenID provider knows. @throws NOT_ALLOWED for who is kept out */
	signInKnown(user: User): Promise<string>;
	/** Who has the session or the API token; null if nobody does (any more). */
	identify(secret: string): Promise<Identity | null>;
	signOut(identity: Identity): Promise<void>;
}

export interface SessionOptions {
	/** Name of whoever started the console; null: nobody comes in without a password. */
	readonly localActor: string | null;
	/** @default the clock */
	readonly now?: () => number;
}

const IDLE_MS = 2 * 3_600_000;
const LONGEST_MS = 12 * 3_600_000;
/** A session's last use is noted at most so often. */
const NOTE_USE_MS = 60_000;
/** Passwords that are checked at a time: each takes 19 MiB and a processor. */
const CHECKS_AT_ONCE = 2;
const MOST_LOCAL_SESSIONS = 20;

export function createSessions(store: Store, { localActor, now = Date.now }: SessionOptions): Sessions {
	let startHash: string | null = null;
	/** Sessions of the start link end with the process: when each was last used, by hash. */
	const local = new Map<string, { readonly since: number; usedAt: number }>();
	const byName = createRateLimit({ burst: 5, everyMs: 30_000, now });
	const bySource = createRateLimit({ burst: 20, everyMs: 5_000, now });
	let checks = 0;

	const wrong = () =>
		new CounterfoilError('AUTHENTICATION_NEEDED', 'The name or the password is not right.', {
			hint: 'an admin can set a new one: counterfoil users password NAME',
		});

	async function checkPassword(name: string, password: string) {
		const user = await findUser(store, name);
		return { user, isRight: await isPassword(password, user?.password_hash ?? null) };
	}

	async function signInUser(user: User, session: string): Promise<void> {
		const at = now();
		await store.writer
			.insertInto('logins')
			.values({
				login_id: randomUUID(),
				user_id: user.user_id,
				token_sha256: hashSecret(session),
				created_at: timestamp(new Date(at)),
				last_used_at: timestamp(new Date(at)),
				expires_at: timestamp(new Date(at + LONGEST_MS)),
			})
			.execute();
	}

	async function identifySession(hash: string): Promise<Identity | null> {
		const at = now();
		const found = local.get(hash);
		if (found !== undefined) {
			const isOver = at - found.usedAt > IDLE_MS || at - found.since > LONGEST_MS;
			// Once there are users, everybody signs in by name.
			if (isOver || localActor === null || (await hasUsers(store))) {
				local.delete(hash);
				return null;
			}
			found.usedAt = at;
			return { actor: localActor, role: 'admin', limit: null, userId: null, via: 'start-link', session: hash };
		}
		const login = await store.reader
			.selectFrom('logins')
			.innerJoin('users', 'users.user_id', 'logins.user_id')
			.select(['login_id', 'last_used_at', 'expires_at', 'users.user_id', 'users.name', 'users.role', 'users.subject'])
			.where('token_sha256', '=', hash)
			.where('revoked_at', 'is', null)
			.where('is_disabled', '=', 0)
			.executeTakeFirst();
		if (login === undefined) return null;
		const usedAt = Date.parse(login.last_used_at ?? login.expires_at);
		if (at > Date.parse(login.expires_at) || at - usedAt > IDLE_MS) return null;
		if (at - usedAt > NOTE_USE_MS) {
			await store.writer
				.updateTable('logins')
				.set({ last_used_at: timestamp(new Date(at)) })
				.where('login_id', '=', login.login_id)
				.execute();
		}
		const via = login.subject === null ? 'password' : 'provider';
		return { actor: login.name, role: login.role, limit: null, userId: login.user_id, via, session: hash };
	}

	async function identifyToken(hash: string): Promise<Identity | null> {
		const token = await store.reader
			.selectFrom('api_tokens')
			.innerJoin('users', 'users.user_id', 'api_tokens.user_id')
			.select(['token_id', 'expires_at', 'last_used_at', 'users.user_id', 'users.name'])
			.select(['api_tokens.role', 'users.role as user_role'])
			.where('token_sha256', '=', hash)
			.where('revoked_at', 'is', null)
			.where('is_disabled', '=', 0)
			.executeTakeFirst();
		const at = now();
		if (token === undefined || (token.expires_at !== null && at > Date.parse(token.expires_at))) return null;
		if (token.last_used_at === null || at - Date.parse(token.last_used_at) > NOTE_USE_MS) {
			await store.writer
				.updateTable('api_tokens')
				.set({ last_used_at: timestamp(new Date(at)) })
				.where('token_id', '=', token.token_id)
				.execute();
		}
		const role = lesser(token.role, token.user_role);
		return { actor: token.name, role, limit: token.role, userId: token.user_id, via: 'token', session: hash };
	}

	return {
		newStartToken() {
			const token = createSecret();
			startHash = hashSecret(token);
			return token;
		},
		async exchangeStartToken(token) {
			const isRight = startHash !== null && isSameHash(startHash, hashSecret(token));
			// Before anything is waited for: who asks at the same moment comes second.
			if (isRight) startHash = null;
			if (!isRight || localActor === null || (await hasUsers(store))) {
				throw new CounterfoilError('AUTHENTICATION_NEEDED', 'The start link has been used, or is another one.', {
					hint: 'press Enter in the terminal of "counterfoil console" for a new one',
				});
			}
			const session = createSecret();
			if (local.size >= MOST_LOCAL_SESSIONS) local.delete(local.keys().next().value as string);
			local.set(hashSecret(session), { since: now(), usedAt: now() });
			await logAccess(store, localActor, 'signed_in', { via: 'start link' });
			return session;
		},
		async signIn({ name, password, from }) {
			// By source first: names that somebody makes up must not fill the list of names for everybody.
			if (!bySource.take(from) || !byName.take(name) || checks >= CHECKS_AT_ONCE) {
				throw new CounterfoilError('TOO_MANY_REQUESTS', 'Too many tries to sign in; wait half a minute.');
			}
			checks += 1;
			const { user, isRight } = await checkPassword(name, password).finally(() => {
				checks -= 1;
			});
			if (user === undefined || user.is_disabled === 1 || !isRight) {
				await logAccess(store, name.slice(0, 64), 'sign_in_failed', { from });
				throw wrong();
			}
			byName.reset(name);
			const session = createSecret();
			await signInUser(user, session);
			await logAccess(store, user.name, 'signed_in', { via: 'password' });
			return session;
		},
		async signInKnown(user) {
			if (user.is_disabled === 1) {
				await logAccess(store, user.name, 'sign_in_failed', { via: 'provider' });
				throw new CounterfoilError('NOT_ALLOWED', 'This user is kept out.', { hint: 'an admin can let them in again' });
			}
			const session = createSecret();
			await signInUser(user, session);
			await logAccess(store, user.name, 'signed_in', { via: 'provider' });
			return session;
		},
		identify: (secret) =>
			secret.startsWith(TOKEN_PREFIX) ? identifyToken(hashSecret(secret)) : identifySession(hashSecret(secret)),
		async signOut({ session, actor }) {
			local.delete(session);
			await store.writer
				.updateTable('logins')
				.set({ revoked_at: timestamp(new Date(now())) })
				.where('token_sha256', '=', session)
				.execute();
			await logAccess(store, actor, 'signed_out');
		},
	};
}
