import { CounterfoilError } from '../../contracts/errors.ts';
import type { UserRole } from '../../store/database.ts';
import { ROLES, reaches } from './roles.ts';
import { createSecret, hashSecret } from './secrets.ts';
import type { Identity } from './sessions.ts';
import type { ProvidedUser } from './users.ts';

/** An OpenID provider that people sign in by. */
export interface ProviderOptions {
	/** Where its `/.well-known/openid-configuration` is. */
	readonly issuer: string;
	readonly clientId: string;
	/** Null for a client without one, which PKCE protects by itself. */
	readonly clientSecret: string | null;
	/** Claim with the groups or roles of somebody. @default 'roles' */
	readonly rolesClaim?: string;
	/** Claim with the name that somebody has in the log. @default 'preferred_username' */
	readonly nameClaim?: string;
	/** Which values of the claim make which role; whoever has none of them is not let in. */
	readonly roles: Readonly<Partial<Record<UserRole, string | readonly string[]>>>;
	/** Asked for beside `openid`. @default 'profile' */
	readonly scope?: string;
}

export interface ProviderSignIn {
	/**
	 * The address at the provider to send the browser to, and the secret that the same browser comes back with.
	 *
	 * @param before the session that the browser has, which it does not tell when another site sends it back
	 */
	begin(before: Identity | null): Promise<{ readonly url: string; readonly ticket: string }>;
	/** Whether something was begun with the secret that has not been finished. */
	hasBegun(ticket: string): boolean;
	/**
	 * Who came back, by the address that they came back to, and the session that the browser had before.
	 *
	 * @throws AUTHENTICATION_NEEDED for what is no answer to something begun here
	 */
	finish(address: URL, ticket: string): Promise<{ readonly user: ProvidedUser; readonly before: Identity | null }>;
}

interface Begun {
	readonly state: string;
	readonly nonce: string;
	readonly verifier: string;
	readonly before: Identity | null;
	readonly untilMs: number;
}

/** How long somebody has for the pages of the provider. */
const LONGEST_MS = 10 * 60_000;
/** Tries that are under way at a time; the oldest is forgotten. */
const MOST_BEGUN = 1_000;

/**
 * Signs in by an OpenID provider: authorization code with PKCE, state and nonce, each of one browser and used once.
 *
 * @param callback address that the provider sends browsers back to
 */
export function createProviderSignIn(options: ProviderOptions, callback: string, now = Date.now): ProviderSignIn {
	const { issuer, clientId, clientSecret, rolesClaim = 'roles', nameClaim = 'preferred_username' } = options;
	const { scope = 'profile' } = options;
	const server = readIssuer(issuer);
	const begun = new Map<string, Begun>();
	let discovered: Promise<Awaited<ReturnType<typeof discover>>> | null = null;

	async function discover() {
		const client = await import('openid-client');
		const secret = clientSecret === null ? client.None() : client.ClientSecretPost(clientSecret);
		const insecure = server.protocol === 'http:' ? { execute: [client.allowInsecureRequests] } : {};
		return { client, config: await client.discovery(server, clientId, undefined, secret, insecure) };
	}
	// One that cannot be reached now may be later.
	const provider = () => {
		discovered ??= discover().catch((cause: unknown) => {
			discovered = null;
			throw new CounterfoilError('PROVIDER_UNREACHABLE', 'The OpenID provider does not answer as one.', { cause });
		});
		return discovered;
	};

	return {
		async begin(before) {
			const { client, config } = await provider();
			const one = {
				state: client.randomState(),
				nonce: client.randomNonce(),
				verifier: client.randomPKCECodeVerifier(),
			};
			const ticket = createSecret();
			// In the order in which they were begun, which is that in which they are over.
			for (const [other, { untilMs }] of begun) if (untilMs < now()) begun.delete(other);
			const [oldest] = begun.keys();
			if (begun.size >= MOST_BEGUN && oldest !== undefined) begun.delete(oldest);
			begun.set(hashSecret(ticket), { ...one, before, untilMs: now() + LONGEST_MS });
			const url = client.buildAuthorizationUrl(config, {
				redirect_uri: callback,
				scope: `openid ${scope}`,
				code_challenge: await client.calculatePKCECodeChallenge(one.verifier),
				code_challenge_method: 'S256',
				state: one.state,
				nonce: one.nonce,
			});
			return { url: url.href, ticket };
		},
		hasBegun: (ticket) => begun.has(hashSecret(ticket)),
		async finish(address, ticket) {
			const key = hashSecret(ticket);
			const one = begun.get(key);
			begun.delete(key);
			if (one === undefined || one.untilMs < now()) throw refused();
			const { client, config } = await provider();
			const answer = new URL(`${callback}${address.search}`);
			const tokens = await client
				.authorizationCodeGrant(config, answer, {
					pkceCodeVerifier: one.verifier,
					expectedState: one.state,
					expectedNonce: one.nonce,
					idTokenExpected: true,
				})
				.catch((cause: unknown) => {
					throw refused(cause);
				});
			const identified = tokens.claims();
			if (identified === undefined) throw refused();
			const isWhole = identified[rolesClaim] !== undefined && identified[nameClaim] !== undefined;
			// Some providers tell no more than who somebody is in the token, and the rest where they are asked for it.
			const asked =
				isWhole || config.serverMetadata().userinfo_endpoint === undefined
					? {}
					: await client.fetchUserInfo(config, tokens.access_token, identified.sub).catch((cause: unknown) => {
							throw refused(cause);
						});
			const claims: Readonly<Record<string, unknown>> = { ...asked, ...identified };
			const name = claims[nameClaim];
			const user = {
				subject: `${identified.iss}#${identified.sub}`,
				name: typeof name === 'string' && name !== '' ? name : identified.sub,
				role: roleOf(claims[rolesClaim], options.roles),
			};
			return { user, before: one.before };
		},
	};
}

function refused(cause?: unknown): CounterfoilError {
	return new CounterfoilError('AUTHENTICATION_NEEDED', 'The provider has not signed anybody in.', {
		hint: 'begin again',
		cause,
	});
}

/** The highest role of which the claim has a value; null: none. */
function roleOf(claim: unknown, roles: ProviderOptions['roles']): UserRole | null {
	const held = Array.isArray(claim) ? claim : [claim];
	const own = ROLES.filter((role) => [roles[role] ?? []].flat().some((value) => held.includes(value)));
	return own.toSorted((a, b) => (reaches(a, b) ? -1 : 1))[0] ?? null;
}

/** @throws USAGE; plain HTTP only to this machine */
function readIssuer(text: string): URL {
	const url = URL.canParse(text) ? new URL(text) : null;
	const isHere = url !== null && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
	if (url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && isHere))) return url;
	throw new CounterfoilError('USAGE', 'The provider is named by an https:// address.', { where: '--oidc-issuer' });
}
