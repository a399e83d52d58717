import { resolve } from 'node:path';
import type { Command } from 'commander';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { Workspace } from '../../runtime/open-workspace.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspace, withWorkspaceOrNew } from '../carry-out-run.ts';
import { requireNewFile } from '../check-output.ts';
import { addDryRunOption } from '../dry-run.ts';
import { formatBytes, formatQuantity } from '../format-values.ts';
import type { GlobalFlags } from '../global-flags.ts';
import type { Terminal } from '../terminal.ts';
import { defineDbSchema } from './db-schema.ts';

export function defineDb(group: Command, terminal: Terminal): void {
	addExamples(group, [
		['db status', 'which database is it, and is it up to date?'],
		['db check', 'is anything damaged?'],
		['db backup copy.db', 'a copy, while others go on writing'],
	]);
	defineStatus(group, terminal);
	defineMigrate(group, terminal);
	defineCheck(group, terminal);
	defineBackup(group, terminal);
	defineDbSchema(group, terminal);
}

function defineStatus(group: Command, terminal: Terminal): void {
	const command = group
		.command('status')
		.description('Says which database it is and whether its tables are up to date.');
	addExamples(command, [['db status --db postgres://analyst@db.example/fraud', 'a database on a PostgreSQL server']]);
	command.action(async () => {
		const { findDatabase } = await import('../../runtime/find-home.ts');
		const { readStoreStatus } = await import('../../store/read-store-status.ts');
		const status = await readStoreStatus(findDatabase(command.optsWithGlobals<GlobalFlags>().db));
		if (terminal.json) return terminal.outJson(status);
		const system = status.dialect === 'sqlite' ? 'SQLite' : 'PostgreSQL';
		terminal.out(`${status.path} (${system} ${status.version}, ${formatBytes(status.bytes)})`);
		if (status.applied.length === 0)
			terminal.out('no tables yet; "counterfoil db migrate" or the first run makes them');
		else if (status.pending.length === 0)
			terminal.out(`up to date (${formatQuantity(status.applied.length, 'migration')})`);
		else terminal.out(`lacks ${status.pending.join(', ')}; "counterfoil db migrate" brings it up to date`);
		for (const remark of status.remarks) terminal.out(remark);
	});
}

function defineMigrate(group: Command, terminal: Terminal): void {
	const command = group.command('migrate').description('Makes the database, or brings its tables up to date.');
	addDryRunOption(command, 'say');
	addExamples(command, [['db migrate --db /srv/fraud/counterfoil.db', 'before the first run']]);
	command.action(async () => {
		const flags = command.optsWithGlobals<GlobalFlags>();
		if (flags.dryRun === true) return tellMigrations(flags, terminal);
		// Opening is what migrates.
		await withWorkspaceOrNew(flags, async ({ store }) => {
			const { readMigrationState } = await import('../../store/migrate.ts');
			const { applied } = await readMigrationState(store.writer, store.path);
			if (terminal.json) return terminal.outJson({ path: store.path, applied });
			terminal.out(`${store.path} is up to date (${formatQuantity(applied.length, 'migration')})`);
		});
	});
}

/** What `migrate` would do. */
async function tellMigrations({ db }: GlobalFlags, terminal: Terminal): Promise<void> {
	const { findDatabase } = await import('../../runtime/find-home.ts');
	const { readStoreStatus } = await import('../../store/read-store-status.ts');
	const { showDatabase } = await import('../../store/postgres-url.ts');
	const database = findDatabase(db);
	const status = await readStoreStatus(database).catch((error: unknown) => {
		if (error instanceof CounterfoilError && error.code === 'NOT_FOUND') return null;
		throw error;
	});
	const path = status?.path ?? showDatabase(database);
	if (terminal.json) return terminal.outJson({ path, exists: status !== null, pending: status?.pending ?? null });
	if (status === null) terminal.out(`${path} would be made`);
	else if (status.pending.length === 0) terminal.out(`${path} is up to date`);
	else terminal.out(`${path} would get ${status.pending.join(', ')}`);
}

function defineCheck(group: Command, terminal: Terminal): void {
	const command = group.command('check').description('Checks the database for damage.');
	addExamples(command, [['db check --json', 'for a program']]);
	command.action(async () => {
		await withWorkspace(command.optsWithGlobals<GlobalFlags>(), async ({ store }) => {
			const damage = await store.engine.findDamage();
			if (terminal.json) terminal.outJson({ path: store.path, ok: damage.length === 0, damage });
			else if (damage.length === 0) terminal.out(`${store.path} is sound`);
			if (damage.length === 0) return;
			if (!terminal.json) for (const finding of damage) terminal.out(finding);
			throw new CounterfoilError('DATABASE_CORRUPT', `the check has ${formatQuantity(damage.length, 'finding')}`, {
				where: store.path,
				hint: 'restore a backup, or make a new database with --db and run again',
			});
		});
	});
}

function defineBackup(group: Command, terminal: Terminal): void {
	const command = group
		.command('backup')
		.description('Copies the database as it is now, while others go on writing.')
		.argument('<file>', 'a file that does not exist yet');
	addDryRunOption(command, 'say');
	addExamples(command, [['db backup backups/today.db', 'everything but the stored files']]);
	command.action(async (file: string) => {
		const flags = command.optsWithGlobals<GlobalFlags>();
		const backUp = async ({ store, paths }: Workspace): Promise<void> => {
			const copy = resolve(file);
			await requireNewFile(copy);
			if (flags.dryRun !== true) await store.engine.copyTo(copy);
			if (terminal.json) return terminal.outJson({ path: store.path, copy });
			terminal.out(copy);
			terminal.note(`models and tables are files of their own: copy ${paths.artifacts} too`);
		};
		await withWorkspace(flags, backUp, { trial: 'read only' });
	});
}
