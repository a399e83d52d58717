import { CounterfoilError } from './errors.ts';

/** A place in object storage: `s3://bucket/key`, where the key may be a prefix of others, or empty. */
export interface ObjectAddress {
	readonly bucket: string;
	/** Without a slash at its beginning. */
	readonly key: string;
}

export function isObjectAddress(text: string): boolean {
	return /^s3:\/\//i.test(text);
}

/**
 * Credentials have no place in an address; what does not look like one is not repeated, since it may hold some.
 *
 * @throws CounterfoilError CONFIG_INVALID
 */
export function parseObjectAddress(text: string): ObjectAddress {
	const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/is.exec(text);
	const [bucket, key = ''] = match?.slice(1) ?? [];
	if (bucket === undefined || key.startsWith('/') || key.split('/').some((part) => part === '.' || part === '..')) {
		throw new CounterfoilError('CONFIG_INVALID', 'The address in object storage is not valid.', {
			where: 's3://...',
			hint: 'Write s3://bucket/prefix; credentials belong into AWS_ACCESS_KEY_ID, AWS_PROFILE or the role of the machine.',
		});
	}
	return { bucket: bucket.toLowerCase(), key };
}

export function formatObjectAddress({ bucket, key }: ObjectAddress): string {
	return `s3://${bucket}/${key}`;
}
