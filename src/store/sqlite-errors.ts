import Sqlite from 'better-sqlite3';
import { CounterfoilError } from '../contracts/errors.ts';
import { findLockHolder } from './lock-holder.ts';

/**
 * The error of the catalogue for what SQLite or the file system reports about a database file. What has
 * no place there (a constraint, a defect in a statement) is returned as it is.
 */
export function translateSqliteError(error: unknown, path: string): unknown {
	if (error instanceof CounterfoilError || !(error instanceof Error)) return error;
	const code = 'code' in error ? String(error.code) : '';
	if (!(error instanceof Sqlite.SqliteError) && !/^E[A-Z]+$/.test(code)) return error;
	const where = path;
	if (/^SQLITE_(BUSY|LOCKED)/.test(code)) {
		const holder = findLockHolder(path);
		const who = holder === null ? 'Another process' : `Process ${holder}`;
		return new CounterfoilError('DATABASE_LOCKED', `${who} holds the database for writing.`, {
			where,
			hint: 'Wait until it is done or stop it, then do the same again; nothing was changed.',
			cause: error,
		});
	}
	if (code.startsWith('SQLITE_NOTADB')) {
		return new CounterfoilError('DATABASE_CORRUPT', 'The file is no SQLite database, or its beginning is damaged.', {
			where,
			hint: 'If it never was one, name another file with --db, which counterfoil makes; else restore a copy of it.',
			cause: error,
		});
	}
	if (code.startsWith('SQLITE_CORRUPT')) {
		return new CounterfoilError('DATABASE_CORRUPT', 'The database is damaged.', {
			where,
			hint: 'Run "counterfoil db check", or restore a copy made by "counterfoil db backup".',
			cause: error,
		});
	}
	if (/^SQLITE_FULL/.test(code) || code === 'ENOSPC' || code === 'EDQUOT') {
		return new CounterfoilError('DISK_FULL', 'There is no space left for the database.', {
			where,
			hint: 'Make room, then do the same again; it goes on where it was.',
			cause: error,
		});
	}
	if (
		/^SQLITE_(READONLY|CANTOPEN|PERM|AUTH|IOERR)/.test(code) ||
		/^E(ACCES|PERM|ROFS|NOTDIR|ISDIR|EXIST)$/.test(code)
	) {
		return new CounterfoilError('DATABASE_NOT_ACCESSIBLE', 'The database cannot be opened or written.', {
			where,
			hint: 'Check that the path names a file and that its folder may be written by you, or name another with --db.',
			cause: error,
		});
	}
	return error;
}
