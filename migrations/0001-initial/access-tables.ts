import { type ColumnDefinitionBuilder, type Kysely, sql } from 'kysely';
import type { SchemaDialect } from '../schema-dialect.ts';

const notNull = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull();
const primaryKey = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull().primaryKey();

/** Tables of who may use the console and the API. Secrets are stored as hashes only. */
export async function createAccessTables(db: Kysely<unknown>, dialect: SchemaDialect): Promise<void> {
	await db.schema
		.createTable('users')
		.addColumn('user_id', 'text', primaryKey)
		.addColumn('name', 'text', (column) => column.notNull().unique())
		.addColumn('role', 'text', notNull)
		.addColumn('password_hash', 'text')
		.addColumn('is_disabled', 'integer', (column) => column.notNull().defaultTo(0))
		.addColumn('created_at', 'text', notNull)
		.addCheckConstraint('users_role_known', sql`role in ('viewer', 'analyst', 'lead', 'admin')`)
		.addCheckConstraint('users_disabled_is_flag', sql`is_disabled in (0, 1)`)
		.modifyEnd(dialect.table)
		.execute();

	await db.schema
		.createTable('logins')
		.addColumn('login_id', 'text', primaryKey)
		.addColumn('user_id', 'text', (column) => column.notNull().references('users.user_id'))
		.addColumn('token_sha256', 'text', (column) => column.notNull().unique())
		.addColumn('created_at', 'text', notNull)
		.addColumn('last_used_at', 'text')
		.addColumn('expires_at', 'text', notNull)
		.addColumn('revoked_at', 'text')
		.modifyEnd(dialect.table)
		.execute();
	await db.schema.createIndex('logins_by_user').on('logins').column('user_id').execute();

	await db.schema
		.createTable('api_tokens')
		.addColumn('token_id', 'text', primaryKey)
		.addColumn('user_id', 'text', (column) => column.notNull().references('users.user_id'))
		.addColumn('name', 'text', notNull)
		.addColumn('token_sha256', 'text', (column) => column.notNull().unique())
		.addColumn('created_at', 'text', notNull)
		.addColumn('last_used_at', 'text')
		.addColumn('expires_at', 'text')
		.addColumn('revoked_at', 'text')
		.modifyEnd(dialect.table)
		.execute();
	await db.schema.createIndex('api_tokens_by_user').on('api_tokens').column('user_id').execute();

	await db.schema
		.createTable('idempotency_keys')
		.addColumn('scope', 'text', notNull)
		.addColumn('key', 'text', notNull)
		.addColumn('request_sha256', 'text', notNull)
		.addColumn('response_status', 'integer')
		.addColumn('response_json', 'text')
		.addColumn('created_at', 'text', notNull)
		.addColumn('expires_at', 'text', notNull)
		.addPrimaryKeyConstraint('idempotency_keys_key', ['scope', 'key'])
		.modifyEnd(dialect.clusteredTable)
		.execute();
	await db.schema.createIndex('idempotency_keys_by_expiry').on('idempotency_keys').column('expires_at').execute();
}
