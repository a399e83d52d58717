import { endCommandLine, runCommandLine } from './run-command-line.ts';
import { createTerminal } from './terminal.ts';

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
	void endCommandLine(error, terminal).then((code) => process.exit(code));
});

process.exitCode = await runCommandLine(argv, terminal);
// What the time was too short for does not keep the process.
if (terminal.timeLimit.signal.aborted) process.exit();
