import { describeCommands } from '../../src/cli/describe-commands.ts';
import { type DescribedCommand, type DescribedOption, flattenCommands } from '../../src/cli/describe-program.ts';
import { cell, code, MADE, prose, table } from './markdown.ts';

/** docs/reference/commands.md: every command with its arguments, options and examples. */
export async function describeCommandPage(): Promise<string> {
	const program = await describeCommands();
	const commands = flattenCommands(program);
	return `${MADE}

# Commands

\`counterfoil COMMAND --help\` says the same. Data goes to standard output, everything else to standard error; exit codes are in [the list of errors](../errors.md). Options of the configuration file and of the command line are the same; what is said on the command line wins.

${table(
	['command', 'what it does'],
	program.commands.map(({ path, summary }) => [`[${code(path)}](#${path})`, cell(summary)]),
)}

## Options of every command

${describeOptions(program.options)}

${commands.map(describeOne).join('\n\n')}
`;
}

function describeOne(command: DescribedCommand): string {
	const level = command.path.includes(' ') ? '###' : '##';
	const parts = [`${level} ${command.path}`, `${code(command.usage)}`, prose(command.description)];
	if (command.arguments.length > 0) {
		parts.push(
			table(
				['argument', 'meaning'],
				command.arguments.map((one) => [
					code(`${one.name}${one.isVariadic ? '...' : ''}`),
					cell(`${one.description}${one.isRequired ? '' : ' (may be left out)'}${sayChoices(one)}`),
				]),
			),
		);
	}
	if (command.options.length > 0) parts.push(describeOptions(command.options));
	if (command.examples.length > 0) {
		const lines = command.examples.map(([line, words]) => `counterfoil ${line}  # ${words}`);
		parts.push(`<!-- not run: examples of the help -->\n\`\`\`sh\n${lines.join('\n')}\n\`\`\``);
	}
	return parts.join('\n\n');
}

function describeOptions(options: readonly DescribedOption[]): string {
	const groups = [...new Set(options.map(({ group }) => group))];
	return groups
		.map((group) => {
			const words = group === null || group === 'Options:' ? 'option' : group.replace(/:$/, '').toLowerCase();
			return table(
				[words, 'meaning'],
				options
					.filter((option) => option.group === group)
					.map((option) => [
						code(option.flags),
						cell(`${option.description}${option.isRequired ? ' (required)' : ''}${sayChoices(option)}`),
					]),
			);
		})
		.join('\n\n');
}

function sayChoices(one: { readonly choices: readonly string[] | null; readonly defaultValue: string | null }): string {
	const said = [
		...(one.choices === null ? [] : [`one of ${one.choices.join(', ')}`]),
		...(one.defaultValue === null ? [] : [`default: ${one.defaultValue}`]),
	];
	return said.length === 0 ? '' : ` (${said.join('; ')})`;
}
