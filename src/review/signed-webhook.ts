import { createHmac, timingSafeEqual } from 'node:crypto';
import { CounterfoilError } from '../contracts/errors.ts';

/** Environment variable with the secret that alerts are signed with. */
export const WEBHOOK_SECRET = 'COUNTERFOIL_WEBHOOK_SECRET';
export const SIGNATURE_HEADER = 'x-counterfoil-signature';
export const DELIVERY_HEADER = 'x-counterfoil-delivery';

const TIMEOUT_MS = 10_000;
/** Signed messages that are older are not believed: somebody may have kept one. */
const OLDEST_SECONDS = 300;

export interface WebhookMessage {
	readonly url: string;
	/** The same for every attempt, so that the receiver can tell what it has had already. */
	readonly delivery: string;
	/** Sent as JSON. */
	readonly body: unknown;
	readonly secret: string | undefined;
	readonly signal?: AbortSignal;
	/** @default now */
	readonly now?: Date;
}

/**
 * `t=1763800000,v1=5257a869...`: seconds since 1970, and the HMAC-SHA256 of `t.body` in hexadecimal.
 *
 * @param seconds since 1970
 */
export function signWebhook(secret: string, body: string, seconds: number): string {
	return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

/** What a receiver does: whether a message is from whoever has the secret, and not an old one sent again. */
export function verifyWebhook(secret: string, body: string, signature: string, now: Date = new Date()): boolean {
	const seconds = Number(/^t=(\d+),v1=[0-9a-f]{64}$/.exec(signature)?.[1]);
	if (!(Math.abs(now.getTime() / 1000 - seconds) <= OLDEST_SECONDS)) return false;
	return timingSafeEqual(Buffer.from(signWebhook(secret, body, seconds)), Buffer.from(signature));
}

/**
 * Posts a signed message. It follows no redirects: the next address was not the one that was named.
 *
 * @returns the HTTP status
 * @throws CounterfoilError WEBHOOK_REFUSED; WEBHOOK_FAILED where another try may do
 */
export async function sendWebhook({ url, delivery, body, secret, signal, now }: WebhookMessage): Promise<number> {
	if (secret === undefined || secret === '') {
		throw new CounterfoilError('WEBHOOK_REFUSED', 'There is no secret to sign the alert with.', {
			where: WEBHOOK_SECRET,
			hint: `set ${WEBHOOK_SECRET} to a secret that the receiver has too`,
		});
	}
	// No other try reads it differently.
	if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
		throw new CounterfoilError('WEBHOOK_REFUSED', 'The address of the webhook is not valid.', {
			where: '--webhook',
			hint: 'it begins with https:// or http://',
		});
	}
	const text = JSON.stringify(body);
	const seconds = Math.floor((now ?? new Date()).getTime() / 1000);
	const timeout = AbortSignal.timeout(TIMEOUT_MS);
	const response = await fetch(url, {
		method: 'POST',
		headers: {
			'content-type': 'application/json',
			[DELIVERY_HEADER]: delivery,
			[SIGNATURE_HEADER]: signWebhook(secret, text, seconds),
		},
		body: text,
		redirect: 'manual',
		signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
	}).catch((cause: unknown) => {
		throw new CounterfoilError('WEBHOOK_FAILED', 'The alert could not be sent.', {
			where: originOf(url),
			hint: 'see that the address can be reached from here; what is to be sent is tried again',
			cause,
		});
	});
	await response.body?.cancel();
	if (response.ok) return response.status;
	const isPassing = response.status >= 500 || response.status === 429 || response.status === 408;
	throw new CounterfoilError(
		isPassing ? 'WEBHOOK_FAILED' : 'WEBHOOK_REFUSED',
		`The alert was answered with status ${response.status}.`,
		{ where: originOf(url), hint: 'see the log of the receiver; it must answer with 2xx' },
	);
}

/** Without path and query, which may hold a token. */
function originOf(url: string): string {
	return URL.canParse(url) ? new URL(url).origin : 'the address of the webhook';
}
