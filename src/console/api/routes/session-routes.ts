import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { hasUsers } from '../../access/users.ts';
import type { ConsoleApi, ConsoleServices } from '../console-services.ts';
import { answers, json, needs, PROBLEMS } from '../describe-route.ts';

/** As long as a session can last. */
const COOKIE_SECONDS = 12 * 3_600;

const sessionSchema = z
	.object({
		actor: z.string().nullable().openapi({ description: 'Who has signed in; null if nobody has.' }),
		role: z.enum(['viewer', 'analyst', 'lead', 'admin']).nullable(),
		via: z.enum(['start-link', 'password', 'provider', 'token']).nullable(),
		signIn: z.enum(['start-link', 'password', 'provider']).openapi({ description: 'How one signs in here.' }),
		version: z.string(),
		database: z.string().nullable(),
		hasSql: z.boolean(),
	})
	.openapi('Session');
export type SessionBody = z.infer<typeof sessionSchema>;

const signInSchema = z.union([
	z.strictObject({ startToken: z.string().max(200) }),
	z.strictObject({ name: z.string().max(64), password: z.string().max(1_000) }),
]);

/** A session is never taken over from before. */
export async function endSession({ sessions }: ConsoleServices, secret: string | undefined): Promise<void> {
	const old = secret === undefined ? null : await sessions.identify(secret);
	if (old !== null && old.via !== 'token') await sessions.signOut(old);
}

export function setSessionCookie(context: Context, { cookie }: ConsoleServices, secret: string): void {
	setCookie(context, cookie.name, secret, {
		httpOnly: true,
		sameSite: 'Strict',
		secure: cookie.isSecure,
		path: '/',
		maxAge: COOKIE_SECONDS,
	});
}

/** Signing in and out; the only routes that nobody need have signed in for. */
export function addSessionRoutes(api: ConsoleApi, services: ConsoleServices): void {
	const { workspace, sessions, cookie, localActor } = services;
	const { store } = workspace;

	const signInHere = async () => (localActor !== null && !(await hasUsers(store)) ? 'start-link' : 'password');
	const describe = async (secret: string | undefined): Promise<SessionBody> => {
		const identity = secret === undefined ? null : await sessions.identify(secret);
		return {
			actor: identity?.actor ?? null,
			role: identity?.role ?? null,
			via: identity?.via ?? null,
			signIn: services.provider !== null ? 'provider' : await signInHere(),
			version: workspace.version,
			database: identity === null ? null : workspace.paths.database,
			hasSql: services.sqlDatabase !== null,
		};
	};

	api.openapi(
		createRoute({
			method: 'get',
			path: '/session',
			summary: 'Who has signed in.',
			security: [],
			responses: answers(sessionSchema, 'Who has signed in, if anybody.'),
		}),
		async (context) => context.json(await describe(getCookie(context, cookie.name)), 200),
	);

	api.openapi(
		createRoute({
			method: 'post',
			path: '/session',
			summary: 'Signs in: by the one-time token of the start link, or by name and password.',
			security: [],
			request: { body: json(signInSchema) },
			responses: answers(sessionSchema, 'Signed in; the session is in the cookie.'),
		}),
		async (context) => {
			const body = context.req.valid('json');
			const before = getCookie(context, cookie.name);
			const secret =
				'startToken' in body
					? await sessions.exchangeStartToken(body.startToken)
					: await sessions.signIn({ ...body, from: context.env?.incoming?.socket.remoteAddress ?? '' });
			await endSession(services, before);
			setSessionCookie(context, services, secret);
			return context.json(await describe(secret), 200);
		},
	);

	api.openapi(
		createRoute({
			method: 'delete',
			path: '/session',
			summary: 'Signs out.',
			...needs('viewer'),
			responses: { 204: { description: 'Signed out.' }, ...PROBLEMS },
		}),
		async (context) => {
			await sessions.signOut(context.get('identity'));
			deleteCookie(context, cookie.name, { path: '/', secure: cookie.isSecure });
			return context.body(null, 204);
		},
	);
}
