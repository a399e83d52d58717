import { createRoute, z } from '@hono/zod-openapi';
import { CounterfoilError } from '../../../contracts/errors.ts';
import type { User } from '../../../store/database.ts';
import { listAccess } from '../../access/access-log.ts';
import { listTokens, makeToken, revokeToken } from '../../access/api-tokens.ts';
import { listQueueRoles, roleByQueue, setQueueRole } from '../../access/queue-roles.ts';
import type { Identity } from '../../access/sessions.ts';
import { addUser, changeUser, listUsers } from '../../access/users.ts';
import { listOrSend, pageFrom, readOrSend } from '../answer-list.ts';
import type { ConsoleApi, ConsoleServices } from '../console-services.ts';
import { decodeCursor, encodeCursor, pageQuery, wholeQuery } from '../cursor.ts';
import { answers, answersPages, answersWhole, json, needs, PROBLEMS } from '../describe-route.ts';
import { type UserBody, user } from '../schemas.ts';

const role = z.enum(['viewer', 'analyst', 'lead', 'admin']);
const password = z.string().max(1_000);
/** The longest that a token of somebody who signs in by a provider lasts. */
const PROVIDED_DAYS = 90;
const queueRole = z.enum(['viewer', 'analyst', 'lead']);
const namedQueueRole = z
	.object({ user: z.string(), dataset: z.string(), queue: z.string(), role: queueRole })
	.openapi('QueueRole');
export type QueueRoleBody = z.infer<typeof namedQueueRole>;
const token = z
	.object({
		tokenId: z.string(),
		name: z.string(),
		user: z.string(),
		hint: z.string(),
		role,
		createdAt: z.string(),
		lastUsedAt: z.string().nullable(),
		expiresAt: z.string().nullable(),
	})
	.openapi('Token');
const accessEvent = z
	.object({
		eventId: z.number().int(),
		at: z.string(),
		actor: z.string(),
		kind: z.string(),
		detail: z.record(z.string(), z.unknown()),
	})
	.openapi('AccessEvent');
export type TokenBody = z.infer<typeof token>;
export type AccessEventBody = z.infer<typeof accessEvent>;

/** Who may do what, and who did. */
export function addUserRoutes(api: ConsoleApi, services: ConsoleServices): void {
	const { store } = services.workspace;

	api.openapi(
		createRoute({
			method: 'get',
			path: '/users',
			summary: 'Everybody who can sign in.',
			...needs('admin'),
			request: { query: wholeQuery },
			responses: answersWhole(user, 'By name.'),
		}),
		async (context) => {
			const users = (await listUsers(store)).map(presentUser);
			const answer = listOrSend(context, context.req.valid('query').format, 'users', users);
			return 'file' in answer ? (answer.file as never) : context.json(answer.list, 200);
		},
	);

	api.openapi(
		createRoute({
			method: 'post',
			path: '/users',
			summary: 'Adds a user. From the first one on everybody signs in by name.',
			...needs('admin'),
			request: { body: json(z.strictObject({ name: z.string().max(64), role, password }).openapi('NewUser')) },
			responses: { 201: { description: 'Added.', content: { 'application/json': { schema: user } } }, ...PROBLEMS },
		}),
		async (context) => {
			const added = await addUser(store, { ...context.req.valid('json'), actor: context.get('identity').actor });
			return context.json(presentUser(added), 201);
		},
	);

	api.openapi(
		createRoute({
			method: 'patch',
			path: '/users/{name}',
			summary: 'Changes a user and ends their sessions.',
			...needs('admin'),
			request: {
				params: z.object({ name: z.string().min(1).max(64) }),
				body: json(
					z
						.strictObject({ role: role.optional(), password: password.optional(), isDisabled: z.boolean().optional() })
						.openapi('UserChanges'),
				),
			},
			responses: answers(user, 'As it is now.'),
		}),
		async (context) => {
			const { role: newRole, password: newPassword, isDisabled } = context.req.valid('json');
			const changed = await changeUser(store, context.req.valid('param').name, {
				actor: context.get('identity').actor,
				...(newRole === undefined ? {} : { role: newRole }),
				...(newPassword === undefined ? {} : { password: newPassword }),
				...(isDisabled === undefined ? {} : { isDisabled }),
			});
			return context.json(presentUser(changed), 200);
		},
	);

	api.openapi(
		createRoute({
			method: 'get',
			path: '/queue-roles',
			summary: 'Who may do something else in one queue than elsewhere.',
			...needs('admin'),
			responses: answers(z.object({ items: z.array(namedQueueRole) }), 'By user and queue.'),
		}),
		async (context) => context.json({ items: await listQueueRoles(store) }, 200),
	);

	api.openapi(
		createRoute({
			method: 'put',
			path: '/queue-roles',
			summary: 'Gives somebody a role in one queue, in place of the one that they have elsewhere.',
			...needs('admin'),
			request: {
				body: json(
					z
						.strictObject({
							user: z.string().max(64),
							dataset: z.string().max(200),
							queue: z.string().max(200),
							role: queueRole.nullable().openapi({ description: 'Null: the same as elsewhere.' }),
						})
						.openapi('QueueRoleChange'),
				),
			},
			responses: answers(z.object({ items: z.array(namedQueueRole) }), 'All of them, as they are now.'),
		}),
		async (context) => {
			await setQueueRole(store, { ...context.req.valid('json'), actor: context.get('identity').actor });
			return context.json({ items: await listQueueRoles(store) }, 200);
		},
	);

	api.openapi(
		createRoute({
			method: 'get',
			path: '/tokens',
			summary: 'API tokens: your own, and those of everybody for an admin.',
			...needs('viewer'),
			responses: answers(z.object({ items: z.array(token) }), 'Those that are not revoked.'),
		}),
		async (context) => {
			const identity = context.get('identity');
			const rows = await listTokens(store, ownOrAll(identity));
			const items = rows.map((row) => ({
				tokenId: row.token_id,
				name: row.name,
				user: row.user_name,
				hint: row.hint,
				role: row.role,
				createdAt: row.created_at,
				lastUsedAt: row.last_used_at,
				expiresAt: row.expires_at,
			}));
			return context.json({ items }, 200);
		},
	);

	api.openapi(
		createRoute({
			method: 'post',
			path: '/tokens',
			summary: 'Makes an API token; its secret is told this once.',
			...needs('viewer'),
			request: {
				body: json(
					z
						.strictObject({
							name: z.string().trim().min(1).max(100),
							role,
							days: z.number().int().min(1).max(3_650).optional(),
						})
						.openapi('NewToken'),
				),
			},
			responses: {
				201: {
					description: 'The token.',
					content: { 'application/json': { schema: z.object({ tokenId: z.string(), secret: z.string() }) } },
				},
				...PROBLEMS,
			},
		}),
		async (context) => {
			const identity = context.get('identity');
			const { name, role: asked, days } = context.req.valid('json');
			if (identity.userId === null) {
				throw new CounterfoilError('USAGE', 'Tokens belong to users, and there is none yet.', {
					hint: 'add a user first',
				});
			}
			// A token does not make tokens: what was revoked must not live on.
			if (identity.via === 'token') throw new CounterfoilError('NOT_ALLOWED', 'A token cannot make another one.');
			if (!(await roleByQueue(store, identity)).reachesAnywhere(asked)) {
				throw new CounterfoilError('NOT_ALLOWED', 'A token may not do more than you.');
			}
			// Their provider is not asked again while a token is in use.
			const lastsDays = identity.via === 'provider' ? Math.min(days ?? PROVIDED_DAYS, PROVIDED_DAYS) : days;
			const made = await makeToken(store, {
				userId: identity.userId,
				name,
				role: asked,
				actor: identity.actor,
				...(lastsDays === undefined ? {} : { expiresAt: new Date(Date.now() + lastsDays * 86_400_000) }),
			});
			return context.json({ tokenId: made.token_id, secret: made.secret }, 201);
		},
	);

	api.openapi(
		createRoute({
			method: 'delete',
			path: '/tokens/{tokenId}',
			summary: 'Revokes an API token.',
			...needs('viewer'),
			request: { params: z.object({ tokenId: z.string().min(1).max(100) }) },
			responses: { 204: { description: 'Revoked.' }, ...PROBLEMS },
		}),
		async (context) => {
			const identity = context.get('identity');
			await revokeToken(store, context.req.valid('param').tokenId, {
				userId: ownOrAll(identity),
				actor: identity.actor,
			});
			return context.body(null, 204);
		},
	);

	api.openapi(
		createRoute({
			method: 'get',
			path: '/access-log',
			summary: 'Who came in and what was done beside the queue, latest first.',
			...needs('lead'),
			request: { query: pageQuery },
			responses: answersPages(accessEvent, 'A page of events.'),
		}),
		async (context) => {
			const query = context.req.valid('query');
			const answer = await readOrSend<AccessEventBody>(context, query, 'access-log', async ({ cursor, limit }) => {
				const before = decodeCursor(cursor, z.tuple([z.number()]));
				const rows = await listAccess(store, {
					limit: limit + 1,
					...(before === undefined ? {} : { before: before[0] }),
				});
				const page = pageFrom(rows, limit, (row) => encodeCursor([row.access_event_id]));
				const items = page.items.map((row) => ({
					eventId: row.access_event_id,
					at: row.at,
					actor: row.actor,
					kind: row.kind,
					detail: JSON.parse(row.detail_json) as Record<string, unknown>,
				}));
				return { ...page, items };
			});
			return 'file' in answer ? (answer.file as never) : context.json(answer.page, 200);
		},
	);
}

/** Whose tokens somebody sees and revokes; null: everybody's. */
function ownOrAll({ role: own, userId }: Identity): string | null {
	return own === 'admin' ? null : (userId ?? '');
}

function presentUser({ name, role: held, is_disabled: isDisabled, subject, created_at: createdAt }: User): UserBody {
	return { name, role: held, isDisabled: isDisabled === 1, isProvided: subject !== null, createdAt };
}
