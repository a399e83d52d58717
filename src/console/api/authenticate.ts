import type { MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { ConsoleEnv, ConsoleServices } from './console-services.ts';

/** Nobody gets further without a session or an API token. */
export function authenticate({ sessions, cookie }: ConsoleServices): MiddlewareHandler<ConsoleEnv> {
	return async (context, next) => {
		const [scheme = '', token] = (context.req.header('authorization') ?? '').split(' ', 2);
		const secret = scheme.toLowerCase() === 'bearer' ? token : getCookie(context, cookie.name);
		const identity = secret === undefined || secret === '' ? null : await sessions.identify(secret);
		if (identity === null) throw new CounterfoilError('AUTHENTICATION_NEEDED', 'Nobody has signed in.');
		context.set('identity', identity);
		await next();
	};
}
