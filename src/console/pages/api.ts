/** What the API says when it cannot do what was asked. */
export class ApiProblem extends Error {
	readonly status: number;
	readonly code: string;
	readonly hint: string | null;

	constructor(status: number, body: { readonly code?: string; readonly detail?: string; readonly hint?: string }) {
		super(body.detail ?? `The server answered ${status}.`);
		this.status = status;
		this.code = body.code ?? 'UNKNOWN';
		this.hint = body.hint ?? null;
	}
}

const ROOT = '/api/v1';

async function send<Body>(
	method: string,
	path: string,
	body?: unknown,
	headers: Record<string, string> = {},
): Promise<Body> {
	const response = await fetch(`${ROOT}${path}`, {
		method,
		credentials: 'same-origin',
		headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	}).catch(() => {
		throw new ApiProblem(0, {
			code: 'UNREACHABLE',
			detail: 'The console does not answer.',
			hint: 'is "counterfoil console" still running?',
		});
	});
	const text = await response.text();
	const isJson = /json/.test(response.headers.get('content-type') ?? '');
	const answer: unknown = isJson && text !== '' ? JSON.parse(text) : null;
	if (!response.ok) throw new ApiProblem(response.status, (answer ?? {}) as object);
	return answer as Body;
}

export const api = {
	get: <Body>(path: string) => send<Body>('GET', path),
	/** Carried out once, even if the answer is lost and it is asked again. */
	post: <Body>(path: string, body: unknown, headers: Record<string, string> = {}) =>
		send<Body>('POST', path, body, { 'idempotency-key': crypto.randomUUID(), ...headers }),
	signIn: <Body>(body: unknown) => send<Body>('POST', '/session', body),
	put: <Body>(path: string, body: unknown) => send<Body>('PUT', path, body),
	patch: <Body>(path: string, body: unknown) => send<Body>('PATCH', path, body),
	delete: (path: string) => send<null>('DELETE', path),
};

/** The address of a list as a file. */
export function fileUrl(path: string, format: 'csv' | 'json'): string {
	return `${ROOT}${path}${path.includes('?') ? '&' : '?'}format=${format}`;
}

/** The address of something that is opened by itself. */
export function apiUrl(path: string): string {
	return `${ROOT}${path}`;
}

/** A query of those values that are given. */
export function queryOf(values: Readonly<Record<string, string | number | boolean | null | undefined>>): string {
	const query = new URLSearchParams();
	for (const [name, value] of Object.entries(values)) {
		if (value !== null && value !== undefined && value !== '' && value !== false) query.set(name, String(value));
	}
	const text = query.toString();
	return text === '' ? '' : `?${text}`;
}
