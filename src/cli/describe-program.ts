import type { Argument, Command, Option } from 'commander';
import { type Example, examplesOf } from './add-examples.ts';

/** What a command takes by its place. */
export interface DescribedArgument {
	readonly name: string;
	readonly description: string;
	readonly isRequired: boolean;
	/** May be given several times. */
	readonly isVariadic: boolean;
	/** The values that it may have; null: any. */
	readonly choices: readonly string[] | null;
	/** As a text; null: none. */
	readonly defaultValue: string | null;
}

/** What a command takes by its name. */
export interface DescribedOption {
	/** As the help has it: `-o, --out <file>`. */
	readonly flags: string;
	/** `-o`; null: there is none. */
	readonly short: string | null;
	/** `--out`, `--no-header`. */
	readonly long: string;
	/** The word in the brackets; null: it takes no value. */
	readonly value: string | null;
	readonly description: string;
	/** Heading that it stands under in the help; null: the usual one. */
	readonly group: string | null;
	readonly isRequired: boolean;
	readonly choices: readonly string[] | null;
	/** As a text; null: none, or what the description says. */
	readonly defaultValue: string | null;
}

/** A command with all that its help says. */
export interface DescribedCommand {
	/** `queue list`; empty for the program itself. */
	readonly path: string;
	/** `counterfoil queue list [options]`. */
	readonly usage: string;
	/** One line for a list of commands. */
	readonly summary: string;
	readonly description: string;
	/** Heading that it stands under in the list; null: the usual one. */
	readonly group: string | null;
	readonly arguments: readonly DescribedArgument[];
	/** Its own; those of the program go with every command. */
	readonly options: readonly DescribedOption[];
	/** Command lines without the program's name, with what they do. */
	readonly examples: readonly Example[];
	readonly commands: readonly DescribedCommand[];
}

/** A command, or the program itself, with all the commands in it, as far as they are loaded. */
export function describeProgram(command: Command): DescribedCommand {
	const names: string[] = [];
	for (let at = command; at.parent !== null; at = at.parent) names.unshift(at.name());
	return describeCommand(command, names.join(' '), ['counterfoil', ...names].join(' '));
}

/** The described commands one after the other, groups before what is in them, without the program itself. */
export function flattenCommands(root: DescribedCommand): readonly DescribedCommand[] {
	return root.commands.flatMap((command) => [command, ...flattenCommands(command)]);
}

function describeCommand(command: Command, path: string, name: string): DescribedCommand {
	const help = command.createHelp();
	const children = help.visibleCommands(command).filter((child) => child.name() !== 'help');
	return {
		path,
		usage: `${name} ${command.usage()}`.trim(),
		summary: help.subcommandDescription(command),
		description: help.commandDescription(command),
		group: command.helpGroup() || null,
		arguments: command.registeredArguments.map(describeArgument),
		options: command.options.filter((option) => !option.hidden).map(describeOption),
		examples: examplesOf(command),
		commands: children.map((child) =>
			describeCommand(child, path === '' ? child.name() : `${path} ${child.name()}`, `${name} ${child.name()}`),
		),
	};
}

function describeArgument(argument: Argument): DescribedArgument {
	return {
		name: argument.name(),
		description: argument.description,
		isRequired: argument.required,
		isVariadic: argument.variadic,
		choices: argument.argChoices ?? null,
		defaultValue: sayDefault(argument.defaultValue, argument.defaultValueDescription),
	};
}

function describeOption(option: Option): DescribedOption {
	const value = /[<[]([^>\]]+)[>\]]/.exec(option.flags)?.[1] ?? null;
	return {
		flags: option.flags,
		short: option.short ?? null,
		long: option.long ?? option.flags,
		value,
		description: option.description,
		group: option.helpGroupHeading ?? null,
		isRequired: option.mandatory,
		choices: option.argChoices ?? null,
		// A switch that can be taken back is on where nothing is said, which its description tells.
		defaultValue: value === null ? null : sayDefault(option.defaultValue, option.defaultValueDescription),
	};
}

function sayDefault(value: unknown, words: string | undefined): string | null {
	if (words !== undefined) return words;
	return value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value);
}
