import type { S3Client } from '@aws-sdk/client-s3';
import { CounterfoilError } from '../contracts/errors.ts';

export type S3 = typeof import('@aws-sdk/client-s3');

/** Attempts of one request; the waits between them grow to 20 s. */
const ATTEMPTS = 6;
const CONNECT_MS = 10_000;
/** Without a byte in either direction. */
const IDLE_MS = 60_000;

/**
 * The S3 client, which is an optional package, set up by the variables and files of the AWS tools: AWS_ENDPOINT_URL_S3,
 * AWS_REGION, AWS_PROFILE, and the usual chain of credentials.
 *
 * @throws CounterfoilError STORAGE_NOT_ACCESSIBLE if the package is not installed
 */
export async function loadS3(): Promise<{ readonly s3: S3; readonly client: S3Client }> {
	const s3 = await import('@aws-sdk/client-s3').catch((cause: unknown) => {
		throw new CounterfoilError('STORAGE_NOT_ACCESSIBLE', 'The client for object storage is not installed.', {
			hint: 'npm install @aws-sdk/client-s3 (with -g if counterfoil was installed with it)',
			cause,
		});
	});
	const { env } = process;
	const hasEndpoint = Boolean(env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL);
	const region = env.AWS_REGION || env.AWS_DEFAULT_REGION || (hasEndpoint ? 'us-east-1' : undefined);
	const client = new s3.S3Client({
		maxAttempts: ATTEMPTS,
		requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: IDLE_MS },
		// Servers other than Amazon's seldom have a name of their own for each bucket.
		forcePathStyle: env.COUNTERFOIL_S3_PATH_STYLE === undefined ? hasEndpoint : env.COUNTERFOIL_S3_PATH_STYLE === '1',
		...(region === undefined ? {} : { region }),
	});
	return { s3, client };
}
