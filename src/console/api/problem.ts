import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { CounterfoilError, type ErrorCode } from '../../contracts/errors.ts';

/** What an error is answered with, where it is not the status of its exit code. */
const STATUS: Partial<Record<ErrorCode, ContentfulStatusCode>> = {
	AUTHENTICATION_NEEDED: 401,
	COLUMN_UNKNOWN: 422,
	CONDITION_INVALID: 422,
	CONFIG_INVALID: 422,
	DATABASE_TIMEOUT: 503,
	DATABASE_UNREACHABLE: 503,
	STORAGE_UNREACHABLE: 503,
	DATABASE_LOCKED: 503,
	INTERNAL: 500,
	ITEM_CHANGED: 412,
	NOT_ALLOWED: 403,
	NOT_FOUND: 404,
	NOT_READY: 503,
	PROVIDER_UNREACHABLE: 503,
	QUERY_LIMIT: 422,
	QUERY_REFUSED: 422,
	RELEASE_REFUSED: 403,
	REQUEST_INVALID: 400,
	REQUEST_TOO_LARGE: 413,
	SECOND_REVIEWER_NEEDED: 409,
	TEMPORAL_UNREACHABLE: 503,
	TOO_MANY_REQUESTS: 429,
	USAGE: 422,
};

const BY_EXIT_CODE: Readonly<Record<number, ContentfulStatusCode>> = { 5: 409, 6: 422, 7: 403 };

/** RFC 9457. */
export interface Problem {
	/** A URN of the error's code. */
	readonly type: string;
	readonly title: string;
	readonly status: number;
	readonly detail: string;
	readonly code: ErrorCode;
	readonly where?: string;
	readonly hint?: string;
	readonly retryable: boolean;
}

/** An error as the API answers it. What went wrong inside is for the log, not for whoever asks. */
export function toProblem(thrown: unknown): Problem & { readonly status: ContentfulStatusCode } {
	const error = CounterfoilError.from(thrown);
	const status = STATUS[error.code] ?? BY_EXIT_CODE[error.exitCode] ?? 422;
	const isInternal = error.code === 'INTERNAL';
	return {
		type: `urn:counterfoil:error:${error.code}`,
		title: error.code,
		status,
		detail: isInternal ? 'Something went wrong in counterfoil itself.' : error.message,
		code: error.code,
		...(error.where === undefined || isInternal ? {} : { where: error.where }),
		...(error.hint === undefined || isInternal ? {} : { hint: error.hint }),
		retryable: error.retryable,
	};
}

/** What is wrong with a request, by the paths of its parts; never what it holds. */
export function requestInvalid(
	issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): CounterfoilError {
	const told = issues.slice(0, 5).map(({ path, message }) => {
		const where = path.map(String).join('.');
		return where === '' ? message : `${where}: ${message}`;
	});
	return new CounterfoilError('REQUEST_INVALID', told.join('; '), { hint: '/api/v1/openapi.json describes requests' });
}
