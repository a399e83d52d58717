import type { Command } from 'commander';
import { addExamples } from '../add-examples.ts';
import { escapeControls } from '../escape-controls.ts';
import { formatTable } from '../format-table.ts';
import { formatQuantity } from '../format-values.ts';
import { addSettingOptions, type RunFlags, toConfigFlags } from '../run-options.ts';
import type { Terminal } from '../terminal.ts';

export function defineConfigCommands(group: Command, terminal: Terminal): void {
	addExamples(group, [
		['config show --origin', 'every setting, and where it was said'],
		['config validate', 'is the configuration understood?'],
		['config schema > schema.json', 'what it may say, for an editor'],
	]);
	defineShow(group, terminal);
	defineSchema(group, terminal);
	defineValidate(group, terminal);
}

function defineShow(group: Command, terminal: Terminal): void {
	const command = group
		.command('show')
		.description(
			'Every setting as a run would have it: by option, else environment variable, project file, user file, default.',
		)
		.option('--origin', 'where each was said');
	addSettingOptions(command);
	addExamples(command, [
		['config show --origin', 'with where each was said'],
		['config show --origin --label is_fraud', 'as a run with this option would have them'],
	]);
	command.action(async () => {
		const flags = command.optsWithGlobals<RunFlags & { readonly origin?: boolean }>();
		const { listSettings } = await import('../../runtime/list-settings.ts');
		const settings = await listSettings({ file: flags.config, flags: toConfigFlags(flags), db: flags.db });
		if (terminal.json) {
			const entries = settings.map(({ key, value, origin }) => [key, { value, origin }]);
			return terminal.outJson(Object.fromEntries(entries));
		}
		const rows = settings.map(({ key, value, origin }) => [
			key,
			value === null ? '' : escapeControls(typeof value === 'string' ? value : JSON.stringify(value)),
			...(flags.origin === true ? [origin] : []),
		]);
		const columns = [
			{ header: 'setting' },
			{ header: 'value' },
			...(flags.origin === true ? [{ header: 'from' }] : []),
		];
		terminal.out(formatTable(columns, rows));
	});
}

function defineSchema(group: Command, terminal: Terminal): void {
	const command = group
		.command('schema')
		.description('What the configuration may say, as a JSON Schema (draft 7) for editors; it is in the package too.');
	addExamples(command, [['config schema > schema.json', 'for # yaml-language-server: $schema=./schema.json']]);
	command.action(async () => {
		const { configJsonSchema } = await import('../../runtime/config-json-schema.ts');
		terminal.outJson(configJsonSchema());
	});
}

function defineValidate(group: Command, terminal: Terminal): void {
	const command = group
		.command('validate')
		.description('Checks the configuration: that every setting is known and fits, and that none contradicts another.')
		.argument('[file]', 'the file (default: that of --config, else the one of this folder)');
	addExamples(command, [
		['config validate', 'that of this folder, with environment variables and the user file'],
		['config validate nightly.yaml', 'another one'],
	]);
	command.action(async (file: string | undefined) => {
		const flags = command.optsWithGlobals<RunFlags>();
		const { gatherConfig } = await import('../../runtime/gather-config.ts');
		const { toRunConfig } = await import('../../runtime/resolve-config.ts');
		const { requireConsistentConfig } = await import('../../runtime/require-consistent-config.ts');
		const layers = await gatherConfig({ file: file ?? flags.config, flags: {} });
		requireConsistentConfig(await toRunConfig(layers));
		const found = layers
			.map(({ kind, path, said }) => ({ kind, path, settings: Object.keys(said).length }))
			.filter(({ kind, settings }) => kind.endsWith('file') || (kind === 'environment' && settings > 0));
		if (terminal.json) return terminal.outJson({ ok: true, sources: found });
		if (found.length === 0) terminal.note('there is no configuration file: all settings have their defaults');
		for (const { kind, path, settings } of found) {
			terminal.out(`${escapeControls(path ?? kind)}: ${formatQuantity(settings, 'setting')}, all understood`);
		}
	});
}
