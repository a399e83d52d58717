import type { Command } from 'commander';
import { addExamples } from '../add-examples.ts';
import { escapeControls } from '../escape-controls.ts';
import { ExitWith } from '../exit-with.ts';
import type { Finding } from '../finding.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { addBackendOption } from '../run-options.ts';
import type { Style, Terminal } from '../terminal.ts';

type DoctorFlags = GlobalFlags & { readonly backend?: 'auto' | 'node' | 'wasm'; readonly download?: boolean };

const STYLES: Readonly<Record<Finding['status'], Style>> = {
	ok: 'green',
	warning: 'yellow',
	missing: 'red',
	optional: 'dim',
};

export function defineDoctor(command: Command, terminal: Terminal): void {
	addBackendOption(command);
	command.option('--download', 'fetch the Temporal server if it is not there');
	addExamples(command, [
		['doctor', 'a line for each thing that is needed'],
		['doctor --json', 'for a program; exit code 1 if something is missing'],
		['doctor --backend wasm', 'how fast the fallback is'],
	]);
	command.action(async () => {
		const flags = command.optsWithGlobals<DoctorFlags>();
		const { checkMachine } = await import('../check-machine.ts');
		const findings = await checkMachine({
			db: flags.db,
			artifacts: flags.artifacts,
			backend: flags.backend ?? 'auto',
			download: flags.download === true,
		});
		const isReady = findings.every(({ status }) => status !== 'missing');
		if (terminal.json) terminal.outJson({ ready: isReady, findings });
		else printFindings(findings, terminal);
		if (!isReady) throw new ExitWith(1);
	});
}

export function printFindings(findings: readonly Finding[], terminal: Terminal): void {
	const width = Math.max(...findings.map(({ name }) => name.length));
	for (const { name, status, words, remedy } of findings) {
		terminal.out(
			`${terminal.paint(STYLES[status], status.padEnd(8))}  ${name.padEnd(width)}  ${escapeControls(words)}`,
		);
		if (remedy !== null) terminal.out(`${' '.repeat(width + 12)}${terminal.paint('cyan', escapeControls(remedy))}`);
	}
}
