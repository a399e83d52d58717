import { CounterfoilError, type ErrorCode } from '../contracts/errors.ts';

interface Explanation {
	readonly code: ErrorCode;
	readonly message: string;
	readonly hint: string;
}

const AGAIN = 'Do the same again; it goes on where it was.';

const UNREACHABLE: Explanation = {
	code: 'DATABASE_UNREACHABLE',
	message: 'The database server does not answer.',
	hint: 'Check that it runs and that host and port are right, then do the same again; it goes on where it was.',
};

const LOCKED: Explanation = {
	code: 'DATABASE_LOCKED',
	message: 'Another process holds what is to be written in the database.',
	hint: 'Wait until it is done or stop it, then do the same again; nothing was changed.',
};

const DENIED: Explanation = {
	code: 'DATABASE_NOT_ACCESSIBLE',
	message: 'The database server refuses the user or the password.',
	hint: 'Give the password in the URL, in PGPASSWORD or in ~/.pgpass, and check pg_hba.conf on the server.',
};

const CERTIFICATE: Explanation = {
	code: 'DATABASE_NOT_ACCESSIBLE',
	message: 'The encrypted connection to the database server cannot be made.',
	hint: 'Check sslmode and sslrootcert in the URL against what the server offers.',
};

/** By SQLSTATE, or the beginning of one (PostgreSQL documentation, "PostgreSQL Error Codes"). */
const BY_STATE: readonly (readonly [RegExp, Explanation])[] = [
	[/^28/, DENIED],
	[
		/^3D000/,
		{
			code: 'NOT_FOUND',
			message: 'The server has no database of this name.',
			hint: 'Make it with "createdb", or name another with --db.',
		},
	],
	[
		/^42501/,
		{
			code: 'DATABASE_NOT_ACCESSIBLE',
			message: 'The user of the database lacks a right that this takes.',
			hint: 'See docs/postgresql.md for the rights that a user needs; "counterfoil db migrate" needs those of the owner.',
		},
	],
	[
		/^25006/,
		{
			code: 'DATABASE_NOT_ACCESSIBLE',
			message: 'The database is open for reading only.',
			hint: 'Name the server that takes writes, or a user who may write.',
		},
	],
	[/^(55P03|40P01|40001)/, LOCKED],
	[
		/^57014/,
		{
			code: 'DATABASE_TIMEOUT',
			message: 'A statement took longer than it may.',
			hint: 'Set a longer statement_timeout, in milliseconds, in the URL of the database.',
		},
	],
	[/^53100/, { code: 'DISK_FULL', message: 'The database server has no space left.', hint: `Make room. ${AGAIN}` }],
	[
		/^53300/,
		{
			code: 'DATABASE_UNREACHABLE',
			message: 'The database server has no connection left.',
			hint: 'Set a smaller pool_size in the URL, or a larger max_connections on the server.',
		},
	],
	[
		/^XX00[12]/,
		{
			code: 'DATABASE_CORRUPT',
			message: 'The database server reports damaged data.',
			hint: 'Restore a backup; see "counterfoil db backup".',
		},
	],
	[/^(08|57P0[123]|25P03)/, UNREACHABLE],
];

const NO_CONNECTION = /^E(CONNREFUSED|CONNRESET|NOTFOUND|TIMEDOUT|HOSTUNREACH|NETUNREACH|AI_AGAIN|PIPE|NOENT)$/;
const NO_CONNECTION_WORDS =
	/Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable/i;
const CERTIFICATE_CODES = /^(ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;
const PASSWORD_WORDS = /SASL|client password must be/i;

/**
 * The error of the catalogue for what the server or the network reports. What has no place there (a constraint, a
 * defect in a statement) keeps its code and message but loses what quotes values of records.
 */
export function translatePostgresError(error: unknown, where: string): unknown {
	if (error instanceof CounterfoilError || !(error instanceof Error)) return error;
	const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
	const explanation = explain(code, error);
	if (explanation === null) return withoutValues(error);
	return new CounterfoilError(explanation.code, explanation.message, {
		where,
		hint: explanation.hint,
		cause: reason(code),
	});
}

function explain(code: string, error: Error): Explanation | null {
	if (/^[0-9A-Z]{5}$/.test(code) && 'severity' in error) {
		return BY_STATE.find(([pattern]) => pattern.test(code))?.[1] ?? null;
	}
	if (NO_CONNECTION.test(code) || NO_CONNECTION_WORDS.test(error.message)) return UNREACHABLE;
	// Node tries every address of a name and reports all failures in one.
	if (error instanceof AggregateError && error.errors.some((one) => NO_CONNECTION.test(one?.code ?? '')))
		return UNREACHABLE;
	if (CERTIFICATE_CODES.test(code) || /does not support SSL/i.test(error.message)) return CERTIFICATE;
	return PASSWORD_WORDS.test(error.message) ? DENIED : null;
}

/** What caused it, as far as it may be shown: the error itself can hold settings of the connection. */
function reason(code: string): Error {
	return new Error(code === '' ? 'the connection failed' : code);
}

/** Fields in which the server quotes rows: `Failing row contains (...)`, `Key (...)=(...)`, `COPY scores, line 7: ...`. */
const QUOTING_FIELDS = ['detail', 'where', 'hint', 'internalQuery', 'dataType'] as const;

function withoutValues(error: Error): Error {
	if (!('severity' in error)) return error;
	for (const field of QUOTING_FIELDS) if (field in error) Object.assign(error, { [field]: undefined });
	// `invalid input syntax for type integer: "4111..."`
	error.message = error.message.replace(/: ".*$/s, '');
	return error;
}
