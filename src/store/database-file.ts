import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CounterfoilError } from '../contracts/errors.ts';

/**
 * The file of a database that is named by its path or a `file:` URL.
 *
 * @throws CounterfoilError USAGE for anything else; a URL is not repeated, since it may hold a password
 */
export function databaseFile(named: string): string {
	if (named.startsWith('file:')) return fileURLToPath(named);
	const scheme = /^[a-z][a-z+]+:\/\//i.exec(named)?.[0];
	if (named !== '' && named !== ':memory:' && scheme === undefined) return resolve(named);
	throw new CounterfoilError('USAGE', 'The database must be a file, or on a PostgreSQL server.', {
		...(scheme === undefined ? {} : { where: `${scheme}...` }),
		hint: 'Name a file, for example --db .counterfoil/counterfoil.db, or a postgres:// URL.',
	});
}
