/**
 * The one error class of the project and the catalogue of its codes.
 *
 * A code is stable: scripts and tests match on it. `retryable` says whether doing the same again may
 * succeed (a lost connection) or cannot (a broken file); workers turn it into a retry policy. `exitCode`
 * is what the command line ends with: 1 failed, 2 usage, 3 a gate failed, 4 input not readable,
 * 5 locked or conflict, 6 resource limit, 7 permission, 70 bug.
 */
export interface ErrorKind {
	readonly retryable: boolean;
	readonly exitCode: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 70 | 130;
	/** What the code means, in one sentence; shown in docs/errors.md. */
	readonly meaning: string;
}

export const ERROR_CATALOGUE = {
	ARROW_COMPRESSION_UNSUPPORTED: {
		retryable: false,
		exitCode: 4,
		meaning: 'The Arrow bodies are compressed with a codec that is not available.',
	},
	ARROW_UNREADABLE: {
		retryable: false,
		exitCode: 4,
		meaning: 'The Arrow data is truncated, damaged or uses a type that is not supported.',
	},
	ARTIFACT_CORRUPT: {
		retryable: false,
		exitCode: 1,
		meaning: 'A stored file does not have the content that its hash promises.',
	},
	ARTIFACT_MISSING: { retryable: false, exitCode: 1, meaning: 'A stored file that the database names does not exist.' },
	AUDIT_BROKEN: {
		retryable: false,
		exitCode: 3,
		meaning: 'The log of the review queue, or what it tells about, was altered.',
	},
	AUTHENTICATION_NEEDED: {
		retryable: false,
		exitCode: 7,
		meaning: 'The console does not know who asks: no session, no token, or a wrong password.',
	},
	BACKEND_UNAVAILABLE: {
		retryable: false,
		exitCode: 1,
		meaning: 'The TensorFlow backend that was asked for cannot be loaded.',
	},
	CANCELLED: { retryable: false, exitCode: 130, meaning: 'The work was cancelled before it was done.' },
	CHILD_CRASHED: { retryable: true, exitCode: 1, meaning: 'A compute process ended unexpectedly.' },
	CHILD_OUT_OF_MEMORY: { retryable: true, exitCode: 6, meaning: 'A compute process reached its memory limit.' },
	CHILD_TIMED_OUT: {
		retryable: true,
		exitCode: 6,
		meaning: 'A compute process gave no sign of life for too long and was stopped.',
	},
	COLUMN_UNKNOWN: { retryable: false, exitCode: 2, meaning: 'A column that was named does not exist in the table.' },
	CONDITION_INVALID: {
		retryable: false,
		exitCode: 2,
		meaning: 'A condition names a column or a level that the model does not know.',
	},
	CONFIG_INVALID: {
		retryable: false,
		exitCode: 2,
		meaning: 'An option or a value in the configuration file is not valid.',
	},
	CONFIRMATION_NEEDED: {
		retryable: false,
		exitCode: 2,
		meaning: 'It cannot be taken back, and nobody has said that it is meant.',
	},
	CSV_TOO_MANY_COLUMNS: { retryable: false, exitCode: 4, meaning: 'The header has more columns than the limit.' },
	CSV_UNCLOSED_QUOTE: { retryable: false, exitCode: 4, meaning: 'A quoted field is opened and never closed.' },
	CSV_UNREADABLE: { retryable: false, exitCode: 4, meaning: 'The text cannot be read as a delimited table.' },
	DATABASE_CORRUPT: { retryable: false, exitCode: 1, meaning: 'The database fails its integrity check.' },
	DATABASE_FOREIGN: {
		retryable: false,
		exitCode: 2,
		meaning: 'The database that was named belongs to another program.',
	},
	DATABASE_LOCKED: { retryable: true, exitCode: 5, meaning: 'Another process holds the database for writing.' },
	DATABASE_NEWER: {
		retryable: false,
		exitCode: 1,
		meaning: 'The database was written by a newer version of counterfoil.',
	},
	DATABASE_NOT_ACCESSIBLE: {
		retryable: false,
		exitCode: 7,
		meaning: 'The database may not be opened, read or written: rights, a wrong password, an encryption that fails.',
	},
	DATABASE_OUTDATED: {
		retryable: false,
		exitCode: 1,
		meaning: 'The database lacks migrations and was opened for reading only.',
	},
	DATABASE_TIMEOUT: { retryable: true, exitCode: 6, meaning: 'A statement took longer than the database allows.' },
	DATABASE_UNREACHABLE: {
		retryable: true,
		exitCode: 1,
		meaning: 'The database server does not answer, or has no connection left.',
	},
	DISK_FULL: { retryable: true, exitCode: 6, meaning: 'There is no space left where counterfoil writes.' },
	INPUT_CHANGED: { retryable: false, exitCode: 4, meaning: 'The input became another one while it was read.' },
	INPUT_COMPRESSION_DAMAGED: {
		retryable: false,
		exitCode: 4,
		meaning: 'The compressed input is truncated or damaged.',
	},
	INPUT_HEADER_TOO_LONG: {
		retryable: false,
		exitCode: 4,
		meaning: 'The names of the columns take more than the limit.',
	},
	INPUT_NOT_ALLOWED: {
		retryable: false,
		exitCode: 7,
		meaning: 'The input is outside of the folders that tables may be read from.',
	},
	INPUT_NOT_FOUND: { retryable: false, exitCode: 4, meaning: 'The input file does not exist.' },
	INPUT_NOT_READABLE: {
		retryable: false,
		exitCode: 4,
		meaning: 'The input exists but cannot be read (a folder, a device, no permission).',
	},
	INPUT_TOO_LARGE: { retryable: false, exitCode: 6, meaning: 'The decompressed input is larger than the limit.' },
	INPUT_UNSAFE: {
		retryable: false,
		exitCode: 6,
		meaning: 'Reading the input took more memory or time than it may, or ended the process that read it.',
	},
	INTERNAL: { retryable: false, exitCode: 70, meaning: 'A defect in counterfoil itself.' },
	ITEM_CHANGED: {
		retryable: false,
		exitCode: 5,
		meaning: 'The review item is not any more what the caller saw when deciding what to do.',
	},
	ITEM_HELD: { retryable: true, exitCode: 5, meaning: 'Another reviewer holds the item for the time being.' },
	ITEM_STATE: {
		retryable: false,
		exitCode: 5,
		meaning: 'The review item is not in a state in which this can be done.',
	},
	JSON_UNREADABLE: {
		retryable: false,
		exitCode: 4,
		meaning: 'The JSON text cannot be read as rows: an array that is cut short, or too many different keys.',
	},
	MODEL_INVALID: { retryable: false, exitCode: 1, meaning: 'A model file is damaged or was made by another version.' },
	NOT_ALLOWED: {
		retryable: false,
		exitCode: 7,
		meaning: 'The role of whoever asks does not reach, or the request came from another site.',
	},
	NOT_FOUND: {
		retryable: false,
		exitCode: 2,
		meaning: 'The run, model, data set or item that was named does not exist.',
	},
	NOT_READY: {
		retryable: true,
		exitCode: 1,
		meaning: 'The console cannot work at the moment: its database is away, or lacks migrations.',
	},
	OUTPUT_EXISTS: {
		retryable: false,
		exitCode: 5,
		meaning: 'A file that was to be made is there already.',
	},
	OUTPUT_NOT_WRITABLE: {
		retryable: false,
		exitCode: 7,
		meaning: 'A file or folder that counterfoil writes to cannot be made or written.',
	},
	PARQUET_UNREADABLE: {
		retryable: false,
		exitCode: 4,
		meaning: 'The Parquet data is truncated, damaged, encrypted or uses a type that is not supported.',
	},
	PROVIDER_UNREACHABLE: {
		retryable: true,
		exitCode: 5,
		meaning: 'The OpenID provider that people sign in by cannot be reached, or does not answer as one.',
	},
	QUERY_LIMIT: {
		retryable: false,
		exitCode: 6,
		meaning: 'A query of the SQL page took more time or memory than it may and was ended.',
	},
	QUERY_REFUSED: {
		retryable: false,
		exitCode: 2,
		meaning: 'A query of the SQL page is no single query that only reads, or cannot be understood.',
	},
	REJECTS_OVER_LIMIT: { retryable: false, exitCode: 3, meaning: 'More rows were rejected than the limit allows.' },
	RELEASE_REFUSED: {
		retryable: false,
		exitCode: 3,
		meaning: 'Generated rows repeat real ones, or are no better than independent columns, and are not handed out.',
	},
	REQUEST_INVALID: {
		retryable: false,
		exitCode: 2,
		meaning: 'A request to the API does not have the form that its description asks for.',
	},
	REQUEST_REPEATED: {
		retryable: false,
		exitCode: 5,
		meaning: 'The Idempotency-Key was used for another request, or that request is still under way.',
	},
	REQUEST_TOO_LARGE: { retryable: false, exitCode: 6, meaning: 'A request to the API is larger than the limit.' },
	RUN_ACTIVE: { retryable: false, exitCode: 5, meaning: 'The same run is being carried out by another process.' },
	RUN_STATE: { retryable: false, exitCode: 5, meaning: 'The run is not in a state in which this can be done.' },
	SCHEMA_MISMATCH: {
		retryable: false,
		exitCode: 3,
		meaning: 'The data does not have the columns of the model or the data set that it is held against.',
	},
	SCHEMA_QUARANTINED: {
		retryable: false,
		exitCode: 3,
		meaning: 'The file differs from what was known, and its policy holds it back: nothing of it was loaded.',
	},
	SECOND_REVIEWER_NEEDED: {
		retryable: false,
		exitCode: 3,
		meaning: 'The decision must be confirmed by another person than the one who made it.',
	},
	SIGN_CHECK_FAILED: {
		retryable: false,
		exitCode: 3,
		meaning: 'Injected noise does not score as more anomalous than real rows.',
	},
	STALE_ATTEMPT: {
		retryable: false,
		exitCode: 1,
		meaning: 'A newer attempt of the same step has taken over; this one may not write.',
	},
	STORAGE_NOT_ACCESSIBLE: {
		retryable: false,
		exitCode: 7,
		meaning: 'The object storage may not be used: credentials, rights, no such bucket, or its client is not installed.',
	},
	STORAGE_UNREACHABLE: { retryable: true, exitCode: 1, meaning: 'The object storage does not answer.' },
	TABLE_EMPTY: { retryable: false, exitCode: 4, meaning: 'The input has no rows.' },
	TABLE_EXISTS: {
		retryable: false,
		exitCode: 5,
		meaning: 'The database has something else by the name of the table that was to be made.',
	},
	TABLE_UNTRAINABLE: {
		retryable: false,
		exitCode: 4,
		meaning: 'The table has too few rows, or no column that can be learnt from.',
	},
	TEMPORAL_UNREACHABLE: {
		retryable: true,
		exitCode: 1,
		meaning: 'No Temporal server answers at the configured address.',
	},
	TIMED_OUT: {
		retryable: true,
		exitCode: 6,
		meaning: 'The time that --timeout allows was over before the work was done.',
	},
	TOO_MANY_REQUESTS: {
		retryable: true,
		exitCode: 5,
		meaning: 'The console was asked too often in a short time: wrong passwords, open streams, queries.',
	},
	TRAINING_DIVERGED: {
		retryable: false,
		exitCode: 1,
		meaning: 'Training produced values that are not finite and could not recover.',
	},
	USAGE: { retryable: false, exitCode: 2, meaning: 'The command was called in a way that it does not understand.' },
	WEBHOOK_FAILED: {
		retryable: true,
		exitCode: 1,
		meaning: 'The address that alerts are sent to cannot be reached, or could not take one at the moment.',
	},
	WEBHOOK_REFUSED: {
		retryable: false,
		exitCode: 1,
		meaning: 'The address that alerts are sent to does not take them, or there is no secret to sign them with.',
	},
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

export interface ErrorDetails {
	/** Where it happened, in the user's terms: `file.csv:17:3 (byte 88213)`, `column "amount"`. */
	readonly where?: string;
	/** What to do about it: a command or an option, in one sentence. */
	readonly hint?: string;
	readonly cause?: unknown;
}

/** The form in which an error crosses a process, a workflow or `--json`. */
export interface ErrorRecord {
	readonly code: ErrorCode;
	readonly message: string;
	readonly where?: string;
	readonly hint?: string;
	readonly retryable: boolean;
}

/** Whether a value that came from elsewhere (another process, a workflow) is an error record. */
export function isErrorRecord(value: unknown): value is ErrorRecord {
	if (typeof value !== 'object' || value === null) return false;
	const { code, message } = value as Partial<Record<keyof ErrorRecord, unknown>>;
	return typeof code === 'string' && Object.hasOwn(ERROR_CATALOGUE, code) && typeof message === 'string';
}

export class CounterfoilError extends Error {
	readonly code: ErrorCode;
	readonly where: string | undefined;
	readonly hint: string | undefined;

	constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
		super(message, details.cause === undefined ? {} : { cause: details.cause });
		this.name = 'CounterfoilError';
		this.code = code;
		this.where = details.where;
		this.hint = details.hint;
	}

	get retryable(): boolean {
		return ERROR_CATALOGUE[this.code].retryable;
	}

	get exitCode(): number {
		return ERROR_CATALOGUE[this.code].exitCode;
	}

	toRecord(): ErrorRecord {
		return {
			code: this.code,
			message: this.message,
			...(this.where === undefined ? {} : { where: this.where }),
			...(this.hint === undefined ? {} : { hint: this.hint }),
			retryable: this.retryable,
		};
	}

	static fromRecord(record: ErrorRecord): CounterfoilError {
		return new CounterfoilError(record.code, record.message, {
			...(record.where === undefined ? {} : { where: record.where }),
			...(record.hint === undefined ? {} : { hint: record.hint }),
		});
	}

	/** Wraps anything thrown: a CounterfoilError stays itself, all else becomes INTERNAL with its cause. */
	static from(error: unknown): CounterfoilError {
		if (error instanceof CounterfoilError) return error;
		const message = error instanceof Error ? error.message : String(error);
		return new CounterfoilError('INTERNAL', message, { cause: error });
	}
}
