import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { CounterfoilError } from '../../../contracts/errors.ts';
import { logAccess } from '../../access/access-log.ts';
import { createRateLimit } from '../../access/rate-limit.ts';
import { takeProvidedUser } from '../../access/users.ts';
import type { ConsoleApi, ConsoleServices } from '../console-services.ts';
import { PROBLEMS } from '../describe-route.ts';
import { endSession, setSessionCookie } from './session-routes.ts';

/** Where signing in by a provider begins. */
export const PROVIDER_START = '/api/v1/session/provider';
/** Where the provider sends browsers back to. */
export const PROVIDER_CALLBACK = '/api/v1/session/provider/callback';

/** As long as somebody may take for the pages of the provider. */
const TICKET_SECONDS = 600;
/** Of one source, which is everybody behind one proxy: fewer in ten minutes than may be under way at a time. */
const TRIES_AT_ONCE = 100;
const TRY_EVERY_MS = 1_000;

/** What a provider adds to the addresses is its own affair: RFC 6749, 4.1.2. */
const fromElsewhere = z.looseObject({});

/** Signing in by an OpenID provider: a browser is sent there, and comes back. */
export function addProviderRoutes(api: ConsoleApi, services: ConsoleServices): void {
	const { workspace, sessions, cookie, provider } = services;
	const { store } = workspace;
	const ticketName = `${cookie.name}-sign-in`;
	const bySource = createRateLimit({ burst: TRIES_AT_ONCE, everyMs: TRY_EVERY_MS });
	const moved = { 302: { description: 'To the next page.' }, ...PROBLEMS };

	/** @throws TOO_MANY_REQUESTS where the source of the request has asked too often */
	async function inTurn<Result>(context: Context, work: () => Promise<Result>): Promise<Result> {
		if (bySource.take(context.env?.incoming?.socket.remoteAddress ?? '')) return await work();
		throw new CounterfoilError('TOO_MANY_REQUESTS', 'Too many tries to sign in; wait half a minute.');
	}

	function required() {
		if (provider !== null) return provider;
		throw new CounterfoilError('NOT_FOUND', 'Nobody signs in to this console by a provider.');
	}

	api.openapi(
		createRoute({
			method: 'get',
			path: '/session/provider',
			summary: 'Sends a browser to the OpenID provider to sign in there.',
			security: [],
			request: { query: fromElsewhere },
			responses: moved,
		}),
		async (context) => {
			const signIn = required();
			const session = getCookie(context, cookie.name) ?? '';
			const begun = await inTurn(context, async () => {
				const before = session === '' ? null : await sessions.identify(session);
				return await signIn.begin(before?.via === 'token' ? null : before);
			}).catch((thrown: unknown) => refusalOf(thrown));
			if (typeof begun === 'string') return context.redirect(refusedAt(begun), 302);
			const { url, ticket } = begun;
			setCookie(context, ticketName, ticket, {
				httpOnly: true,
				// The browser comes back from another site.
				sameSite: 'Lax',
				secure: cookie.isSecure,
				path: '/',
				maxAge: TICKET_SECONDS,
			});
			return context.redirect(url, 302);
		},
	);

	api.openapi(
		createRoute({
			method: 'get',
			path: '/session/provider/callback',
			summary: 'Where the provider sends a browser back to; ends on the first page, signed in or told why not.',
			security: [],
			request: { query: fromElsewhere },
			responses: moved,
		}),
		async (context) => {
			const signIn = required();
			const ticket = getCookie(context, ticketName) ?? '';
			// Anybody can come here; only who was sent to the provider from here is worth a line in the log.
			const isKnown = signIn.hasBegun(ticket);
			deleteCookie(context, ticketName, { path: '/', secure: cookie.isSecure });
			try {
				const { user, before } = await inTurn(context, () => signIn.finish(new URL(context.req.url), ticket));
				const secret = await sessions.signInKnown(await takeProvidedUser(store, user));
				if (before !== null) await sessions.signOut(before);
				await endSession(services, getCookie(context, cookie.name));
				setSessionCookie(context, services, secret);
				return context.redirect('/', 302);
			} catch (thrown) {
				const code = refusalOf(thrown);
				if (isKnown) await logAccess(store, '', 'sign_in_failed', { via: 'provider', code });
				return context.redirect(refusedAt(code), 302);
			}
		},
	);
}

/** The first page, which tells why nobody has signed in. */
function refusedAt(code: string): string {
	return `/#refused=${code}`;
}

/** Why somebody is not signed in; a defect goes on as one. */
function refusalOf(thrown: unknown): string {
	const { code } = CounterfoilError.from(thrown);
	if (code === 'INTERNAL') throw thrown;
	return code;
}
