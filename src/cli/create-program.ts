import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { addExamples } from './add-examples.ts';
import { addHelpCommand, requireKnownCommand } from './add-help-command.ts';
import { COMMANDS } from './command-list.ts';
import { describeProgram } from './describe-program.ts';
import { beginDryRun } from './dry-run.ts';
import { ExitWith } from './exit-with.ts';
import type { GlobalFlags } from './global-flags.ts';
import { noteMistypedVariables } from './note-mistyped-variables.ts';
import { parseDuration, parseWhole } from './parse-arguments.ts';
import type { OutputStream, Terminal } from './terminal.ts';
import { toUsageError } from './to-usage-error.ts';

/** Of a terminal, in columns, where it does not say. */
const DEFAULT_WIDTH = 80;

/**
 * The program with all its commands; only those that the arguments name are loaded. Errors of the arguments
 * are thrown, and commander's `CommanderError` where help or version were printed; nothing ends the process.
 */
export async function createProgram(argv: readonly string[], terminal: Terminal): Promise<Command> {
	const program = new Command('counterfoil')
		.description('Finds the records of a table that do not look real, and makes records that do.')
		.version(readVersion(), '--version', 'print the version')
		.helpOption('-h, --help', 'print this help')
		.option('--json', 'one JSON document on stdout')
		.addOption(
			new Option('--ndjson', 'a JSON line on stdout for each event, the last with the result').conflicts('json'),
		)
		.option(
			'--db <path>',
			'database file or postgres:// URL; also COUNTERFOIL_DB (default: .counterfoil/counterfoil.db)',
		)
		.option('--artifacts <root>', 'folder or s3://bucket/prefix for models and tables; also COUNTERFOIL_ARTIFACTS')
		.option('--seed <n>', 'seed of all random numbers (default: 1)', parseWhole(0))
		.option('-c, --config <file>', 'configuration (default: counterfoil.config.yaml or .ts if there is one)')
		.option('-q, --quiet', 'nothing on stderr but errors')
		.addOption(new Option('-v, --verbose', 'each step on stderr, and the causes of an error').conflicts('quiet'))
		.option('--no-color', 'no colours; also NO_COLOR (FORCE_COLOR: colours in pipes too)')
		.option('--no-input', 'ask nothing: what would have to be asked is refused')
		.option('--yes', 'yes to every question')
		.option('--timeout <time>', 'give up after 90s, 5m or 1.5h; what runs can be resumed', parseDuration)
		.showSuggestionAfterError(true)
		.configureHelp({ showGlobalOptions: true })
		.configureOutput({
			// Help and version are documents too where one is asked for; texts for a person would spoil it.
			writeOut: (text) => void (terminal.json || terminal.stdout.write(text)),
			writeErr: (text) => void (terminal.json || terminal.stderr.write(text)),
			getOutHelpWidth: () => widthOf(terminal.stdout),
			getErrHelpWidth: () => widthOf(terminal.stderr),
			// Printed once, by whoever catches it.
			outputError: () => undefined,
		})
		.hook('preAction', async (_, command) => {
			const flags = command.optsWithGlobals<GlobalFlags>();
			if (flags.timeout !== undefined) terminal.timeLimit.start(flags.timeout);
			beginDryRun(flags, terminal);
			await noteMistypedVariables(terminal);
		})
		.on('beforeAllHelp', ({ command }: HelpContext) => requireKnownCommand(command))
		.on('afterAllHelp', ({ command, error }: HelpContext) => {
			if (terminal.json && !error) terminal.outJson(describeProgram(command));
		});
	addExamples(program, [
		['demo', 'see it work on simulated payments'],
		['run FILE --label COLUMN', 'do the same with a file of your own'],
		['queue list', 'the records to look at first'],
	]);
	const needsAll = COMMANDS.some(({ name, needsOthers }) => needsOthers === true && argv.includes(name));
	for (const entry of COMMANDS) {
		const command = program.command(entry.name).summary(entry.summary).description(sentence(entry.summary));
		command.helpGroup(entry.group);
		if (needsAll || argv.includes(entry.name)) (await entry.load())(command, terminal);
	}
	addHelpCommand(program);
	throwOwnErrors(program, terminal);
	return program;
}

/** What commander tells those who listen to its help. */
interface HelpContext {
	readonly command: Command;
	/** It is printed because something was wrong. */
	readonly error: boolean;
}

/** What commander would end the process for is thrown, mistakes as errors of ours. */
function throwOwnErrors(command: Command, terminal: Terminal): void {
	command.exitOverride((error) => {
		if (error.exitCode === 0) throw error;
		const failure = toUsageError(error, command);
		// A group such as `runs` without its command has printed its help instead.
		const isTold = error.code === 'commander.help' && !terminal.json;
		throw isTold ? new ExitWith(failure.exitCode) : failure;
	});
	for (const child of command.commands) throwOwnErrors(child, terminal);
}

function widthOf({ isTTY, columns }: OutputStream): number {
	return isTTY === true ? (columns ?? DEFAULT_WIDTH) : DEFAULT_WIDTH;
}

function sentence(summary: string): string {
	return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}

function readVersion(): string {
	// Two folders up from src/cli, three from dist/src/cli.
	const levels = import.meta.url.endsWith('.ts') ? '../../' : '../../../';
	const text = readFileSync(new URL(`${levels}package.json`, import.meta.url), 'utf8');
	return (JSON.parse(text) as { version: string }).version;
}
