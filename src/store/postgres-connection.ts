import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import pg from 'pg';
import type { Database } from './database.ts';
import { translatePostgresError } from './postgres-errors.ts';
import type { PostgresAddress } from './postgres-url.ts';

/** How long the server keeps the locks of a process that has stopped in the middle of a transaction. */
const IDLE_TRANSACTION_MS = 5 * 60_000;
/** How long a connection that nobody uses is kept open. */
const IDLE_CONNECTION_MS = 30_000;

const INT8 = 20;
const NUMERIC = 1700;

/** One connection, with errors of the catalogue. */
export interface PostgresConnection extends PostgresPoolClient {
	readonly client: pg.PoolClient;
}

export interface ConnectionPool extends PostgresPool {
	connect(): Promise<PostgresConnection>;
}

/** Connections are made when they are first needed. */
export function createPostgresPool(address: PostgresAddress, options: { readonly readonly: boolean }): ConnectionPool {
	const { host, port, user, password, database } = address;
	const settings = [address.options, options.readonly ? '-c default_transaction_read_only=on' : undefined];
	const pool = new pg.Pool({
		// What is not given is taken from the environment, as with every program for PostgreSQL.
		...withoutUndefined({ host, port, user, password, database }),
		...withoutUndefined({ options: settings.filter((setting) => setting !== undefined).join(' ') || undefined }),
		ssl: address.tls,
		max: address.poolSize,
		connectionTimeoutMillis: address.connectTimeoutMs,
		idleTimeoutMillis: IDLE_CONNECTION_MS,
		statement_timeout: address.statementTimeoutMs,
		lock_timeout: address.lockTimeoutMs,
		idle_in_transaction_session_timeout: IDLE_TRANSACTION_MS,
		application_name: address.applicationName,
		keepAlive: true,
		types: { getTypeParser: parserOf as typeof pg.types.getTypeParser },
	});
	// A connection that is lost while nobody waits for it is replaced; whoever does wait gets the error.
	pool.on('error', () => undefined);
	pool.on('connect', (client) => client.on('error', () => undefined));
	const translate = (error: unknown): never => {
		throw translatePostgresError(error, address.shown);
	};
	const connections = new WeakMap<pg.PoolClient, PostgresConnection>();
	const slots = createSlots(address.poolSize);
	const connect = async (): Promise<pg.PoolClient> => {
		// Whoever waits here waits for another transaction of this process, not for the server.
		await slots.take();
		try {
			return await pool.connect();
		} catch (error) {
			slots.giveBack();
			return translate(error);
		}
	};
	return {
		options: {},
		end: () => pool.end(),
		connect: async () => {
			const client = await connect();
			const known = connections.get(client);
			if (known !== undefined) return known;
			const connection: PostgresConnection = {
				client,
				query: (async (statement: string, parameters: readonly unknown[]) =>
					await client
						.query(statement, parameters.map(storable))
						.catch(translate)) as unknown as PostgresPoolClient['query'],
				release: (isBroken) => {
					client.release(isBroken);
					slots.giveBack();
				},
			};
			connections.set(client, connection);
			return connection;
		},
	};
}

/** Lets so many go on at a time, the others in the order in which they came. */
function createSlots(count: number): { take(): Promise<void>; giveBack(): void } {
	let free = count;
	const waiting: (() => void)[] = [];
	return {
		take: async () => {
			if (free > 0) free -= 1;
			else await new Promise<void>((resolve) => waiting.push(resolve));
		},
		giveBack: () => {
			const next = waiting.shift();
			if (next === undefined) free += 1;
			else next();
		},
	};
}

/** Kysely over a pool. */
export function createPostgresKysely(pool: PostgresPool): Kysely<Database> {
	return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
}

/** Kysely over one connection, for one query or transaction: then it goes back to its pool. */
export function createConnectionKysely(connection: PostgresConnection): Kysely<Database> {
	return createPostgresKysely({ options: {}, connect: async () => connection, end: async () => undefined });
}

/** PostgreSQL's texts cannot hold the character NUL; its picture takes its place. */
export function storable(value: unknown): unknown {
	return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\u2400') : value;
}

/** Counts and sums are numbers, as they are on SQLite. */
function parserOf(type: number, format?: 'text' | 'binary'): (text: string) => unknown {
	return type === INT8 || type === NUMERIC ? Number : pg.types.getTypeParser(type, format as 'text');
}

function withoutUndefined<Value>(values: Readonly<Record<string, Value | undefined>>): Record<string, Value> {
	return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, Value] => entry[1] !== undefined));
}
