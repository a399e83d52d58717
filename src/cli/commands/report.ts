import type { Command } from 'commander';
import type { Workspace } from '../../runtime/open-workspace.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspace } from '../carry-out-run.ts';
import { requirePageEnding, requirePlain, requireWritable } from '../check-output.ts';
import { addDryRunOption } from '../dry-run.ts';
import type { GlobalFlags } from '../global-flags.ts';
import type { Terminal } from '../terminal.ts';
import { writeOutput } from '../write-output.ts';

export function defineReport(command: Command, terminal: Terminal): void {
	command
		.argument('<run>', 'id of the run, or the beginning of it')
		.option('-o, --out <file>', 'writes the page there too: one file, complete in itself; - for standard output');
	addDryRunOption(command, 'say');
	addExamples(command, [
		['report 20261122-0114', 'written anew from what the run has left; the path is printed'],
		['report 20261122-0114 --out report.html', 'to hand it on'],
		['report 20261122-0114 --json', 'the same figures for a program'],
	]);
	command.action(async (reference: string) => {
		const flags = command.optsWithGlobals<GlobalFlags & { readonly out?: string }>();
		if (flags.out === '-') requirePlain(terminal);
		else if (flags.out !== undefined) {
			requirePageEnding(flags.out);
			await requireWritable(flags.out);
		}
		const write = async (workspace: Workspace): Promise<void> => {
			const { writeRunReport } = await import('../../runtime/write-run-report.ts');
			const { runId, path } = await writeRunReport(workspace, reference);
			if (flags.dryRun === true) {
				const { out = path } = flags;
				return terminal.json ? terminal.outJson({ runId, path, out }) : terminal.out(out);
			}
			const read = async (name: string) => (await workspace.reports.read(name)) ?? '';
			if (flags.out === '-') return void terminal.stdout.write(await read(`${runId}.html`));
			if (flags.out !== undefined) await writeOutput(flags.out, await read(`${runId}.html`));
			if (terminal.json) terminal.outJson(JSON.parse(await read(`${runId}.json`)) as object);
			else terminal.out(flags.out ?? path);
		};
		await withWorkspace(flags, write, { trial: 'read only' });
	});
}
