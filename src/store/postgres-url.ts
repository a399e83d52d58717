import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { ConnectionOptions } from 'node:tls';
import { CounterfoilError } from '../contracts/errors.ts';

/** Where a PostgreSQL database is and how to talk to it. */
export interface PostgresAddress {
	/** The URL without its password, for messages. */
	readonly shown: string;
	/** Name or IP address of the server, or the folder of its socket. */
	readonly host: string | undefined;
	readonly port: number | undefined;
	readonly user: string;
	/** @default PGPASSWORD, else the entry of ~/.pgpass */
	readonly password: string | undefined;
	readonly database: string | undefined;
	/** False: the connection is not encrypted. */
	readonly tls: false | ConnectionOptions;
	/** Most connections that this process writes by, and as many again that it reads by. @default 5 */
	readonly poolSize: number;
	/** How long one statement may take, in milliseconds; 0: as long as it likes. @default 600000 */
	readonly statementTimeoutMs: number;
	/** How long a statement waits for another process, in milliseconds. @default 30000 */
	readonly lockTimeoutMs: number;
	/** How long to wait for a connection, in milliseconds. @default 10000 */
	readonly connectTimeoutMs: number;
	readonly applicationName: string;
	/** Options of the server for each connection, as `-c search_path=fraud`. */
	readonly options: string | undefined;
}

const SCHEME = /^postgres(ql)?:\/\//i;
const TLS_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
const PARAMETERS = [
	'host',
	'port',
	'user',
	'sslmode',
	'sslrootcert',
	'sslcert',
	'sslkey',
	'pool_size',
	'statement_timeout',
	'lock_timeout',
	'connect_timeout',
	'application_name',
	'options',
];
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** Whether a database is named by the URL of a PostgreSQL server. */
export function isPostgresUrl(database: string): boolean {
	return SCHEME.test(database);
}

/** The name of a database as it may be shown, stored and logged: a URL loses its password. */
export function showDatabase(database: string): string {
	if (!isPostgresUrl(database)) return database;
	// Of a URL that cannot be taken apart nothing after the scheme is shown: the password could be anywhere in it.
	const url = URL.parse(database);
	if (url === null) return 'postgres://...';
	url.password = '';
	url.searchParams.delete('password');
	return url.href;
}

/**
 * Takes a URL apart: `postgres://user:password@host:port/database?sslmode=verify-full&pool_size=5`.
 *
 * @throws USAGE
 */
export function parsePostgresUrl(database: string): PostgresAddress {
	const url = URL.parse(database.replace(SCHEME, 'postgres://'));
	const shown = showDatabase(database);
	const refuse = (message: string): CounterfoilError =>
		new CounterfoilError('USAGE', message, {
			where: shown,
			hint: 'Write it as postgres://user@host:5432/database; special characters in user and password as %40.',
		});
	if (url === null) throw refuse('The URL of the database cannot be read.');
	for (const name of url.searchParams.keys()) {
		if (!PARAMETERS.includes(name)) {
			throw refuse(`The URL of the database has an unknown parameter: ${name} (known: ${PARAMETERS.join(', ')}).`);
		}
	}
	const parameter = (name: string): string | undefined => url.searchParams.get(name) || undefined;
	const whole = (name: string, fallback: number, least: number, most: number): number => {
		const text = parameter(name);
		if (text === undefined) return fallback;
		const value = Number(text);
		if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
		throw refuse(`The parameter ${name} of the URL of the database must be a whole number from ${least} to ${most}.`);
	};
	const decoded = (text: string): string | undefined => {
		try {
			return text === '' ? undefined : decodeURIComponent(text);
		} catch {
			throw refuse('The URL of the database has a % that is no escape.');
		}
	};
	return {
		shown,
		host: parameter('host') ?? decoded(url.hostname.replace(/^\[(.*)\]$/, '$1')),
		port:
			url.port === '' ? (parameter('port') === undefined ? undefined : whole('port', 0, 1, 65_535)) : Number(url.port),
		user: parameter('user') ?? decoded(url.username) ?? process.env.PGUSER ?? userInfo().username,
		password: decoded(url.password),
		database: decoded(url.pathname.slice(1)),
		tls: parseTls(parameter, refuse),
		poolSize: whole('pool_size', 5, 1, 1_000),
		statementTimeoutMs: whole('statement_timeout', 600_000, 0, LONGEST_TIMEOUT_MS),
		lockTimeoutMs: whole('lock_timeout', 30_000, 0, LONGEST_TIMEOUT_MS),
		connectTimeoutMs: whole('connect_timeout', 10, 1, 3_600) * 1_000,
		applicationName: parameter('application_name') ?? 'counterfoil',
		options: parameter('options'),
	};
}

/** The modes of libpq (PostgreSQL documentation, "SSL Support") without those that fall back to no encryption. */
function parseTls(
	parameter: (name: string) => string | undefined,
	refuse: (message: string) => CounterfoilError,
): false | ConnectionOptions {
	const { PGSSLMODE, PGSSLROOTCERT, PGSSLCERT, PGSSLKEY } = process.env;
	const files = {
		ca: parameter('sslrootcert') ?? (PGSSLROOTCERT || undefined),
		cert: parameter('sslcert') ?? (PGSSLCERT || undefined),
		key: parameter('sslkey') ?? (PGSSLKEY || undefined),
	};
	const given = Object.entries(files).filter((entry): entry is [string, string] => entry[1] !== undefined);
	const asked = parameter('sslmode') ?? (PGSSLMODE || undefined);
	const mode = asked ?? (given.length > 0 ? 'verify-full' : 'disable');
	if (!(TLS_MODES as readonly string[]).includes(mode)) {
		throw refuse(
			`The parameter sslmode of the URL of the database, or PGSSLMODE, must be one of ${TLS_MODES.join(', ')}.`,
		);
	}
	if (mode === 'disable') return false;
	const contents = given.map(([name, file]) => {
		try {
			return [name, readFileSync(file, 'utf8')];
		} catch {
			throw refuse(`The file ${file}, which the URL of the database or the environment names, cannot be read.`);
		}
	});
	const certificates: ConnectionOptions = Object.fromEntries(contents);
	// As with libpq, a root certificate is checked in the mode `require` too.
	if (mode === 'require' && files.ca === undefined) return { ...certificates, rejectUnauthorized: false };
	if (mode === 'verify-full') return certificates;
	return { ...certificates, checkServerIdentity: () => undefined };
}
