import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CounterfoilError } from '../contracts/errors.ts';

export interface HealthServer {
	/** Where it listens. */
	readonly port: number;
	close(): Promise<void>;
}

/** Each rejects, or gives false, where something is wrong. */
export type HealthChecks = Readonly<Record<string, () => Promise<boolean>>>;

/**
 * Answers whoever restarts what does not work, or gives work only to who can do it: 200 while every check passes, else
 * 503 with the names of those that do not.
 *
 * @param address `host:port`; port 0 is any that is free. @param checks by the path that asks for them: `/healthz`
 * @throws CounterfoilError USAGE for an address that is none, or is taken
 */
export async function serveHealth(
	address: string,
	checks: Readonly<Record<string, HealthChecks>>,
): Promise<HealthServer> {
	const cut = address.lastIndexOf(':');
	const host = cut > 0 ? address.slice(0, cut) : '127.0.0.1';
	const port = address.slice(cut + 1);
	if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw notListened(address, 'it has no port from 0 to 65535');
	const server = createServer(async (request, response) => {
		const asked = new Map(Object.entries(checks)).get(request.url ?? '');
		if (asked === undefined) {
			response.writeHead(404).end();
			return;
		}
		const results = await Promise.all(
			Object.entries(asked).map(async ([name, check]) => [name, await check().catch(() => false)] as const),
		);
		const isHealthy = results.every(([, isFine]) => isFine);
		response
			.writeHead(isHealthy ? 200 : 503, { 'content-type': 'application/json' })
			.end(JSON.stringify({ ok: isHealthy, ...Object.fromEntries(results) }));
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', (cause) =>
			reject(notListened(address, 'another program may have it, or the host is not this machine', cause)),
		);
		server.listen(Number(port), host, () => resolve());
	});
	return {
		port: (server.address() as AddressInfo).port,
		close: () => new Promise((resolve) => server.close(() => resolve())),
	};
}

function notListened(address: string, why: string, cause?: unknown): CounterfoilError {
	return new CounterfoilError('USAGE', `the address cannot be listened at: ${why}`, {
		where: address,
		hint: 'name another, such as 127.0.0.1:9464',
		cause,
	});
}
