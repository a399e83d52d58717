import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { COMMANDS } from '../../src/cli/command-list.ts';
import { describeCommands } from '../../src/cli/describe-commands.ts';
import { type DescribedCommand, flattenCommands } from '../../src/cli/describe-program.ts';
import { assertGolden } from './golden-files.ts';
import { runInProcess } from './run-in-process.ts';

/** The same for every command; that of the program itself has them. */
const GLOBAL_OPTIONS = /\nGlobal Options:\n(?: .*\n)+/;

const program = await describeCommands();
const commands = flattenCommands(program);

test('the help of every command is as it was last read by a person', async () => {
	assertGolden('help/counterfoil.txt', (await runInProcess(['--help'])).stdout);
	for (const command of program.commands) {
		const texts: string[] = [];
		for (const { path } of [command, ...flattenCommands(command)]) {
			const { code, stdout, stderr } = await runInProcess([...path.split(' '), '--help']);
			assert.deepEqual([code, stderr], [0, ''], path);
			assert.match(stdout, GLOBAL_OPTIONS, path);
			texts.push(stdout.replace(GLOBAL_OPTIONS, ''));
		}
		assertGolden(`help/${command.path}.txt`, texts.join(`\n${'-'.repeat(80)}\n\n`));
	}
	const files = readdirSync(new URL('golden/help/', import.meta.url)).sort();
	assert.deepEqual(files, ['counterfoil', ...COMMANDS.map(({ name }) => name)].map((name) => `${name}.txt`).sort());
});

test('every command says what it does, explains each option and argument, and shows how it is used', () => {
	for (const { path, description, summary, examples, options, arguments: taken } of commands) {
		assert.match(description, /^[A-Z].*\.$/s, path);
		assert.ok(summary.length > 0 && examples.length > 0, path);
		for (const each of [...options, ...taken])
			assert.ok(each.description.length > 0, `${path}: ${JSON.stringify(each)}`);
	}
});

test('every example of the help is a command line that the program understands', () => {
	const flagsOf = (command: DescribedCommand) =>
		[...command.options, ...program.options].flatMap(({ long, short }) => [long, ...(short === null ? [] : [short])]);
	for (const { path, examples } of commands) {
		for (const [line] of examples) {
			const words = line.split(/ [|>] /)[0]?.match(/"[^"]*"|\S+/g) ?? [];
			const own = commands
				.filter((each) => `${words.join(' ')} `.startsWith(`${each.path} `))
				.sort((a, b) => b.path.length - a.path.length)[0];
			assert.ok(own !== undefined, `${path}: ${line}`);
			for (const word of words.filter((each) => /^--?[a-z]/.test(each))) {
				const flag = word.split('=')[0] as string;
				assert.ok(['--help', '-h', ...flagsOf(own)].includes(flag), `${path}: ${line}: ${word}`);
			}
		}
	}
});

test('the help of a command is found by `help` too, in groups and before them', async () => {
	const asked = await runInProcess(['models', 'show', '--help']);
	for (const argv of [
		['help', 'models', 'show'],
		['models', 'help', 'show'],
	]) {
		assert.deepEqual(await runInProcess(argv), asked, argv.join(' '));
	}
	assert.deepEqual(await runInProcess(['help']), await runInProcess(['--help']));
});

test('the help of a command that there is not is an error, not the help of another', async () => {
	for (const [argv, hint] of [
		[['help', 'rnu'], 'did you mean run?'],
		[['rnu', '--help'], 'did you mean run?'],
		[['help', 'models', 'shwo'], 'did you mean show?'],
		[['models', 'help', 'frob'], 'counterfoil models --help shows what is understood'],
	] as const) {
		const { code, stdout, stderr } = await runInProcess(argv);
		assert.deepEqual([code, stdout], [2, ''], argv.join(' '));
		assert.ok(stderr.includes(`\nhint: ${hint}\n`), stderr);
	}
});

test('help and version are documents with --json, and what is missing is an error', async () => {
	const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
	assert.deepEqual(JSON.parse((await runInProcess(['--version', '--json'])).stdout), { version });
	assert.deepEqual(JSON.parse((await runInProcess(['--version', '--ndjson'])).stdout), {
		type: 'result',
		result: { version },
	});
	const all = JSON.parse((await runInProcess(['help', '--json'])).stdout) as DescribedCommand;
	assert.deepEqual(
		all.commands.map(({ path }) => path),
		COMMANDS.map(({ name }) => name),
	);
	const shown = JSON.parse((await runInProcess(['models', 'show', '--help', '--json'])).stdout) as DescribedCommand;
	assert.deepEqual(
		shown,
		commands.find(({ path }) => path === 'models show'),
	);
	const { code, stdout, stderr } = await runInProcess(['models', '--json']);
	assert.deepEqual([code, stdout, JSON.parse(stderr).code], [2, '', 'USAGE']);
});
