import type { Command } from 'commander';
import { unknownCommand } from './to-usage-error.ts';

/** Gives a group, and the groups in it, the command `help [command...]`. */
export function addHelpCommand(group: Command): void {
	if (group.commands.length === 0) return;
	for (const child of group.commands) addHelpCommand(child);
	group.helpCommand(false);
	group
		.command('help')
		.argument('[command...]')
		.description('print the help of a command')
		.helpGroup('Help:')
		.action((words: readonly string[]) => findCommand(group, words).outputHelp());
}

/** @throws CounterfoilError USAGE with the nearest command where there is none of this name */
function findCommand(group: Command, words: readonly string[]): Command {
	const [name, ...rest] = words;
	// What follows a command that is no group is for the command, not its name.
	if (name === undefined || group.commands.length === 0) return group;
	const found = group.commands.find((child) => child.name() === name);
	if (found === undefined) throw unknownCommand(name, group);
	return findCommand(found, rest);
}

/** `frob --help` is no question for the help of all. @throws CounterfoilError USAGE as `help frob` does */
export function requireKnownCommand(asked: Command): void {
	const [name] = asked.args;
	if (asked.commands.length > 0 && name !== undefined && !name.startsWith('-')) findCommand(asked, [name]);
}
