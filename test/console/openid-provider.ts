import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { Provider } from 'oidc-provider';

export interface OpenidProvider {
	readonly issuer: string;
	readonly clientId: string;
	readonly clientSecret: string;
	/** What is told of somebody from now on. */
	tell(login: string, claims: Readonly<Record<string, unknown>>): void;
}

/**
 * A real OpenID provider on this machine, certified software with its own pages for development: whoever gives a name
 * is signed in by it. It tells roles and names where it is asked for them, not in the token.
 *
 * @param callbackOf the address that it may send browsers back to, once that is known
 */
export async function openidProvider(t: TestContext, callbackOf: () => string): Promise<OpenidProvider> {
	const accounts = new Map<string, Readonly<Record<string, unknown>>>();
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const client = { client_id: 'counterfoil', client_secret: 'a secret of the test, not of anybody' };
	let handle: ReturnType<Provider['callback']> | null = null;
	server.on('request', (request, response) => {
		handle ??= new Provider(issuer, {
			clients: [
				{
					...client,
					redirect_uris: [callbackOf()],
					grant_types: ['authorization_code'],
					response_types: ['code'],
					token_endpoint_auth_method: 'client_secret_post',
				},
			],
			claims: { openid: ['sub'], profile: ['preferred_username', 'roles'] },
			cookies: { keys: ['a key of the test'] },
			pkce: { required: () => true },
			findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id, ...accounts.get(id) }) }),
		}).callback();
		void handle(request, response);
	});
	t.after(() => {
		server.closeAllConnections();
		server.close();
	});
	return {
		issuer,
		clientId: client.client_id,
		clientSecret: client.client_secret,
		tell: (login, claims) => void accounts.set(login, claims),
	};
}
