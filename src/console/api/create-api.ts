import { logAccess } from '../access/access-log.ts';
import { authenticate } from './authenticate.ts';
import { type ConsoleApi, type ConsoleServices, createConsoleApi } from './console-services.ts';
import { idempotency } from './idempotency.ts';
import { refuseUnknownParameters } from './refuse-unknown-parameters.ts';
import { addDatasetRoutes } from './routes/dataset-routes.ts';
import { addDriftRoutes } from './routes/drift-routes.ts';
import { addItemRoutes } from './routes/item-routes.ts';
import { addModelRoutes } from './routes/model-routes.ts';
import { addOverviewRoutes } from './routes/overview-routes.ts';
import { addProviderRoutes, PROVIDER_CALLBACK, PROVIDER_START } from './routes/provider-routes.ts';
import { addQueueRoutes } from './routes/queue-routes.ts';
import { addRunRoutes } from './routes/run-routes.ts';
import { addScoreRoutes } from './routes/score-routes.ts';
import { addSessionRoutes } from './routes/session-routes.ts';
import { addSqlRoutes } from './routes/sql-routes.ts';
import { addSyntheticRoutes } from './routes/synthetic-routes.ts';
import { addUserRoutes } from './routes/user-routes.ts';

/** Everything below /api/v1. Only the session's routes are for everybody; all others come behind `authenticate`. */
export function createApi(services: ConsoleServices): ConsoleApi {
	const api = createConsoleApi();
	const isOpen = (method: string, path: string) =>
		(path === '/api/v1/session' && (method === 'GET' || method === 'POST')) ||
		([PROVIDER_START, PROVIDER_CALLBACK].includes(path) && method === 'GET');
	const known = authenticate(services);
	api.use('*', async (context, next) => {
		context.header('Cache-Control', 'no-store');
		if (isOpen(context.req.method, context.req.path)) return next();
		return known(context, next);
	});
	api.use('*', refuseUnknownParameters(api, '/api/v1'));
	api.use('*', idempotency(services));
	api.use('*', async (context, next) => {
		await next();
		// A list as a file, or the report: what leaves the console in one piece.
		const { headers } = context.res;
		const isFile = headers.get('content-disposition')?.startsWith('attachment') === true;
		const isReport = headers.get('content-type')?.startsWith('text/html') === true;
		if (!isFile && !isReport) return;
		const { actor } = context.get('identity');
		const format = isReport ? 'html' : (context.req.query('format') ?? null);
		await logAccess(services.workspace.store, actor, 'table_downloaded', { list: context.req.path, format });
	});

	addSessionRoutes(api, services);
	addProviderRoutes(api, services);
	addOverviewRoutes(api, services);
	addRunRoutes(api, services);
	addScoreRoutes(api, services);
	addQueueRoutes(api, services);
	addItemRoutes(api, services);
	addModelRoutes(api, services);
	addDriftRoutes(api, services);
	addDatasetRoutes(api, services);
	addSyntheticRoutes(api, services);
	addSqlRoutes(api, services);
	addUserRoutes(api, services);

	api.openAPIRegistry.registerComponent('securitySchemes', 'session', {
		type: 'apiKey',
		in: 'cookie',
		name: services.cookie.name,
		description: 'The session of the console.',
	});
	api.openAPIRegistry.registerComponent('securitySchemes', 'token', {
		type: 'http',
		scheme: 'bearer',
		description: 'An API token, made on the page of settings.',
	});
	api.doc31('/openapi.json', {
		openapi: '3.1.0',
		info: {
			title: 'counterfoil',
			version: services.workspace.version,
			description: 'What the console does, for programs. Errors are RFC 9457 problems.',
		},
		servers: [{ url: '/api/v1' }],
	});
	return api;
}
