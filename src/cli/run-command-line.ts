import { CommanderError } from 'commander';
import { createProgram } from './create-program.ts';
import { endDryRun } from './dry-run.ts';
import type { Terminal } from './terminal.ts';

/**
 * Reads the arguments and carries out the command that they name.
 *
 * @returns the exit code of its outcome; whatever was thrown has been printed
 */
export async function runCommandLine(argv: readonly string[], terminal: Terminal): Promise<number> {
	try {
		const program = await createProgram(argv, terminal);
		if (argv.length === 0) {
			program.outputHelp({ error: true });
			return 2;
		}
		await terminal.timeLimit.race(program.parseAsync([...argv], { from: 'user' }));
		endDryRun(terminal);
		return 0;
	} catch (error) {
		// --help and --version end this way.
		if (!(error instanceof CommanderError)) return endCommandLine(error, terminal);
		if (error.code === 'commander.version' && terminal.json) terminal.outJson({ version: error.message });
		return 0;
	} finally {
		terminal.timeLimit.stop();
	}
}

/** Prints what was thrown. Loaded only when something went wrong, so that the program starts fast. */
export async function endCommandLine(error: unknown, terminal: Terminal): Promise<number> {
	const { endWithError } = await import('./end-with-error.ts');
	return endWithError(error, terminal);
}
