import type { Command, CommanderError } from 'commander';
import { CounterfoilError } from '../contracts/errors.ts';
import { findNearest } from '../contracts/find-nearest.ts';
import { commandName } from './command-name.ts';

/** `error: unknown option '--foo'\n(Did you mean --for?)` of a command as our error. */
export function toUsageError({ message, code }: CommanderError, command: Command): CounterfoilError {
	if (code === 'commander.help') return usageError('one of its commands has to be named', null, command);
	const [first = '', ...rest] = message.replace(/^error: /, '').split('\n');
	return usageError(first, /\(Did you mean (.+)\?\)/.exec(rest.join(' '))?.[1] ?? null, command);
}

export function unknownCommand(name: string, group: Command): CounterfoilError {
	const names = group.commands.map((child) => child.name());
	return usageError(`unknown command '${name}'`, findNearest(name, names), group);
}

function usageError(message: string, suggestion: string | null, command: Command): CounterfoilError {
	const help = `${commandName()}${pathOf(command)} --help shows what is understood`;
	return new CounterfoilError('USAGE', message, { hint: suggestion === null ? help : `did you mean ${suggestion}?` });
}

function pathOf(command: Command): string {
	return command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`;
}
