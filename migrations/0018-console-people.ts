import { type Kysely, sql } from 'kysely';
import type { ObjectDescription } from './0001-initial/object-description.ts';
import { describeObjects } from './describe-objects.ts';
import { schemaDialect } from './schema-dialect.ts';

const TABLES: Readonly<Record<string, ObjectDescription>> = {
	queue_roles: {
		about: 'What somebody may do in one queue, where it is not what their role lets them do elsewhere.',
		columns: {
			queue_id: 'The queue.',
			user_id: 'The user.',
			role: 'viewer, analyst or lead: in this queue, in place of the role of the user.',
		},
	},
};

const SUBJECT =
	'Who the user is at an OpenID provider: its address, #, and what it calls them; null for users with a password.';

/** Who may do what in which queue, who signs in by a provider, and the index of what has drifted. */
export async function up(db: Kysely<unknown>): Promise<void> {
	const dialect = schemaDialect(db);
	await db.schema
		.createTable('queue_roles')
		.addColumn('user_id', 'text', (column) => column.notNull().references('users.user_id'))
		.addColumn('queue_id', 'integer', (column) => column.notNull().references('queues.queue_id'))
		.addColumn('role', 'text', (column) => column.notNull().check(sql`role in ('viewer', 'analyst', 'lead')`))
		.addPrimaryKeyConstraint('queue_roles_key', ['user_id', 'queue_id'])
		.modifyEnd(dialect.clusteredTable)
		.execute();
	await db.schema.createIndex('queue_roles_by_queue').on('queue_roles').column('queue_id').execute();
	await describeObjects(db, TABLES);
	await db.schema.alterTable('users').addColumn('subject', 'text').execute();
	await sql`insert into schema_doc (object, column_name, description)
		values ('users', 'subject', ${SUBJECT})`.execute(db);
	await db.schema.createIndex('users_by_subject').on('users').column('subject').unique().execute();
	await db.schema
		.createIndex('drift_metrics_whole')
		.on('drift_metrics')
		.columns(['computed_at desc', 'dataset_id', 'model_id'])
		.where(sql.ref('metric'), '=', sql.lit('two_sample_area'))
		.execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
	await db.schema.dropIndex('drift_metrics_whole').execute();
	await db.schema.dropIndex('users_by_subject').execute();
	await sql`delete from schema_doc where object = 'users' and column_name = 'subject'`.execute(db);
	await db.schema.alterTable('users').dropColumn('subject').execute();
	await sql`delete from schema_doc where object = 'queue_roles'`.execute(db);
	await db.schema.dropTable('queue_roles').execute();
}
