import { hash, verify } from '@node-rs/argon2';
import { CounterfoilError } from '../../contracts/errors.ts';

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane. The library's default algorithm is argon2id. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const SHORTEST_PASSWORD = 12;
const LONGEST_PASSWORD = 256;

/** Verified for names that nobody has, so that they take as long as others. */
let unknownHash: Promise<string> | null = null;

/** @throws USAGE for a password that is too short or too long */
export async function hashPassword(password: string): Promise<string> {
	if (password.length < SHORTEST_PASSWORD || password.length > LONGEST_PASSWORD) {
		throw new CounterfoilError('USAGE', `A password has from ${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD} characters.`, {
			hint: 'a few words that do not belong together make a good one',
		});
	}
	return await hash(password, ARGON2);
}

/** @param stored null where there is nobody of that name, or without a password; takes as long as otherwise */
export async function isPassword(password: string, stored: string | null): Promise<boolean> {
	if (password.length > LONGEST_PASSWORD) return false;
	unknownHash ??= hash('nobody has this password', ARGON2);
	const isRight = await verify(stored ?? (await unknownHash), password);
	return isRight && stored !== null;
}
