import { runCommandLine } from '../../src/cli/run-command-line.ts';
import { createTerminal } from '../../src/cli/terminal.ts';

export interface Ended {
	readonly code: number;
	readonly stdout: string;
	readonly stderr: string;
}

/** Carries out a command line in this process, with both streams as a pipe would take them. */
export async function runInProcess(argv: readonly string[]): Promise<Ended> {
	let stdout = '';
	let stderr = '';
	const terminal = createTerminal({
		stdout: { write: (text) => (stdout += text) },
		stderr: { write: (text) => (stderr += text) },
		argv,
	});
	const code = await runCommandLine(argv, terminal);
	return { code, stdout, stderr };
}
