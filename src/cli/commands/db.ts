import { resolve } from 'node:path';
import type { Command } from 'commander';
import { CounterfoilError } from '../../contracts/errors.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspace } from '../carry-out-run.ts';
import { formatQuantity } from '../format-values.ts';
import type { GlobalFlags } from '../global-flags.ts';
import type { Terminal } from '../terminal.ts';

export function defineDb(group: Command, terminal: Terminal): void {
	addExamples(group, [
		['db check', 'is anything damaged?'],
		['db backup copy.db', 'a copy, while others go on writing'],
	]);
	defineMigrate(group, terminal);
	defineCheck(group, terminal);
	defineBackup(group, terminal);
}

function defineMigrate(group: Command, terminal: Terminal): void {
	const command = group.command('migrate').description('Makes the database, or brings its tables up to date.');
	addExamples(command, [['db migrate --db /srv/fraud/counterfoil.db', 'before the first run']]);
	command.action(async () => {
		// Opening is what migrates.
		await withWorkspace(command.optsWithGlobals<GlobalFlags>(), async ({ store }) => {
			const { readMigrationState } = await import('../../store/migrate.ts');
			const { applied } = await readMigrationState(store.writer, store.path);
			if (terminal.json) return terminal.outJson({ path: store.path, applied });
			terminal.out(`${store.path} is up to date (${formatQuantity(applied.length, 'migration')})`);
		});
	});
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
	addExamples(command, [['db backup backups/today.db', 'everything but the stored files']]);
	command.action(async (file: string) => {
		await withWorkspace(command.optsWithGlobals<GlobalFlags>(), async ({ store, paths }) => {
			const copy = resolve(file);
			await store.engine.copyTo(copy);
			if (terminal.json) return terminal.outJson({ path: store.path, copy });
			terminal.out(copy);
			terminal.note(`models and tables are files of their own: copy ${paths.artifacts} too`);
		});
	});
}
