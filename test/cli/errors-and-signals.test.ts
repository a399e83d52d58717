import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import { commandName, quoteArgument, sameCommand } from '../../src/cli/command-name.ts';
import { docsUrl } from '../../src/cli/docs-url.ts';
import { endWithError } from '../../src/cli/end-with-error.ts';
import { handleInterrupt } from '../../src/cli/handle-interrupt.ts';
import { printError } from '../../src/cli/print-error.ts';
import { createTerminal, type Terminal } from '../../src/cli/terminal.ts';
import { CounterfoilError } from '../../src/contracts/errors.ts';

function record(argv: readonly string[]): { terminal: Terminal; stdout: () => string; stderr: () => string } {
	let out = '';
	let err = '';
	const terminal = createTerminal({
		stdout: { write: (text) => (out += text) },
		stderr: { write: (text) => (err += text) },
		argv,
	});
	return { terminal, stdout: () => out, stderr: () => err };
}

const failure = new CounterfoilError('CSV_UNCLOSED_QUOTE', 'quoted field opened here never closes', {
	where: 'data/\x1b[2Jtx.csv:1042:17 (byte 88213)',
	hint: 'set --delimiter',
});

test('an error says code, place, message and hint on stderr, with what the terminal would obey escaped', () => {
	const { terminal, stdout, stderr } = record(['run']);
	printError(failure, terminal);
	assert.equal(stdout(), '');
	assert.equal(
		stderr(),
		'error CSV_UNCLOSED_QUOTE data/\\x1b[2Jtx.csv:1042:17 (byte 88213): quoted field opened here never closes\n' +
			'hint: set --delimiter\n' +
			`docs: ${docsUrl('CSV_UNCLOSED_QUOTE')}\n`,
	);
});

test('an error without a place leaves it out; one without a hint has that of its code', () => {
	const { terminal, stderr } = record([]);
	printError(new CounterfoilError('TABLE_EMPTY', 'the table has no rows'), terminal);
	assert.equal(
		stderr(),
		`error TABLE_EMPTY: the table has no rows\nhint: Check that it is the right file and that --skip-rows does not skip all of it.\ndocs: ${docsUrl('TABLE_EMPTY')}\n`,
	);
});

test('what the system said of it is told as the cause, what others said of data is not', () => {
	const missing = Object.assign(new Error("ENOENT: no such file or directory, open 'secret.csv'"), {
		code: 'ENOENT',
		errno: -2,
		syscall: 'open',
	});
	const causes = [missing, new RangeError('value 4711 is out of range'), 'a text'].map((cause) => {
		const { terminal, stderr } = record([]);
		printError(new CounterfoilError('CSV_UNREADABLE', 'cannot be read', { cause }), terminal);
		return /^cause: (.*)$/m.exec(stderr())?.[1];
	});
	assert.deepEqual(causes, ['ENOENT: no such file or directory, open', 'RangeError', undefined]);
});

test('a defect ends with 70 and leaves a file that tells the calls and nothing of the data', async () => {
	const { terminal, stderr } = record(['--json', 'purge', '--record-key', 'customer-4711', '--as=ann']);
	const code = await endWithError(new TypeError('cannot read "customer-4711"'), terminal);
	assert.equal(code, 70);
	const { bundle, hint } = JSON.parse(stderr()) as { bundle: string; hint: string };
	assert.match(hint, /report/);
	const text = readFileSync(bundle, 'utf8');
	rmSync(bundle);
	const { counterfoil, command, calls } = JSON.parse(text) as {
		counterfoil: string;
		command: string[];
		calls: { name: string; frames: string[] }[];
	};
	assert.match(counterfoil, /^\d+\.\d+/);
	assert.deepEqual(command, ['--json', 'purge', '--record-key', '...', '--as']);
	assert.equal(calls.at(-1)?.name, 'TypeError');
	assert.ok((calls.at(-1)?.frames.length ?? 0) > 0);
	assert.ok(!text.includes('4711'), text);
});

test('with --verbose the calls that led to an error are shown, without their messages', () => {
	const { terminal, stderr } = record(['-v']);
	printError(new CounterfoilError('INTERNAL', 'it broke', { cause: new TypeError('value 4711') }), terminal);
	assert.match(stderr(), /^TypeError\n {4}at /m);
	assert.ok(!stderr().includes('4711'));
});

test('colours are for terminals; FORCE_COLOR, NO_COLOR, TERM and --no-color decide otherwise', () => {
	const painted = (isTTY: boolean, environment: NodeJS.ProcessEnv, argv: readonly string[] = []) => {
		const stream = { isTTY, write: () => true };
		return createTerminal({ stdout: stream, stderr: stream, argv, environment }).paint('red', 'x') !== 'x';
	};
	assert.deepEqual(
		[
			painted(true, {}),
			painted(false, {}),
			painted(false, { FORCE_COLOR: '1' }),
			painted(true, { NO_COLOR: '1' }),
			painted(true, { TERM: 'dumb' }),
			painted(true, { FORCE_COLOR: '0' }),
			painted(true, { FORCE_COLOR: '3' }, ['--no-color']),
		],
		[true, false, true, false, false, false, false],
	);
});

test('a line is drawn again where somebody watches, not in CI and not on a dumb terminal', () => {
	const isLive = (isTTY: boolean, environment: NodeJS.ProcessEnv) => {
		const stream = { isTTY, write: () => true };
		return createTerminal({ stdout: stream, stderr: stream, argv: [], environment }).isLive;
	};
	assert.deepEqual(
		[isLive(true, {}), isLive(false, {}), isLive(true, { CI: 'true' }), isLive(true, { TERM: 'dumb' })],
		[true, false, false, false],
	);
});

test('the end of the time asks to stop as Ctrl-C does, and ends with 6', async () => {
	const { terminal } = record(['--timeout', '1s']);
	const source = Object.assign(new EventEmitter(), { exit: () => undefined });
	const interrupt = handleInterrupt(terminal, source);
	terminal.timeLimit.start(0.01);
	await new Promise((resolve) => interrupt.signal.addEventListener('abort', resolve));
	assert.deepEqual([interrupt.exitCode(), interrupt.isTimedOut()], [6, true]);
	interrupt.release();
});

test('what nobody stops by itself is given up when the time is over', async () => {
	const { terminal } = record([]);
	terminal.timeLimit.start(0.01);
	await assert.rejects(terminal.timeLimit.race(new Promise(() => undefined)), { code: 'TIMED_OUT' });
	assert.equal(await record([]).terminal.timeLimit.race(Promise.resolve(7)), 7);
});

test('with --json an error is one line with the same fields', () => {
	const { terminal, stderr } = record(['run', '--json']);
	printError(failure, terminal, { runId: 'r1' });
	assert.deepEqual(JSON.parse(stderr()), {
		code: 'CSV_UNCLOSED_QUOTE',
		message: 'quoted field opened here never closes',
		where: 'data/\x1b[2Jtx.csv:1042:17 (byte 88213)',
		hint: 'set --delimiter',
		retryable: false,
		docs: docsUrl('CSV_UNCLOSED_QUOTE'),
		runId: 'r1',
	});
	assert.equal(stderr().trimEnd().split('\n').length, 1);
});

test('quiet silences notes, not data and not errors', () => {
	const { terminal, stdout, stderr } = record(['runs', 'list', '-q']);
	terminal.note('for people');
	terminal.out('data');
	printError(failure, terminal);
	assert.equal(stdout(), 'data\n');
	assert.match(stderr(), /^error CSV/);
});

test('flags after -- are arguments', () => {
	assert.equal(record(['run', '--', '--json']).terminal.json, false);
});

test('the first interrupt asks to stop, the second ends the process', () => {
	const { terminal, stderr } = record([]);
	const exits: number[] = [];
	const source = Object.assign(new EventEmitter(), { exit: (code: number) => exits.push(code) });
	const interrupt = handleInterrupt(terminal, source);
	assert.equal(interrupt.exitCode(), null);
	source.emit('SIGINT');
	assert.equal(interrupt.signal.aborted, true);
	assert.equal(interrupt.exitCode(), 130);
	assert.match(stderr(), /stopping/);
	assert.deepEqual(exits, []);
	source.emit('SIGINT');
	assert.deepEqual(exits, [130]);
	interrupt.release();
	assert.equal(source.listenerCount('SIGINT') + source.listenerCount('SIGTERM'), 0);
});

test('being told to end gives 143', () => {
	const source = Object.assign(new EventEmitter(), { exit: () => undefined });
	const interrupt = handleInterrupt(record(['-q']).terminal, source);
	source.emit('SIGTERM');
	assert.equal(interrupt.exitCode(), 143);
});

test('suggested commands start the way the person started counterfoil', () => {
	const PATH = '/usr/bin:/opt/node/bin';
	assert.equal(commandName({ PATH }), 'counterfoil');
	assert.equal(commandName({ PATH, COUNTERFOIL_INVOKED_AS: './bin/counterfoil' }), './bin/counterfoil');
	assert.equal(commandName({ PATH, COUNTERFOIL_INVOKED_AS: '/opt/node/bin/counterfoil' }), 'counterfoil');
	assert.equal(
		commandName({ PATH, COUNTERFOIL_INVOKED_AS: '/a/node_modules/.bin/counterfoil', npm_command: 'exec' }),
		'npx counterfoil',
	);
	assert.equal(commandName({ PATH, COUNTERFOIL_INVOKED_AS: '/my files/counterfoil' }), "'/my files/counterfoil'");
});

test('the command to type again is quoted for the shell', () => {
	assert.equal(quoteArgument("it's"), "'it'\\''s'");
	assert.equal(quoteArgument(''), "''");
	assert.equal(
		sameCommand(['run', 'my data.csv', '--label=is_fraud'], {}),
		"counterfoil run 'my data.csv' --label=is_fraud",
	);
});
