import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { sql } from 'kysely';
import { MIGRATIONS } from '../../migrations/index.ts';
import { migrateToLatest, readMigrationState, revertMigrations } from '../../src/store/migrate.ts';
import { connectSqlite, createSqliteKysely } from '../../src/store/sqlite-connection.ts';
import { startScript } from './child-process.ts';
import { newDatabase, onBothStores, onPostgres, temporaryFolder, temporaryStore } from './on-both-stores.ts';
import { readSchema } from './read-schema.ts';

const TABLES = `datasets rejects runs run_steps run_shards models model_metrics records scores synthetic_tables
	synthetic_rows queues review_items review_events suppressions labels drift_metrics users logins api_tokens
	idempotency_keys schema_doc reason_codes review_notes purges purged_rows repeated_keys queue_roles schedules schedule_items access_events
	promotions`.split(/\s+/);
const VIEWS = `latest_scores review_queue score_history score_deciles reject_summary precision_at_k reviewer_stats
	model_card latest_labels review_decisions precision_by_day alerts_per_day queue_backlog reviewer_agreement
	recall_estimate`.split(/\s+/);

onBothStores('migrating up, down and up again gives the same schema, and nothing in between', async (t) => {
	const store = await temporaryStore(t);
	const before = await readSchema(store.writer);
	assert.ok(before.length > 60);
	await revertMigrations(store.writer);
	assert.deepEqual(await readSchema(store.writer), []);
	assert.deepEqual(await readMigrationState(store.writer, store.path), {
		applied: [],
		pending: Object.keys(MIGRATIONS),
	});
	assert.deepEqual(await migrateToLatest(store.writer, store.path), Object.keys(MIGRATIONS));
	assert.deepEqual(await readSchema(store.writer), before);
	assert.deepEqual(await migrateToLatest(store.writer, store.path), []);
	assert.deepEqual(await store.engine.findDamage(), []);
});

onBothStores('of processes that migrate at once one does it and the others find it done', async (t) => {
	const path = await newDatabase(t);
	const startAt = String(Date.now() + 1_500);
	const lines = await Promise.all(
		[1, 2, 3].map(async () => (await startScript(t, 'migrate-process.ts', path, startAt)).firstLine),
	);
	assert.deepEqual(lines.toSorted(), [JSON.stringify(Object.keys(MIGRATIONS)), '[]', '[]'].toSorted());
});

test('a migration that runs out of space leaves no trace and goes through once there is room', async (t) => {
	const path = join(temporaryFolder(t), 'test.db');
	const connection = connectSqlite(path, { readonly: false });
	t.after(() => connection.close());
	const db = createSqliteKysely(connection);
	connection.pragma('max_page_count = 40');
	await assert.rejects(migrateToLatest(db, path), { code: 'DISK_FULL' });
	assert.deepEqual(connection.prepare('select name from sqlite_schema').all(), []);
	connection.pragma('max_page_count = 4000');
	assert.deepEqual(await migrateToLatest(db, path), Object.keys(MIGRATIONS));
});

onBothStores('the database has the tables and views of the architecture', async (t) => {
	const store = await temporaryStore(t);
	const found = await store.reader.introspection.getTables();
	const named = (isView: boolean) => found.filter((table) => table.isView === isView).map((table) => table.name);
	assert.deepEqual(named(false).toSorted(), TABLES.toSorted());
	assert.deepEqual(named(true).toSorted(), VIEWS.toSorted());
});

test('on SQLite every table is STRICT', async (t) => {
	const store = await temporaryStore(t);
	const { rows } = await sql<{ strict: number }>`select strict from pragma_table_list
		where schema = 'main' and type = 'table' and name not like 'sqlite_%' and name not like 'kysely_%'`.execute(
		store.reader,
	);
	assert.ok(rows.length > 20 && rows.every((row) => row.strict === 1));
});

onPostgres('every text compares byte by byte', async (t) => {
	const store = await temporaryStore(t);
	const { rows } = await sql<{ at: string }>`select table_name || '.' || column_name as at
		from information_schema.columns c
		where table_schema = 'public' and data_type = 'text' and collation_name is distinct from 'C'
			and table_name in (select table_name from information_schema.tables where table_type = 'BASE TABLE')`.execute(
		store.reader,
	);
	assert.deepEqual(rows, []);
});

onBothStores('schema_doc describes every table, view and column, and nothing else', async (t) => {
	const store = await temporaryStore(t);
	const found = await store.reader.introspection.getTables();
	const expected = found.flatMap(({ name, columns }) => [
		`${name}.`,
		...columns.map((column) => `${name}.${column.name}`),
	]);
	const described = await store.reader.selectFrom('schema_doc').selectAll().execute();
	assert.deepEqual(described.map((row) => `${row.object}.${row.column_name}`).toSorted(), expected.toSorted());
	assert.ok(described.every((row) => row.description.endsWith('.')));
});
