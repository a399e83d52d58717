import type { Command } from 'commander';
import type { InspectedColumn } from '../../contracts/inspection.ts';
import { addExamples } from '../add-examples.ts';
import { withInput } from '../check-input.ts';
import { printInspection } from '../print-inspection.ts';
import { printSchemaFile, type SchemaFileColumn } from '../print-schema-file.ts';
import { addTableOptions, type RunFlags, TABLE_FILE, toConfigFlags } from '../run-options.ts';
import type { Terminal } from '../terminal.ts';
import { watchTask } from '../watch-task.ts';

export function defineInspect(command: Command, terminal: Terminal): void {
	command.argument('<file>', TABLE_FILE);
	addTableOptions(command);
	command.option('--schema', 'only its columns, as a file for --schema-file to begin from');
	addExamples(command, [
		['inspect payments.csv', 'how it is read, what its columns hold, what to look out for'],
		['inspect payments.csv --label is_fraud', 'also which columns give the label away'],
		['inspect legacy.txt --delimiter pipe --json', 'for a program'],
		['inspect payments.csv --schema > payments.yaml', 'what later tables are to be, to be edited'],
	]);
	command.action(async (file: string) => {
		const flags = command.optsWithGlobals<RunFlags & { readonly schema?: boolean }>();
		const { resolveConfig } = await import('../../runtime/resolve-config.ts');
		const { inspectFile } = await import('../../runtime/inspect-file.ts');
		const config = await resolveConfig({ file: flags.config, flags: toConfigFlags(flags) });
		const startedMs = Date.now();
		const inspection = await withInput(file, flags, (source) =>
			watchTask('inspect', 'inspect', terminal, (task) => inspectFile(source, config, task)),
		);
		if (flags.schema === true) printSchemaFile(inspection.columns.map(toSchemaColumn), terminal);
		else if (terminal.json) terminal.outJson(inspection);
		else printInspection(inspection, { file, config, tookMs: Date.now() - startedMs }, terminal);
	});
}

function toSchemaColumn({ name, kind, missingShare, distinct, frequent, range }: InspectedColumn): SchemaFileColumn {
	const isAll = frequent.length > 0 && frequent.length === distinct && range === null;
	const levels = isAll ? frequent.map(({ value }) => value) : null;
	return { name, kind, missingShare, levels, range: kind === 'datetime' ? null : range };
}
