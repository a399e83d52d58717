import Sqlite from 'better-sqlite3';
import type { QueryArrayConfig } from 'pg';
import { CounterfoilError } from '../contracts/errors.ts';
import { isPostgresUrl, parsePostgresUrl } from './postgres-url.ts';

export interface QueryLimits {
	/** The file, or a URL of PostgreSQL. */
	readonly database: string;
	readonly sql: string;
	readonly mostRows: number;
	readonly longestMs: number;
	/** Told when the database is open and the query understood, before it is carried out. */
	readonly onBegin: () => void;
}

export interface QueryRows {
	readonly columns: string[];
	readonly rows: (string | number | null)[][];
	/** Whether there are more rows. */
	readonly isCut: boolean;
	readonly tookMs: number;
}

/** Who may sign in, with what and when is for nobody to read by SQL. */
export const SECRET_TABLES = [
	'users',
	'queue_roles',
	'logins',
	'api_tokens',
	'idempotency_keys',
	'access_events',
] as const;
const LONGEST_CELL = 10_000;
/** Characters of an answer at most: the process that is told it has others to serve meanwhile. */
const LARGEST_ANSWER = 4_000_000;

/**
 * Carries out one query that only reads. It may hold its thread for as long as it takes: it is for a process of its
 * own that somebody kills.
 *
 * @throws QUERY_REFUSED for what is no single query, writes, or looks at who may sign in
 */
export async function readByQuery(limits: QueryLimits): Promise<QueryRows> {
	return isPostgresUrl(limits.database) ? await readPostgres(limits) : readSqlite(limits);
}

function readSqlite({ database, sql, mostRows, onBegin }: QueryLimits): QueryRows {
	const connection = new Sqlite(database, { readonly: true, fileMustExist: true });
	try {
		connection.pragma('query_only = ON');
		connection.pragma('trusted_schema = OFF');
		const statement = refuseFailures(() => connection.prepare(sql));
		if (!statement.reader || !statement.readonly) throw refused('Only a query that reads can be run here.');
		requireOpenTables(connection, sql);
		const columns = statement.columns().map(({ name }) => name);
		const rows: QueryRows['rows'] = [];
		let isCut = false;
		onBegin();
		const startMs = performance.now();
		refuseFailures(() => {
			let size = 0;
			for (const row of statement.raw(true).iterate() as Iterable<unknown[]>) {
				const cells = row.map(toCell);
				size += sizeOf(cells);
				isCut = rows.length === mostRows || size > LARGEST_ANSWER;
				if (isCut) break;
				rows.push(cells);
			}
		});
		return { columns, rows, isCut, tookMs: performance.now() - startMs };
	} finally {
		connection.close();
	}
}

/** The program of a query names every table and index that it opens by its root page; so does the schema. */
function requireOpenTables(connection: Sqlite.Database, sql: string): void {
	const marks = SECRET_TABLES.map(() => '?').join(', ');
	const secret = connection
		.prepare(`select rootpage from sqlite_schema where tbl_name in (${marks}) and rootpage > 0`)
		.pluck()
		.all(...SECRET_TABLES) as number[];
	const program = refuseFailures(() => connection.prepare(`explain ${sql}`).all()) as readonly {
		readonly opcode: string;
		readonly p2: number;
	}[];
	for (const { opcode, p2 } of program) {
		const isOpened = opcode === 'OpenRead' || opcode === 'OpenWrite' || opcode === 'ReopenIdx';
		if (isOpened && secret.includes(p2)) throw refused('Who may sign in is not to be read here.');
	}
}

async function readPostgres({ database, sql, mostRows, longestMs, onBegin }: QueryLimits): Promise<QueryRows> {
	const { default: pg } = await import('pg');
	const { host, port, user, password, database: name, tls } = parsePostgresUrl(database);
	const given = Object.fromEntries(
		Object.entries({ host, port, user, password, database: name }).filter(([, value]) => value !== undefined),
	);
	/** With the extended protocol a text is one statement. */
	const one = (text: string): QueryArrayConfig & { readonly queryMode: 'extended' } => ({
		text,
		rowMode: 'array',
		queryMode: 'extended',
	});
	const client = new pg.Client({ ...given, ssl: tls, statement_timeout: longestMs, connectionTimeoutMillis: 5_000 });
	await client.connect();
	try {
		await client.query('begin read only');
		onBegin();
		const startMs = performance.now();
		// The cursor reads no more rows than are wanted.
		await client.query(one(`declare asked no scroll cursor for ${sql}`)).catch(refuse);
		const { fields, rows } = await client.query(one(`fetch ${mostRows + 1} from asked`)).catch(refuse);
		let size = 0;
		const told = rows
			.slice(0, mostRows)
			.map((row) => row.map(toCell))
			.filter((cells) => {
				size += sizeOf(cells);
				return size <= LARGEST_ANSWER;
			});
		return {
			columns: fields.map((field) => field.name),
			rows: told,
			isCut: rows.length > told.length,
			tookMs: performance.now() - startMs,
		};
	} finally {
		await client.end();
	}
}

function refuse(error: Error): never {
	throw refused(error.message);
}

function toCell(value: unknown): string | number | null {
	if (value === null || value === undefined) return null;
	if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
	if (Buffer.isBuffer(value)) return `${value.length} bytes`;
	const text =
		value instanceof Date ? value.toISOString() : typeof value === 'object' ? JSON.stringify(value) : String(value);
	return text.length > LONGEST_CELL ? `${text.slice(0, LONGEST_CELL)}…` : text;
}

function sizeOf(cells: readonly (string | number | null)[]): number {
	return cells.reduce<number>((sum, cell) => sum + (typeof cell === 'string' ? cell.length : 8), 0);
}

function refuseFailures<T>(work: () => T): T {
	try {
		return work();
	} catch (error) {
		if (error instanceof Sqlite.SqliteError || error instanceof RangeError || error instanceof TypeError) {
			throw refused(error.message);
		}
		throw error;
	}
}

/** What the database says of a query that somebody typed is for them to read. */
function refused(message: string): CounterfoilError {
	return new CounterfoilError('QUERY_REFUSED', message, { hint: 'one SELECT; /sql shows what there is to query' });
}
