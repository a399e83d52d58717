import { assertUpToDate, migrateToLatest } from './migrate.ts';
import { createPostgresKysely, createPostgresPool } from './postgres-connection.ts';
import { createPostgresEngine } from './postgres-engine.ts';
import { parsePostgresUrl } from './postgres-url.ts';
import type { Store } from './store.ts';

export interface OpenPostgresOptions {
	readonly url: string;
	readonly readonly: boolean;
	readonly migrate: boolean;
	readonly lockTimeoutMs: number | undefined;
}

/** Opens a database on a PostgreSQL server, see `openStore`. */
export async function openPostgresStore(options: OpenPostgresOptions): Promise<Store> {
	const parsed = parsePostgresUrl(options.url);
	const address = { ...parsed, lockTimeoutMs: options.lockTimeoutMs ?? parsed.lockTimeoutMs };
	const { readonly } = options;
	const writing = createPostgresPool(address, { readonly });
	const writer = createPostgresKysely(writing);
	// Another pool: transactions that wait for a reader must not hold all the connections that it could have.
	const reader = createPostgresKysely(createPostgresPool(address, { readonly: true }));
	const close = async (): Promise<void> => {
		await reader.destroy();
		await writer.destroy();
	};
	try {
		if (readonly || !options.migrate) await assertUpToDate(writer, address.shown);
		else await migrateToLatest(writer, address.shown);
	} catch (error) {
		await close();
		throw error;
	}
	const engine = createPostgresEngine(writing, writer, address.shown);
	return { dialect: 'postgres', path: address.shown, readonly, writer, reader, engine, close };
}
