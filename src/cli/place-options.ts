import { showDatabase } from '../store/postgres-url.ts';
import { quoteArgument } from './command-name.ts';
import type { GlobalFlags } from './global-flags.ts';

/** Where a command works, as it was named. */
export type Place = Pick<GlobalFlags, 'db' | 'artifacts'>;

/** The options of a command that is shown, for the place that was named; without the password of a URL. */
export function placeOptions({ db, artifacts }: Place): string {
	const database = db === undefined ? '' : ` --db ${quoteArgument(showDatabase(db))}`;
	return artifacts === undefined ? database : `${database} --artifacts ${quoteArgument(artifacts)}`;
}
