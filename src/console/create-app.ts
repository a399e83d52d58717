import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { CounterfoilError } from '../contracts/errors.ts';
import { isSameOrigin } from './access/cross-origin.ts';
import { SECURITY_HEADERS } from './access/security-headers.ts';
import { authenticate } from './api/authenticate.ts';
import type { ConsoleServices } from './api/console-services.ts';
import { createApi } from './api/create-api.ts';
import { toProblem } from './api/problem.ts';
import type { BuiltPages } from './built-pages.ts';
import { createReadiness } from './create-readiness.ts';
import { createMetrics } from './metrics/create-metrics.ts';
import { EXPOSITION_TYPE } from './metrics/write-exposition.ts';

const LARGEST_BODY = 1024 * 1024;
/** What carries a body to the API. */
const JSON_TYPE = /^application\/json(?:\s*;|$)/i;

export interface AppOptions {
	readonly services: ConsoleServices;
	readonly pages: BuiltPages;
	/** Values of the `Host` header that are answered. */
	readonly hosts: ReadonlySet<string>;
	/** Told of defects, which callers are not told of. */
	readonly onDefect: (error: unknown) => void;
}

/** The console as one function of a request: guards first, then the API, then the pages. */
export function createApp({ services, pages, hosts, onDefect }: AppOptions): Hono<{ Bindings: HttpBindings }> {
	const app = new Hono<{ Bindings: HttpBindings }>();

	app.onError((thrown, context) => {
		// A body that is no JSON, or a header that cannot be read.
		const isMalformed = thrown instanceof HTTPException && thrown.status < 500;
		const error = isMalformed ? new CounterfoilError('REQUEST_INVALID', 'The request cannot be read.') : thrown;
		const problem = toProblem(error);
		if (problem.code === 'INTERNAL') onDefect(error);
		for (const [name, value] of Object.entries(SECURITY_HEADERS)) context.header(name, value);
		if (problem.status === 401) context.header('WWW-Authenticate', 'Bearer');
		if (problem.status === 429 || problem.status === 503) context.header('Retry-After', '5');
		return context.body(JSON.stringify(problem), problem.status, { 'Content-Type': 'application/problem+json' });
	});
	app.notFound(() => {
		throw new CounterfoilError('NOT_FOUND', 'There is nothing at this address.');
	});

	app.use('*', async (context, next) => {
		const host = context.req.header('host') ?? '';
		if (!hosts.has(host.toLowerCase())) {
			return context.body('This console does not answer to that name.\n', 421, { ...SECURITY_HEADERS });
		}
		const { method } = context.req;
		const secFetchSite = context.req.header('sec-fetch-site');
		if (!isSameOrigin({ method, secFetchSite, origin: context.req.header('origin'), host })) {
			throw new CounterfoilError('NOT_ALLOWED', 'The request came from another site.');
		}
		await next();
		for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
			if (!context.res.headers.has(name)) context.res.headers.set(name, value);
		}
	});
	app.use('*', async (context, next) => {
		const length = Number(context.req.header('content-length') ?? 0);
		if (length > LARGEST_BODY) {
			throw new CounterfoilError('REQUEST_TOO_LARGE', `A request has up to ${LARGEST_BODY / 1024} kB.`);
		}
		// How large a body is must be known before it is read.
		if (context.req.header('transfer-encoding') !== undefined) {
			throw new CounterfoilError('REQUEST_INVALID', 'A body comes with its length.', { where: 'content-length' });
		}
		await next();
	});
	app.use('/api/*', async (context, next) => {
		const hasBody = Number(context.req.header('content-length') ?? 0) > 0;
		if (hasBody && !JSON_TYPE.test(context.req.header('content-type') ?? '')) {
			throw new CounterfoilError('REQUEST_INVALID', 'A body is application/json.', { where: 'content-type' });
		}
		await next();
	});

	const requireReady = createReadiness(services.workspace.store);
	app.get('/healthz', (context) => context.text('ok\n'));
	app.get('/readyz', async (context) => {
		context.header('Cache-Control', 'no-store');
		await requireReady();
		return context.text('ready\n');
	});
	const readMetrics = createMetrics(services.workspace.store);
	app.get('/metrics', authenticate(services), async (context) =>
		context.body(await readMetrics(), 200, { 'Content-Type': EXPOSITION_TYPE, 'Cache-Control': 'no-store' }),
	);
	app.route('/api/v1', createApi(services));
	app.get('*', (context) => {
		const { path } = context.req;
		const file = pages.files.get(path) ?? (isPage(path) ? pages.index : undefined);
		if (file === undefined) return context.notFound();
		const takes = context.req.header('accept-encoding') ?? '';
		const isSmall = file.brotli !== null && /\bbr\b/.test(takes);
		return context.body(isSmall ? (file.brotli as Uint8Array<ArrayBuffer>) : file.bytes, 200, {
			'Content-Type': file.type,
			'Cache-Control': file.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
			Vary: 'Accept-Encoding',
			...(isSmall ? { 'Content-Encoding': 'br' } : {}),
		});
	});
	return app;
}

/** Pages have their addresses in the browser; what has a file's name is a file or nothing. */
function isPage(path: string): boolean {
	return !path.startsWith('/api/') && !/\.\w+$/.test(path);
}
