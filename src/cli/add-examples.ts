import type { Command } from 'commander';

/** A command line without the program's name, and what it does. */
export type Example = readonly [line: string, words: string];

/** Adds a list of examples to the end of a command's help. */
export function addExamples(command: Command, examples: readonly Example[]): void {
	const lines = examples.map(([line]) => `counterfoil ${line}`);
	const width = Math.max(...lines.map((line) => line.length));
	const text = examples.map(([, words], index) => `  ${(lines[index] as string).padEnd(width)}  # ${words}`);
	command.addHelpText('after', `\nExamples:\n${text.join('\n')}`);
}
