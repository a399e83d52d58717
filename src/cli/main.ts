import { setFlagsFromString } from 'node:v8';
import { endCommandLine, runCommandLine } from './run-command-line.ts';
import { createTerminal } from './terminal.ts';

// V8 lets a heap grow to four times what is in use before it collects garbage: half a gigabyte where rows are written,
// held until long after. Collecting at twice what is in use costs 6 % of processor time and none of
// the clock's.
setFlagsFromString('--heap-growing-percent=100');

/** The command line: reads the arguments, carries out the command, ends with the exit code of its outcome. */
const argv = process.argv.slice(2);
const terminal = createTerminal({ stdout: process.stdout, stderr: process.stderr, argv });

// Whoever reads us may stop reading (`| head`). That is no error, and what is being done goes on; only of data that was
// asked for on stdout nothing is left to say.
const isEvents = argv.includes('--ndjson');
for (const stream of [process.stdout, process.stderr]) {
	stream.on('error', (error: NodeJS.ErrnoException) => {
		if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
		if (stream === process.stdout && !isEvents) process.exit(0);
	});
}
process.on('uncaughtException', (error) => {
	// What cannot even be told must not come here again.
	endCommandLine(error, terminal).then(
		(code) => process.exit(code),
		() => process.exit(70),
	);
});

process.exitCode = await runCommandLine(argv, terminal);
// What the time was too short for does not keep the process.
if (terminal.timeLimit.signal.aborted) process.exit();
