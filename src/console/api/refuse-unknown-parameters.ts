import { z } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { CounterfoilError } from '../../contracts/errors.ts';
import { findNearest } from '../../contracts/find-nearest.ts';
import type { ConsoleApi, ConsoleEnv } from './console-services.ts';

/** Of a name that is told again. */
const LONGEST_NAME = 60;

/**
 * Refuses query parameters that a route does not have: a filter whose name is misspelt would give everything. Routes
 * with a query of a loose object take what comes, for it comes from others.
 *
 * @param api whose routes are known when the first request comes
 * @param root where the API is mounted
 */
export function refuseUnknownParameters(api: ConsoleApi, root: string): MiddlewareHandler<ConsoleEnv> {
	let byRoute: ReadonlyMap<string, readonly string[] | null> | null = null;
	return async (context, next) => {
		byRoute ??= readParameters(api, root);
		const route = matchedRoutes(context).find(({ method, path }) => method !== 'ALL' && path.startsWith(root));
		if (route !== undefined) {
			const known = byRoute.get(`${route.method} ${route.path}`);
			// The description of the API is not described itself; it takes no parameters.
			if (known !== null) requireKnown(Object.keys(context.req.queries()), known ?? []);
		}
		await next();
	};
}

/** The query parameters of each route as the router names it; null: any. */
function readParameters(api: ConsoleApi, root: string): Map<string, readonly string[] | null> {
	return new Map(
		api.openAPIRegistry.definitions.flatMap((definition) => {
			if (definition.type !== 'route') return [];
			const { method, path, request } = definition.route;
			const route = `${method.toUpperCase()} ${root}${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
			return [[route, request?.query === undefined ? [] : namesIn(request.query)] as const];
		}),
	);
}

function namesIn(query: unknown): readonly string[] | null {
	if (!(query instanceof z.ZodObject) || query.def.catchall instanceof z.ZodUnknown) return null;
	return Object.keys(query.shape);
}

/** @throws REQUEST_INVALID that names the first which is not known, and the nearest that is */
function requireKnown(given: readonly string[], known: readonly string[]): void {
	const unknown = given.find((name) => !known.includes(name));
	if (unknown === undefined) return;
	const nearest = findNearest(unknown, known);
	const all = known.length === 0 ? 'it takes none' : `it takes ${known.join(', ')}`;
	throw new CounterfoilError('REQUEST_INVALID', 'There is no such parameter here.', {
		where: `query ${unknown.slice(0, LONGEST_NAME)}`,
		hint: nearest === null ? all : `did you mean "${nearest}"?`,
	});
}
