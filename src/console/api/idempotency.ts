import { createHash } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { CounterfoilError } from '../../contracts/errors.ts';
import { timestamp } from '../../store/timestamp.ts';
import type { ConsoleEnv, ConsoleServices } from './console-services.ts';

/** How long an answer is kept to be given again. */
const KEPT_MS = 24 * 3_600_000;
const LONGEST_KEY = 200;
/** What is asked or answered here is not for keeping: passwords, tokens, rows. A key is let pass. */
const NOT_KEPT = ['/session', '/tokens', '/users', '/sql'] as const;

/**
 * A POST with an `Idempotency-Key` is carried out once: asked again with the same key, its first answer is given
 * again. Keys belong to whoever asks. What failed for a reason that may pass is not kept, and neither is anything of
 * routes that have to do with secrets or rows.
 */
export function idempotency({ workspace: { store } }: ConsoleServices): MiddlewareHandler<ConsoleEnv> {
	return async (context, next) => {
		const key = context.req.header('idempotency-key');
		const { path } = context.req;
		const isKept = !NOT_KEPT.some((route) => path.endsWith(`/api/v1${route}`));
		if (context.req.method !== 'POST' || key === undefined || !isKept) return next();
		if (key === '' || key.length > LONGEST_KEY) {
			throw new CounterfoilError('REQUEST_INVALID', `An Idempotency-Key has up to ${LONGEST_KEY} characters.`);
		}
		const { actor, role } = context.get('identity');
		// Whoever may less now is not given what was answered before.
		const request = { method: 'POST', path, role, body: await context.req.text() };
		const hash = createHash('sha256').update(JSON.stringify(request)).digest('hex');
		const now = Date.now();
		await store.writer
			.deleteFrom('idempotency_keys')
			.where('expires_at', '<', timestamp(new Date(now)))
			.execute();
		const inserted = await store.writer
			.insertInto('idempotency_keys')
			.values({
				scope: actor,
				key,
				request_sha256: hash,
				created_at: timestamp(new Date(now)),
				expires_at: timestamp(new Date(now + KEPT_MS)),
			})
			.onConflict((conflict) => conflict.columns(['scope', 'key']).doNothing())
			.returning('key')
			.executeTakeFirst();
		const stored = () =>
			store.writer.selectFrom('idempotency_keys').selectAll().where('scope', '=', actor).where('key', '=', key);
		if (inserted === undefined) {
			const before = await stored().executeTakeFirst();
			if (before === undefined || before.request_sha256 !== hash || before.response_status === null) {
				throw new CounterfoilError(
					'REQUEST_REPEATED',
					before?.request_sha256 === hash
						? 'The first request with this key is still under way.'
						: 'The key belongs to another request.',
				);
			}
			context.header('Idempotency-Replayed', 'true');
			if (before.response_status === 204) return context.body(null, 204);
			context.header('Content-Type', before.response_status < 400 ? 'application/json' : 'application/problem+json');
			return context.body(before.response_json ?? '', before.response_status as 200);
		}
		await next();
		const { res } = context;
		const change = store.writer;
		if (res.status === 429 || res.status >= 500) {
			await change.deleteFrom('idempotency_keys').where('scope', '=', actor).where('key', '=', key).execute();
			return;
		}
		await change
			.updateTable('idempotency_keys')
			.set({ response_status: res.status, response_json: await res.clone().text() })
			.where('scope', '=', actor)
			.where('key', '=', key)
			.execute();
	};
}
