import { CommanderError } from 'commander';
import { createProgram } from './create-program.ts';
import { createTerminal, type Terminal } from './terminal.ts';

/** The command line: reads the arguments, carries out the command, ends with the exit code of its outcome. */
const argv = process.argv.slice(2);
const terminal = createTerminal({ stdout: process.stdout, stderr: process.stderr, argv });

// Whoever reads us may stop reading (`| head`): that is no error and nothing is left to say.
for (const stream of [process.stdout, process.stderr]) {
	stream.on('error', (error: NodeJS.ErrnoException) => {
		if (error.code === 'EPIPE') process.exit(0);
		throw error;
	});
}
process.on('uncaughtException', (error) => {
	void end(error, terminal).then((code) => process.exit(code));
});

process.exitCode = await main(argv, terminal);

async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
	try {
		const program = await createProgram(argv, terminal);
		if (argv.length === 0) {
			program.outputHelp({ error: true });
			return 2;
		}
		await program.parseAsync([...argv], { from: 'user' });
		return 0;
	} catch (error) {
		// --help and --version end this way too.
		return error instanceof CommanderError && error.exitCode === 0 ? 0 : end(error, terminal);
	}
}

/** Loaded only when something went wrong, so that the program starts fast. */
async function end(error: unknown, terminal: Terminal): Promise<number> {
	const { endWithError } = await import('./end-with-error.ts');
	return endWithError(error, terminal);
}
