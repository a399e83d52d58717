import { CounterfoilError } from '../contracts/errors.ts';

/** The error of the catalogue for what the system has refused, wherever that was; all else as `CounterfoilError.from`. */
export function translateSystemError(error: unknown): CounterfoilError {
	const known = CounterfoilError.from(error);
	if (known.code !== 'INTERNAL' || !(known.cause instanceof Error)) return known;
	const { code = '', path } = known.cause as NodeJS.ErrnoException;
	const place = path === undefined ? {} : { where: path };
	if (code === 'ENOSPC' || code === 'EDQUOT') {
		return new CounterfoilError('DISK_FULL', 'there is no space left to write to', {
			...place,
			hint: 'make room or write elsewhere, then give the same command again',
			cause: known.cause,
		});
	}
	if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
		return new CounterfoilError('OUTPUT_NOT_WRITABLE', 'the system does not allow it', {
			...place,
			hint: 'check the rights of the file and of its folder',
			cause: known.cause,
		});
	}
	return known;
}
