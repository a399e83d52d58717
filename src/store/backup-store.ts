import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { CounterfoilError } from '../contracts/errors.ts';
import { openStore } from './open-store.ts';
import { translateSqliteError } from './sqlite-errors.ts';
import type { Store } from './store.ts';

export interface BackupResult {
	readonly path: string;
	readonly bytes: number;
}

/**
 * Copies the database as it is now, while others go on writing, and checks the copy. The file appears
 * under its name only when it is complete.
 *
 * @throws USAGE if the file exists; DATABASE_CORRUPT if the copy is damaged; DISK_FULL.
 */
export async function backupStore(store: Store, target: string): Promise<BackupResult> {
	const path = resolve(target);
	if (existsSync(path)) {
		throw new CounterfoilError('USAGE', 'The file exists already and is left as it is.', {
			where: path,
			hint: 'Name a file that does not exist.',
		});
	}
	const partial = `${path}.${process.pid}.partial`;
	try {
		mkdirSync(dirname(path), { recursive: true });
		await store.engine.copyTo(partial);
		// Opening and closing it for writing leaves one file, without a log beside it.
		const copy = await openStore({ path: partial, migrate: false });
		const damage = await copy.engine.findDamage();
		await copy.close();
		if (damage.length > 0) {
			throw new CounterfoilError('DATABASE_CORRUPT', `The copy is damaged: ${damage[0]}`, {
				where: path,
				hint: 'Run "counterfoil db check" on the database itself.',
			});
		}
		renameSync(partial, path);
		return { path, bytes: statSync(path).size };
	} catch (error) {
		throw translateSqliteError(error, path);
	} finally {
		for (const suffix of ['', '-wal', '-shm']) rmSync(`${partial}${suffix}`, { force: true });
	}
}
