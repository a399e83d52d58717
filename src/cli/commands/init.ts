import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { CounterfoilError } from '../../contracts/errors.ts';
import { addExamples } from '../add-examples.ts';
import { withInput } from '../check-input.ts';
import { requireWritable } from '../check-output.ts';
import { commandName, quoteArgument } from '../command-name.ts';
import { addDryRunOption } from '../dry-run.ts';
import { type RunFlags, TABLE_FILE, toConfigFlags } from '../run-options.ts';
import type { Terminal } from '../terminal.ts';
import { watchTask } from '../watch-task.ts';
import { writeConfigFile } from '../write-config-file.ts';
import { writeOutput } from '../write-output.ts';

type InitFlags = RunFlags & { readonly out: string; readonly force?: boolean };

export function defineInit(command: Command, terminal: Terminal): void {
	command
		.argument('[table]', `looked at for label, key and time: ${TABLE_FILE}`)
		.option('-o, --out <file>', 'file to write; - for standard output', 'counterfoil.config.yaml')
		.option('--force', 'in place of a file that is there; so does --yes');
	addDryRunOption(command, 'show');
	addExamples(command, [
		['init', 'a file of comments'],
		['init payments.csv', 'with what payments.csv suggests'],
		['init payments.csv -o -', 'to look at'],
	]);
	command.action(async (table: string | undefined) => {
		const flags = command.optsWithGlobals<InitFlags>();
		const { out } = flags;
		const isShown = out === '-' || flags.dryRun === true;
		if (out !== '-') {
			await requireWritable(out);
			await requireOnlyOne(out);
			if (existsSync(out) && flags.force !== true && flags.yes !== true) {
				throw new CounterfoilError('OUTPUT_EXISTS', 'there is a configuration file already', {
					where: out,
					hint: 'name another with --out FILE, or write it anew with --force',
				});
			}
		}
		const inspection = table === undefined ? null : await inspect(table, flags, terminal);
		const text = writeConfigFile(out === '-' ? 'counterfoil.config.yaml' : out, inspection);
		if (!isShown) await writeOutput(out, text);
		if (terminal.json) return terminal.outJson({ out: isShown ? null : out, text });
		if (isShown) return terminal.out(text.trimEnd());
		terminal.out(out);
		const next = table === undefined ? 'inspect FILE' : `run ${quoteArgument(table)}`;
		terminal.note(`next: look it through, then ${commandName()} ${next}`);
	});
}

/** Two files of settings in one folder would be refused by every command that reads them. */
async function requireOnlyOne(out: string): Promise<void> {
	const { PROJECT_FILES } = await import('../../runtime/gather-config.ts');
	const isOne = PROJECT_FILES.some((name) => resolve(name) === resolve(out));
	const other = PROJECT_FILES.find((name) => resolve(name) !== resolve(out) && existsSync(name));
	if (!isOne || other === undefined) return;
	throw new CounterfoilError('OUTPUT_EXISTS', 'there is a configuration file of the other kind already', {
		where: other,
		hint: 'change that one, or remove it first; with --out - you see what would be written',
	});
}

async function inspect(table: string, flags: RunFlags, terminal: Terminal) {
	const { toRunConfig } = await import('../../runtime/resolve-config.ts');
	const { inspectFile } = await import('../../runtime/inspect-file.ts');
	// What is there is about to be written anew: only what was said here counts.
	const config = await toRunConfig([{ kind: 'flag', path: null, said: toConfigFlags(flags) }]);
	return withInput(table, flags, (source) =>
		watchTask('inspect', 'inspect', terminal, (task) => inspectFile(source, config, task)),
	);
}
