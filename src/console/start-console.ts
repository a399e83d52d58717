import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { CounterfoilError } from '../contracts/errors.ts';
import type { Workspace } from '../runtime/open-workspace.ts';
import { logAccess } from './access/access-log.ts';
import { allowedHosts, isLoopback } from './access/host-names.ts';
import { createProviderSignIn, type ProviderOptions } from './access/provider-sign-in.ts';
import { createSessions } from './access/sessions.ts';
import { hasUsers } from './access/users.ts';
import { PROVIDER_CALLBACK } from './api/routes/provider-routes.ts';
import { createStreamLimit } from './api/stream-limit.ts';
import { readBuiltPages } from './built-pages.ts';
import { createConsoleJobs } from './console-jobs.ts';
import { createApp } from './create-app.ts';
import { findPages } from './find-pages.ts';

export interface ConsoleOptions {
	/** @default 127.0.0.1 */
	readonly host?: string;
	/** 0: any that is free. @default 8797 */
	readonly port?: number;
	/** Where people reach the console when it listens for more than this machine: by this name, through a proxy with TLS. */
	readonly publicUrl?: string;
	/** What the SQL page reads on PostgreSQL: the URL of a role that may only read. */
	readonly sqlDatabase?: string;
	/** An OpenID provider by which people sign in, and nobody by a start link. */
	readonly provider?: ProviderOptions;
	/** Who starts it: their name in the log while there are no users. */
	readonly actor: string;
	readonly onBuild?: () => void;
	readonly onDefect?: (error: unknown) => void;
}

export interface RunningConsole {
	readonly url: string;
	readonly port: number;
	/** Whether people sign in by name; else by the start link. */
	hasUsers(): Promise<boolean>;
	/** A link that signs in whoever opens it first; the one before stops working. */
	newStartLink(): string;
	close(): Promise<void>;
}

export const DEFAULT_PORT = 8797;
const MOST_CONNECTIONS = 500;
/** How long a request may take to say what it is. */
const HEADERS_MS = 5_000;

/**
 * Serves the console.
 *
 * @throws NOT_ALLOWED where it would listen for others without users who sign in, or without a name it is reached by
 */
export async function startConsole(workspace: Workspace, options: ConsoleOptions): Promise<RunningConsole> {
	const { host = '127.0.0.1', port = DEFAULT_PORT, actor, onDefect = () => undefined } = options;
	const { store } = workspace;
	const publicUrl = readPublicUrl(options.publicUrl);
	const isLocal = isLoopback(host) && publicUrl === null;
	const isByProvider = options.provider !== undefined;
	if (!isLocal) await requireUsers(isByProvider || (await hasUsers(store)), publicUrl);
	const localActor = isLocal && !isByProvider ? actor : null;
	const pages = readBuiltPages(await findPages(options.onBuild));
	const sessions = createSessions(store, { localActor });
	const jobs = createConsoleJobs(workspace);

	const sockets = new Set<Socket>();
	let handle: ReturnType<typeof createApp>['fetch'] | null = null;
	const server = createAdaptorServer({
		fetch: (request, env) => handle?.(request, env as never) ?? new Response(null, { status: 503 }),
		overrideGlobalObjects: false,
		// Node looks for connections that take too long every half minute otherwise.
		serverOptions: { connectionsCheckingInterval: 1_000 },
	}) as Server;
	server.headersTimeout = HEADERS_MS;
	server.requestTimeout = 30_000;
	server.keepAliveTimeout = 10_000;
	server.maxConnections = MOST_CONNECTIONS;
	server.on('connection', (socket) => {
		sockets.add(socket);
		socket.on('close', () => sockets.delete(socket));
	});
	await listen(server, host, port);
	const { port: bound } = server.address() as AddressInfo;

	const isSecure = publicUrl?.protocol === 'https:';
	const url = publicUrl?.origin ?? `http://${host.includes(':') ? `[${host}]` : host}:${bound}`;
	handle = createApp({
		services: {
			workspace,
			sessions,
			jobs,
			streams: createStreamLimit({ most: 100, mostEach: 8 }),
			// Cookies do not know ports: consoles side by side would share one.
			cookie: { name: isSecure ? '__Host-counterfoil' : `counterfoil-${bound}`, isSecure },
			sqlDatabase: options.sqlDatabase ?? (store.dialect === 'sqlite' ? workspace.paths.database : null),
			localActor,
			provider:
				options.provider === undefined ? null : createProviderSignIn(options.provider, `${url}${PROVIDER_CALLBACK}`),
		},
		pages,
		hosts: allowedHosts(host, bound, publicUrl),
		onDefect,
	}).fetch;
	await logAccess(store, actor, 'started', { host, port: bound });

	return {
		url,
		port: bound,
		hasUsers: async () => isByProvider || (await hasUsers(store)),
		newStartLink: () => `${url}/#start=${sessions.newStartToken()}`,
		async close() {
			const closed = new Promise((resolve) => server.close(resolve));
			for (const socket of sockets) socket.destroy();
			await closed;
			await jobs.close();
		},
	};
}

function readPublicUrl(text: string | undefined): URL | null {
	if (text === undefined) return null;
	const url = URL.canParse(text) ? new URL(text) : null;
	if (url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === '') return url;
	throw new CounterfoilError('USAGE', 'The public URL is that of a host: https://counterfoil.example.com', {
		where: '--public-url',
	});
}

async function requireUsers(isThere: boolean, publicUrl: URL | null): Promise<void> {
	if (!isThere) {
		throw new CounterfoilError('NOT_ALLOWED', 'The console listens for others only once people sign in by name.', {
			hint: 'counterfoil users add NAME --role admin',
		});
	}
	if (publicUrl !== null) return;
	throw new CounterfoilError('NOT_ALLOWED', 'The console must know by which name others reach it.', {
		hint: '--public-url https://counterfoil.example.com, with a proxy in front that speaks TLS',
	});
}

const ANOTHER_PORT = 'another port: --port N, or --port 0 for any that is free';
const ANOTHER_HOST = '--host 127.0.0.1 for this machine alone, --host 0.0.0.0 for all of its addresses';
const CANNOT_LISTEN = ['It is not possible to listen there.', ANOTHER_PORT] as const;

/** By what the system says. */
const NOT_LISTENED: Readonly<Record<string, readonly [message: string, hint: string]>> = {
	EADDRINUSE: ['Something else listens there already.', ANOTHER_PORT],
	EADDRNOTAVAIL: ['This machine does not have that address.', ANOTHER_HOST],
	ENOTFOUND: ['There is no host of that name.', ANOTHER_HOST],
	EAI_AGAIN: ['No host of that name is found.', ANOTHER_HOST],
};

async function listen(server: Server, host: string, port: number): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		server.once('error', (cause: NodeJS.ErrnoException) => {
			const [message, hint] = NOT_LISTENED[cause.code ?? ''] ?? CANNOT_LISTEN;
			reject(new CounterfoilError('USAGE', message, { where: `${host}:${port}`, hint, cause }));
		});
		server.listen(port, host, () => resolve());
	});
}
