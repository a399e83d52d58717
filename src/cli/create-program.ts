import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { addExamples } from './add-examples.ts';
import { COMMANDS } from './command-list.ts';
import { beginDryRun } from './dry-run.ts';
import type { GlobalFlags } from './global-flags.ts';
import { parseDuration, parseWhole } from './parse-arguments.ts';
import type { OutputStream, Terminal } from './terminal.ts';

/** Of a terminal, in columns, where it does not say. */
const DEFAULT_WIDTH = 80;

/**
 * The program with all its commands; only those that the arguments name are loaded. Errors of the arguments
 * are thrown (commander's `CommanderError`), nothing ends the process.
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
			writeOut: (text) => void terminal.stdout.write(text),
			writeErr: (text) => void terminal.stderr.write(text),
			getOutHelpWidth: () => widthOf(terminal.stdout),
			getErrHelpWidth: () => widthOf(terminal.stderr),
			// Printed once, by whoever catches it.
			outputError: () => undefined,
		})
		.hook('preAction', (_, command) => {
			const flags = command.optsWithGlobals<GlobalFlags>();
			if (flags.timeout !== undefined) terminal.timeLimit.start(flags.timeout);
			beginDryRun(flags, terminal);
		})
		.exitOverride();
	addExamples(program, [
		['demo', 'see it work on simulated payments'],
		['run payments.csv --label is_fraud', 'do the same with a file of your own'],
		['queue list', 'the records to look at first'],
	]);
	const help = new Command('help').argument('[command]').helpOption(false).description('print the help of a command');
	program.addHelpCommand(help.helpGroup('Help:'));
	const needsAll = COMMANDS.some(({ name, needsOthers }) => needsOthers === true && argv.includes(name));
	for (const entry of COMMANDS) {
		const command = program.command(entry.name).summary(entry.summary).description(sentence(entry.summary));
		command.helpGroup(entry.group);
		if (needsAll || argv.includes(entry.name)) (await entry.load())(command, terminal);
	}
	return program;
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
