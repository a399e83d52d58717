import { getSystemErrorMap } from 'node:util';
import { CounterfoilError } from '../contracts/errors.ts';

/**
 * What an error comes from, in words that hold nothing of the data: what the system said (`EACCES: permission denied,
 * open`), or the kind of an error. Messages of databases and parsers quote what they stumbled over, so they are left out.
 */
export function describeCause(error: { readonly cause?: unknown }): string | null {
	const { cause } = error;
	if (cause instanceof CounterfoilError) return `${cause.code}: ${cause.message}`;
	if (!(cause instanceof Error)) return null;
	const { code, errno, syscall } = cause as NodeJS.ErrnoException;
	const known = errno === undefined ? undefined : getSystemErrorMap().get(errno);
	if (known !== undefined) return `${known[0]}: ${known[1]}${syscall === undefined ? '' : `, ${syscall}`}`;
	if (typeof code === 'string') return `${cause.name}: ${code}`;
	return cause.name === 'Error' ? null : cause.name;
}
