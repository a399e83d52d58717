/** Opens the database at a moment that is given, and says which migrations it applied. */
import { migrateToLatest } from '../../src/store/migrate.ts';
import { createPostgresKysely, createPostgresPool } from '../../src/store/postgres-connection.ts';
import { isPostgresUrl, parsePostgresUrl } from '../../src/store/postgres-url.ts';
import { connectSqlite, createSqliteKysely } from '../../src/store/sqlite-connection.ts';

const [path, startAt] = process.argv.slice(2) as [string, string];
while (Date.now() < Number(startAt));
if (isPostgresUrl(path)) {
	const db = createPostgresKysely(createPostgresPool(parsePostgresUrl(path), { readonly: false }));
	console.log(JSON.stringify(await migrateToLatest(db, path)));
	await db.destroy();
} else {
	const connection = connectSqlite(path, { readonly: false });
	console.log(JSON.stringify(await migrateToLatest(createSqliteKysely(connection), path)));
	connection.close();
}
