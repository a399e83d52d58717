import type { Command } from 'commander';

/** A command line without the program's name, and what it does. */
export type Example = readonly [line: string, words: string];

const EXAMPLES = new WeakMap<Command, readonly Example[]>();

/** Adds a list of examples to the end of a command's help. */
export function addExamples(command: Command, examples: readonly Example[]): void {
	EXAMPLES.set(command, examples);
	const lines = examples.map(([line]) => `counterfoil ${line}`);
	const width = Math.max(...lines.map((line) => line.length));
	const text = examples.map(([, words], index) => `  ${(lines[index] as string).padEnd(width)}  # ${words}`);
	command.addHelpText('after', `\nExamples:\n${text.join('\n')}`);
}

/** The examples that a command's help shows. */
export function examplesOf(command: Command): readonly Example[] {
	return EXAMPLES.get(command) ?? [];
}
