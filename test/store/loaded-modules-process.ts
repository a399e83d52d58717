/** Opens a database and says which of its modules of database systems are loaded. */
import { createRequire } from 'node:module';
import { openStore } from '../../src/store/open-store.ts';

const store = await openStore({ path: process.argv[2] as string });
await store.close();
const loaded = Object.keys(createRequire(import.meta.url).cache);
console.log(
	['better-sqlite3', 'pg'].filter((name) => loaded.some((path) => path.includes(`/node_modules/${name}/`))).join(),
);
