import { CompiledQuery, type Kysely, sql } from 'kysely';
import { CounterfoilError } from '../contracts/errors.ts';
import { copyRows } from './copy-rows.ts';
import type { Database } from './database.ts';
import { type ConnectionPool, createConnectionKysely, type PostgresConnection } from './postgres-connection.ts';
import { translatePostgresError } from './postgres-errors.ts';
import { postgresTables } from './postgres-tables.ts';
import type { BulkRows, BulkTransaction, StoreEngine, StoreTransaction } from './store.ts';

const UNIQUE_VIOLATION = '23505';

/** @param shown the URL without its password */
export function createPostgresEngine(pool: ConnectionPool, writer: Kysely<Database>, shown: string): StoreEngine {
	async function bulk<T>(work: (bulk: BulkTransaction) => Promise<T>): Promise<T> {
		const connection = await pool.connect();
		// The transaction gives the connection back when it is over.
		return await createConnectionKysely(connection)
			.transaction()
			.execute((transaction) => work(bulkTransaction(transaction, connection, shown)));
	}

	/** A commit that is waited for takes all earlier ones to the disk with it, whatever the server is set to. */
	async function flush(): Promise<void> {
		await writer.transaction().execute(async (transaction) => {
			await sql`set local synchronous_commit = on`.execute(transaction);
			await sql`select pg_current_xact_id()`.execute(transaction);
		});
	}

	async function copyTo(): Promise<void> {
		throw new CounterfoilError('USAGE', 'A database on a PostgreSQL server is copied by its own tools.', {
			where: shown,
			hint: `Run: pg_dump --format=custom --file=counterfoil.dump "${shown}"; pg_restore brings it back.`,
		});
	}

	/** The server guards the data itself; what it cannot promise is what was switched off or left half done. */
	async function findDamage(): Promise<string[]> {
		const { rows } = await sql<{ finding: string }>`
			select format('the index %s is not valid', indexrelid::regclass) as finding from pg_index
				join pg_class on pg_class.oid = indexrelid
				where relnamespace = current_schema()::regnamespace and not (indisvalid and indisready)
			union all
			select format('the constraint %s of %s was never checked', conname, conrelid::regclass) from pg_constraint
				where connamespace = current_schema()::regnamespace and not convalidated
			union all
			select format('the trigger %s of %s is switched off', tgname, tgrelid::regclass) from pg_trigger
				join pg_class on pg_class.oid = tgrelid
				where relnamespace = current_schema()::regnamespace and tgenabled = 'D'
			union all
			select format('%s pages of the database do not have the checksum that they should', checksum_failures)
				from pg_stat_database where datname = current_database() and checksum_failures > 0`.execute(writer);
		return rows.map(({ finding }) => finding);
	}

	return { bulk, flush, copyTo, findDamage, tables: postgresTables };
}

function bulkTransaction(
	transaction: StoreTransaction,
	connection: PostgresConnection,
	shown: string,
): BulkTransaction {
	const insert = async (rows: BulkRows): Promise<void> => {
		try {
			await copyRows(connection.client, rows);
		} catch (error) {
			throw translatePostgresError(error, shown);
		}
	};
	const run = (statement: string) => transaction.executeQuery(CompiledQuery.raw(statement));
	return {
		transaction,
		insert,
		insertUnlessTaken: async (rows) => {
			await run('savepoint unless_taken');
			try {
				await insert(rows);
				await run('release savepoint unless_taken');
				return true;
			} catch (error) {
				if (!(error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION)) throw error;
				await run('rollback to savepoint unless_taken');
				await run('release savepoint unless_taken');
				return false;
			}
		},
	};
}
