import { basename, delimiter, dirname, resolve } from 'node:path';
import { isPostgresUrl, showDatabase } from '../store/postgres-url.ts';

/**
 * How the person started counterfoil, so that the commands we suggest can be typed as they stand:
 * `./bin/counterfoil` in a checkout, `npx counterfoil`, or `counterfoil` where it is on the PATH.
 */
export function commandName(environment: NodeJS.ProcessEnv = process.env): string {
	const invoked = environment.COUNTERFOIL_INVOKED_AS;
	if (invoked === undefined || invoked === '') return 'counterfoil';
	if (environment.npm_command === 'exec') return 'npx counterfoil';
	const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
	const isOnPath = folders.some((folder) => resolve(folder) === resolve(dirname(invoked)));
	return isOnPath || !invoked.includes('/') ? basename(invoked) : quoteArgument(invoked);
}

/** The command line that would do the same again; without the password of a URL. */
export function sameCommand(argv: readonly string[], environment: NodeJS.ProcessEnv = process.env): string {
	const shown = argv.map((argument) => (isPostgresUrl(argument) ? showDatabase(argument) : argument));
	return [commandName(environment), ...shown.map(quoteArgument)].join(' ');
}

/** One argument as a POSIX shell would have to be given it. */
export function quoteArgument(argument: string): string {
	return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
