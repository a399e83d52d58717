import type { Command } from 'commander';
import { COMMANDS } from '../../src/cli/command-list.ts';
import { createProgram } from '../../src/cli/create-program.ts';
import { createTerminal } from '../../src/cli/terminal.ts';

/** The whole program with every command and its options; carrying out a command does nothing. */
export async function createIdleProgram(): Promise<Command> {
	const silent = { write: () => true };
	const terminal = createTerminal({ stdout: silent, stderr: silent, argv: [] });
	const program = await createProgram(
		COMMANDS.map(({ name }) => name),
		terminal,
	);
	makeIdle(program);
	return program;
}

function makeIdle(command: Command): void {
	for (const one of command.commands) {
		one.exitOverride();
		// A command that only groups others stays without an action, so that it asks for one of them.
		if (one.commands.length === 0) one.action(() => undefined);
		makeIdle(one);
	}
}
