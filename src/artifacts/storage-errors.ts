import { CounterfoilError } from '../contracts/errors.ts';

/** What is known of a failure of the S3 client, without what it was asked or answered. */
interface StorageFailure {
	readonly name: string;
	readonly status: number | null;
}

const PASSING_NAMES = new Set([
	'RequestTimeout',
	'RequestTimeoutException',
	'TimeoutError',
	'SlowDown',
	'Throttling',
	'ThrottlingException',
	'TooManyRequestsException',
	'RequestThrottled',
	'InternalError',
	'ServiceUnavailable',
	'OperationAborted',
	'AbortError',
]);
const PASSING_CODES =
	/^(ECONN\w+|EPIPE|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|ERR_STREAM_PREMATURE_CLOSE)$/;

export function isNotThere(error: unknown): boolean {
	const { name, status } = failureOf(error);
	return name !== 'NoSuchBucket' && (name === 'NoSuchKey' || name === 'NotFound' || status === 404);
}

/** Whether the same request may succeed a little later. What is forbidden never does. */
export function isPassing(error: unknown): boolean {
	const { name, status } = failureOf(error);
	// S3 says RequestTimeout with status 400 and OperationAborted with 409.
	if (PASSING_NAMES.has(name)) return true;
	if (status !== null && status >= 400) return status >= 500 ? status !== 507 : status === 429 || status === 408;
	return PASSING_CODES.test(codeOf(error)) || codeOf(rootOf(error)).startsWith('ECONN');
}

/**
 * A failure of the S3 client in the terms of the catalogue. The answers of a server can hold key ids and signed
 * texts, so only the name and the status of the failure are kept.
 *
 * @param where address of the object or bucket
 */
export function describeStorageError(error: unknown, where: string): CounterfoilError {
	if (error instanceof CounterfoilError) return error;
	const { name, status } = failureOf(error);
	const what = `${name}${status === null ? '' : `, status ${status}`}`;
	const details = { where, cause: new Error(what) };
	if (status === 507 || /Quota|StorageFull|InsufficientStorage/i.test(name)) {
		return new CounterfoilError('DISK_FULL', `The object storage is full (${what}).`, {
			...details,
			hint: 'Make room or raise the quota, then run the same command again: it goes on where it was.',
		});
	}
	if (isPassing(error)) {
		return new CounterfoilError('STORAGE_UNREACHABLE', `The object storage does not answer (${what}).`, {
			...details,
			hint: 'Check AWS_ENDPOINT_URL_S3 and AWS_REGION, and that the server can be reached from here.',
		});
	}
	if (name === 'NoSuchBucket') {
		return new CounterfoilError('STORAGE_NOT_ACCESSIBLE', 'The bucket does not exist.', {
			...details,
			hint: 'Make it first; counterfoil makes no buckets.',
		});
	}
	if (/Credentials|Token|^(Unauthorized|InvalidAccessKeyId|SignatureDoesNotMatch)/.test(name)) {
		return new CounterfoilError('STORAGE_NOT_ACCESSIBLE', `The object storage does not know who asks (${what}).`, {
			...details,
			hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or give the machine a role.',
		});
	}
	if (status === 401 || status === 403) {
		return new CounterfoilError('STORAGE_NOT_ACCESSIBLE', `The object storage refuses this (${what}).`, {
			...details,
			hint: 'Needed: s3:GetObject, s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload, s3:ListBucket, s3:ListBucketMultipartUploads.',
		});
	}
	return new CounterfoilError('STORAGE_NOT_ACCESSIBLE', `The object storage cannot be used (${what}).`, {
		...details,
		hint: 'Check AWS_ENDPOINT_URL_S3, AWS_REGION and the name of the bucket.',
	});
}

function failureOf(error: unknown): StorageFailure {
	if (!(error instanceof Error)) return { name: 'unknown', status: null };
	const { name, $metadata: metadata } = error as Error & { $metadata?: { readonly httpStatusCode?: number } };
	const shown = name === 'Error' && codeOf(error) !== '' ? codeOf(error) : name;
	return { name: shown, status: metadata?.httpStatusCode ?? null };
}

function codeOf(error: unknown): string {
	return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function rootOf(error: unknown): unknown {
	return error instanceof Error && error.cause !== undefined ? rootOf(error.cause) : error;
}
