import { z } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { UserRole } from '../../store/database.ts';
import type { Store } from '../../store/store.ts';
import { roleByQueue } from '../access/queue-roles.ts';
import { reaches } from '../access/roles.ts';
import type { ConsoleEnv } from './console-services.ts';

const problemSchema = z
	.object({
		type: z.string(),
		title: z.string(),
		status: z.number().int(),
		detail: z.string(),
		code: z.string(),
		where: z.string().optional(),
		hint: z.string().optional(),
		retryable: z.boolean(),
	})
	.openapi('Problem', { description: 'RFC 9457; the codes are those of the error catalogue.' });

const problem = (description: string) => ({
	description,
	content: { 'application/problem+json': { schema: problemSchema } },
});

/** What every route may answer instead of what it is for. */
export const PROBLEMS = {
	400: problem('The request does not have the form described here.'),
	401: problem('Nobody has signed in.'),
	403: problem('The role does not reach.'),
	404: problem('What was named does not exist.'),
	409: problem('It is not in a state in which this can be done.'),
	422: problem('The request is understood but cannot be carried out.'),
	429: problem('Too many requests.'),
	503: problem('The database is busy or away.'),
} as const;

/**
 * Who may use a route: those with this role, and those who may more.
 *
 * @param inQueues where the role is looked up that somebody has in one queue: whoever has it in any is let through, and
 * the route looks at which
 */
export function needs(role: UserRole, inQueues: Store | null = null) {
	const requireRole: MiddlewareHandler<ConsoleEnv> = async (context, next) => {
		const identity = context.get('identity');
		const isElsewhere = async () => inQueues !== null && (await roleByQueue(inQueues, identity)).reachesAnywhere(role);
		if (!reaches(identity.role, role) && !(await isElsewhere())) {
			throw new CounterfoilError('NOT_ALLOWED', `This takes the role ${role}; yours is ${identity.role}.`);
		}
		await next();
	};
	return {
		middleware: requireRole,
		security: [{ session: [] }, { token: [] }],
		'x-role': role,
	};
}

/** What a route is for, as JSON. */
export function answers<Schema extends z.ZodType>(schema: Schema, description: string) {
	return { 200: { description, content: { 'application/json': { schema } } }, ...PROBLEMS };
}

/** A page of a list. */
function pageOf<Schema extends z.ZodType>(schema: Schema) {
	return z.object({
		items: z.array(schema),
		next: z.string().nullable().openapi({ description: 'Cursor of the next page; null at the end.' }),
	});
}

/** A page of a list; with `format` the whole list, as a file. */
export function answersPages<Schema extends z.ZodType>(schema: Schema, description: string) {
	return answersListOrFile(schema, pageOf(schema), description);
}

/** A list that is short enough to come at once; with `format` as a file. */
export function answersWhole<Schema extends z.ZodType>(schema: Schema, description: string) {
	return answersListOrFile(schema, z.object({ items: z.array(schema) }), description);
}

function answersListOrFile<Schema extends z.ZodType, List extends z.ZodType>(
	schema: Schema,
	list: List,
	description: string,
) {
	const file = z.array(schema).openapi({ description: 'With `format=json`: the whole list.' });
	return {
		200: {
			description,
			content: {
				'application/json': { schema: z.union([list, file]) },
				'text/csv': { schema: z.string().openapi({ description: 'With `format=csv`: the whole list.' }) },
			},
		},
		...PROBLEMS,
	};
}

export function json<Schema extends z.ZodType>(schema: Schema) {
	return { required: true, content: { 'application/json': { schema } } };
}
