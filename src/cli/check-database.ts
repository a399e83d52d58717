import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CounterfoilError } from '../contracts/errors.ts';
import { type Finding, finding } from './finding.ts';
import { formatQuantity } from './format-values.ts';

/** Whether the database can be used. Asking changes nothing. */
export async function checkDatabase(db: string | undefined): Promise<Finding> {
	const { findDatabase } = await import('../runtime/find-home.ts');
	const { isPostgresUrl } = await import('../store/postgres-url.ts');
	const database = findDatabase(db);
	if (isPostgresUrl(database)) return await checkPostgres(database);
	return existsSync(database) ? await checkSqlite(database) : await tryAnother(database);
}

async function checkPostgres(url: string): Promise<Finding> {
	const { readStoreStatus } = await import('../store/read-store-status.ts');
	const { showDatabase } = await import('../store/postgres-url.ts');
	const path = showDatabase(url);
	try {
		const { version, pending, remarks, applied } = await readStoreStatus(url);
		const lacking = pending.length === 0 ? [] : [`lacks ${formatQuantity(pending.length, 'migration')}`];
		const findings = [...(applied.length === 0 ? ['no tables yet, the first run makes them'] : lacking), ...remarks];
		const words = [`${version}, opens ${path}`, ...findings].join(', ');
		const remedy = applied.length > 0 && pending.length > 0 ? 'counterfoil db migrate, as a user who may' : null;
		const status = remedy !== null || remarks.length > 0 ? 'warning' : 'ok';
		return finding('PostgreSQL', status, words, remedy, { version, path, applied, pending, remarks });
	} catch (error) {
		const { code, message, hint } = CounterfoilError.from(error);
		return finding('PostgreSQL', 'missing', `${path}: ${message}`, hint ?? null, { path, code });
	}
}

async function checkSqlite(path: string): Promise<Finding> {
	const { readStoreStatus } = await import('../store/read-store-status.ts');
	try {
		const { version, pending } = await readStoreStatus(path);
		const details = { version, path, exists: true };
		if (pending.length === 0) return finding('SQLite', 'ok', `${version}, opens ${path}`, null, details);
		const words = `${version}, ${path} lacks ${formatQuantity(pending.length, 'migration')}`;
		return finding('SQLite', 'warning', words, 'the next command that writes brings it up to date', details);
	} catch (error) {
		return unusable(path, true, error);
	}
}

/** Where there is no database, another one is made and thrown away. */
async function tryAnother(path: string): Promise<Finding> {
	const trial = await mkdtemp(join(tmpdir(), 'counterfoil-doctor-'));
	try {
		const { openStore } = await import('../store/open-store.ts');
		const { readStoreStatus } = await import('../store/read-store-status.ts');
		const tried = join(trial, 'trial.db');
		await (await openStore({ path: tried })).close();
		const { version } = await readStoreStatus(tried);
		const words = `${version}, no database yet, the first run makes ${path}`;
		return finding('SQLite', 'ok', words, null, { version, path, exists: false });
	} catch (error) {
		return unusable(path, false, error);
	} finally {
		await rm(trial, { recursive: true, force: true });
	}
}

function unusable(path: string, exists: boolean, error: unknown): Finding {
	const { code, message, hint } = CounterfoilError.from(error);
	return finding('SQLite', 'missing', `${path}: ${message}`, hint ?? null, { path, exists, code });
}
