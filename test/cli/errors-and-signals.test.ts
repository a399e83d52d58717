import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { commandName, quoteArgument, sameCommand } from '../../src/cli/command-name.ts';
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
			'hint: set --delimiter\n',
	);
});

test('an error without a place or a hint leaves them out', () => {
	const { terminal, stderr } = record([]);
	printError(new CounterfoilError('TABLE_EMPTY', 'the table has no rows'), terminal);
	assert.equal(stderr(), 'error TABLE_EMPTY: the table has no rows\n');
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
