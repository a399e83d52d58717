import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { CounterfoilError } from '../../contracts/errors.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspace } from '../carry-out-run.ts';
import type { GlobalFlags } from '../global-flags.ts';
import type { Terminal } from '../terminal.ts';

export function defineReport(command: Command, terminal: Terminal): void {
	command
		.argument('<run>', 'id of the run, or the beginning of it')
		.option('--out <file>', 'writes the page there too: one file, complete in itself');
	addExamples(command, [
		['report 20261122-0114', 'written anew from what the run has left; the path is printed'],
		['report 20261122-0114 --out report.html', 'to hand it on'],
		['report 20261122-0114 --json', 'the same figures for a program'],
	]);
	command.action(async (reference: string) => {
		const flags = command.optsWithGlobals<GlobalFlags & { readonly out?: string }>();
		await withWorkspace(flags, async (workspace) => {
			const { writeRunReport } = await import('../../runtime/write-run-report.ts');
			const { runId, path } = await writeRunReport(workspace, reference);
			const read = async (name: string) => (await workspace.reports.read(name)) ?? '';
			if (flags.out !== undefined) {
				await writeFile(flags.out, await read(`${runId}.html`)).catch((cause: unknown) => {
					throw new CounterfoilError('OUTPUT_NOT_WRITABLE', 'The report cannot be written there.', {
						where: flags.out as string,
						cause,
					});
				});
			}
			if (terminal.json) terminal.outJson(JSON.parse(await read(`${runId}.json`)) as object);
			else terminal.out(flags.out ?? path);
		});
	});
}
