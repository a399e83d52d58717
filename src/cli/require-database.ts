import { existsSync } from 'node:fs';
import { CounterfoilError } from '../contracts/errors.ts';
import { commandName, quoteArgument } from './command-name.ts';
import { nearestFile } from './nearest-file.ts';

/** What is beside a database without being one: tables, pages, settings, and what SQLite itself puts there. */
const OTHER_FILES = /\.(csv|tsv|txt|jsonl?|ndjson|arrows?|parquet|gz|zst|html|md|ya?ml|ts)$|-(wal|shm|journal)$/i;

/** Whether the database that is named, or the usual one, is a file that is not there. */
export async function isDatabaseMissing(db: string | undefined): Promise<boolean> {
	const { findDatabase } = await import('../runtime/find-home.ts');
	const { isPostgresUrl } = await import('../store/postgres-url.ts');
	const database = findDatabase(db);
	return !isPostgresUrl(database) && !existsSync(database);
}

/** Whether it was said which database is meant, so that one that is not there is a mistake. */
export function isDatabaseNamed(db: string | undefined): boolean {
	return (db ?? process.env.COUNTERFOIL_DB ?? '') !== '';
}

/**
 * Keeps what only looks, or changes what there is, from making an empty database at a mistyped path.
 *
 * @throws CounterfoilError NOT_FOUND, with the nearest file where a database was named
 */
export async function requireDatabase(db: string | undefined): Promise<void> {
	if (!(await isDatabaseMissing(db))) return;
	const { findDatabase } = await import('../runtime/find-home.ts');
	const where = findDatabase(db);
	if (!isDatabaseNamed(db)) {
		const hint = `begin with: ${commandName()} run FILE, or ${commandName()} demo; --db names a database elsewhere`;
		throw new CounterfoilError('NOT_FOUND', 'there is no database here yet', { where, hint });
	}
	const named = db ?? (process.env.COUNTERFOIL_DB as string);
	const nearest = await nearestFile(named.startsWith('file:') ? where : named, (name) => !OTHER_FILES.test(name));
	const begin = `check the path; a new database is begun with: ${commandName()} run FILE --db ${quoteArgument(named)}`;
	throw new CounterfoilError('NOT_FOUND', 'there is no such database', {
		where,
		hint: nearest === null ? begin : `did you mean ${nearest}?`,
	});
}
