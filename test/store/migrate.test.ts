import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { sql } from 'kysely';
import { MIGRATIONS } from '../../migrations/index.ts';
import { migrateToLatest, readMigrationState, revertMigrations } from '../../src/store/migrate.ts';
import { connectSqlite, createSqliteKysely } from '../../src/store/sqlite-connection.ts';
import { startScript } from './child-process.ts';
import { temporaryFolder, temporaryStore } from './seeded-store.ts';

const TABLES = `datasets rejects runs run_steps run_shards models model_metrics records scores synthetic_tables
	synthetic_rows queues review_items review_events suppressions labels drift_metrics users logins api_tokens
	idempotency_keys schema_doc reason_codes review_notes`.split(/\s+/);
const VIEWS = `latest_scores review_queue score_history score_deciles reject_summary precision_at_k reviewer_stats
	model_card latest_labels`.split(/\s+/);

async function readSchema(db: Parameters<typeof revertMigrations>[0]): Promise<string[]> {
	const { rows } = await sql<{ sql: string }>`select sql from sqlite_schema
		where sql is not null and name not like 'kysely_%' and name not like 'sqlite_%' order by type, name`.execute(db);
	return rows.map((row) => row.sql);
}

test('migrating up, down and up again gives the same schema, and nothing in between', async (t) => {
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

test('of processes that migrate at once one does it and the others find it done', async (t) => {
	const path = join(temporaryFolder(t), 'test.db');
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

test('the database has the tables and views of the architecture, every table STRICT', async (t) => {
	const store = await temporaryStore(t);
	const { rows } = await sql<{ name: string; type: string; strict: number }>`select name, type, strict
		from pragma_table_list where schema = 'main' and name not like 'sqlite_%' and name not like 'kysely_%'`.execute(
		store.reader,
	);
	const named = (type: string) => rows.filter((row) => row.type === type).map((row) => row.name);
	assert.deepEqual(named('table').toSorted(), TABLES.toSorted());
	assert.deepEqual(named('view').toSorted(), VIEWS.toSorted());
	assert.ok(rows.filter((row) => row.type === 'table').every((row) => row.strict === 1));
});

test('schema_doc describes every table, view and column, and nothing else', async (t) => {
	const store = await temporaryStore(t);
	const expected: string[] = [];
	for (const object of [...TABLES, ...VIEWS]) {
		const { rows } = await sql<{ name: string }>`select name from pragma_table_info(${object})`.execute(store.reader);
		assert.ok(rows.length > 0);
		expected.push(`${object}.`, ...rows.map((row) => `${object}.${row.name}`));
	}
	const described = await store.reader.selectFrom('schema_doc').selectAll().execute();
	assert.deepEqual(described.map((row) => `${row.object}.${row.column_name}`).toSorted(), expected.toSorted());
	assert.ok(described.every((row) => row.description.endsWith('.')));
});
