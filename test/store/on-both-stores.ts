import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { type PostgresServer, postgresMissing, postgresServer, TEMPLATE } from '../postgres/postgres-server.ts';

export type StoreKind = Store['dialect'];

const kinds = new WeakMap<TestContext, StoreKind>();
let databases = 0;

/** A test that runs once on SQLite and once on a PostgreSQL server. */
export function onBothStores(name: string, work: (t: TestContext, kind: StoreKind) => Promise<void> | void): void {
	const run = (kind: StoreKind) => (t: TestContext) => {
		kinds.set(t, kind);
		return work(t, kind);
	};
	test(`${name} (SQLite)`, run('sqlite'));
	onPostgres(name, run('postgres'));
}

/** A test of what only PostgreSQL has. */
export function onPostgres(name: string, work: (t: TestContext) => Promise<void> | void): void {
	test(`${name} (PostgreSQL)`, { skip: postgresMissing() }, (t) => {
		kinds.set(t, 'postgres');
		return work(t);
	});
}

/** What the test runs on; SQLite where it is not one of `onBothStores`. */
export function storeKind(t: TestContext): StoreKind {
	return kinds.get(t) ?? 'sqlite';
}

/** A folder that is removed when the test is over. */
export function temporaryFolder(t: TestContext): string {
	const folder = mkdtempSync(join(tmpdir(), 'counterfoil-store-'));
	t.after(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

/** Where `openStore` makes a new database; the test's own kind of database, SQLite where it has none. */
export async function newDatabase(t: TestContext): Promise<string> {
	if (storeKind(t) === 'sqlite') return join(temporaryFolder(t), 'test.db');
	return (await postgresDatabase(t, 'template1')).url;
}

/** An empty database of its own. */
export async function temporaryStore(t: TestContext): Promise<Store> {
	const path = storeKind(t) === 'postgres' ? (await postgresDatabase(t, TEMPLATE)).url : await newDatabase(t);
	const store = await openStore({ path });
	t.after(() => store.close());
	return store;
}

export interface PostgresDatabase {
	readonly server: PostgresServer;
	readonly name: string;
	readonly url: string;
}

/** A database of the test server, which is removed when the test is over. */
export async function postgresDatabase(t: TestContext, template: string): Promise<PostgresDatabase> {
	const server = await postgresServer();
	const name = `test_${process.pid}_${++databases}`;
	await server.run(`create database ${name} template ${template}`);
	t.after(() => server.run(`drop database ${name} with (force)`));
	return { server, name, url: server.url(name) };
}
