import { COMMANDS } from './command-list.ts';
import { createProgram } from './create-program.ts';
import { type DescribedCommand, describeProgram } from './describe-program.ts';
import { createTerminal } from './terminal.ts';

/** Every command of the program, for a reference and for tests. Nothing is carried out. */
export async function describeCommands(): Promise<DescribedCommand> {
	const nowhere = { write: () => true };
	const terminal = createTerminal({ stdout: nowhere, stderr: nowhere, argv: [] });
	const names = COMMANDS.map(({ name }) => name);
	return describeProgram(await createProgram(names, terminal));
}
