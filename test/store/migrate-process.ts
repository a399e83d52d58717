/** Opens the database at a moment that is given, and says which migrations it applied. */
import { migrateToLatest } from '../../src/store/migrate.ts';
import { connectSqlite, createSqliteKysely } from '../../src/store/sqlite-connection.ts';

const [path, startAt] = process.argv.slice(2) as [string, string];
while (Date.now() < Number(startAt));
const connection = connectSqlite(path, { readonly: false });
console.log(JSON.stringify(await migrateToLatest(createSqliteKysely(connection), path)));
connection.close();
