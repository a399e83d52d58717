import { showDatabase } from '../store/postgres-url.ts';
import { quoteArgument } from './command-name.ts';

/** The option of a command that is shown, for the database that was named; without the password of a URL. */
export function databaseOption(db: string | undefined): string {
	return db === undefined ? '' : ` --db ${quoteArgument(showDatabase(db))}`;
}
