/** Takes the write lock of a database, says so, and holds it until it is killed. */
import { connectSqlite } from '../../src/store/sqlite-connection.ts';

const connection = connectSqlite(process.argv[2] as string, { readonly: false });
connection.exec('begin immediate');
console.log('locked');
// The connection must stay in use: collected as garbage, it would let go of the lock.
setInterval(() => connection.inTransaction, 1_000);
