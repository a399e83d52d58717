import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { completionScript, type Shell } from '../../src/cli/completion-script.ts';
import { describeCommands } from '../../src/cli/describe-commands.ts';

const folder = mkdtempSync(join(tmpdir(), 'counterfoil-completion-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const program = await describeCommands();

function write(shell: Shell): string {
	const path = join(folder, `counterfoil.${shell}`);
	writeFileSync(path, completionScript(shell, program));
	return path;
}

function lacks(shell: Shell): string | false {
	return spawnSync(shell, ['-c', ':']).status === 0 ? false : `no ${shell} here`;
}

function ask(shell: Shell, script: string): string[] {
	const { status, stdout, stderr } = spawnSync(shell, ['-c', script], { encoding: 'utf8', cwd: folder });
	assert.equal(status, 0, stderr);
	assert.equal(stderr, '');
	return stdout.split('\n').filter((line) => line !== '');
}

test('bash completes commands, their commands, options and values', { skip: lacks('bash') }, () => {
	const path = write('bash');
	assert.deepEqual(ask('bash', `bash -n ${path}`), []);
	const complete = (...words: string[]) =>
		ask(
			'bash',
			`source ${path}; COMP_WORDS=(counterfoil ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _counterfoil; printf '%s\\n' "\${COMPREPLY[@]}"`,
		);
	assert.deepEqual(complete('qu'), ['queue']);
	assert.deepEqual(complete('queue', 'sn'), ['snooze']);
	assert.deepEqual(complete('queue', 'list', '--ove'), ['--overdue']);
	assert.deepEqual(complete('queue', 'list', '--state', 'sn'), ['snoozed']);
	assert.deepEqual(complete('--json', 'export', 'rec'), ['records']);
	assert.deepEqual(complete('run', 'counterfoil.b'), ['counterfoil.bash']);
	// The value of an option is no command.
	assert.deepEqual(complete('--config', 'queue', 'sim'), ['simulate']);
	assert.deepEqual(complete('--config', '=', 'queue', 'sim'), ['simulate']);
	assert.ok(!/mapfile|readarray|declare -A|,,\}/.test(completionScript('bash', program)), 'Bash 3.2 has none of them');
});

test('fish completes commands, their commands, options and values', { skip: lacks('fish') }, () => {
	const path = write('fish');
	assert.deepEqual(ask('fish', `fish -n ${path}`), []);
	const complete = (line: string) =>
		ask('fish', `source ${path}; complete -C '${line}'`).map((found) => found.split('\t')[0]);
	assert.deepEqual(complete('counterfoil qu'), ['queue']);
	assert.deepEqual(complete('counterfoil queue sn'), ['snooze']);
	assert.deepEqual(complete('counterfoil queue list --ove'), ['--overdue']);
	assert.deepEqual(complete('counterfoil queue list --state sn'), ['snoozed']);
	assert.deepEqual(complete('counterfoil export rec'), ['records']);
	assert.deepEqual(complete('counterfoil --config queue simu'), ['simulate']);
});

test('zsh understands its script and finds the commands in it', { skip: lacks('zsh') }, () => {
	const path = write('zsh');
	assert.deepEqual(ask('zsh', `zsh -n ${path}`), []);
	// What the completion system would be asked to show.
	const asked = (words: readonly string[]) =>
		ask(
			'zsh',
			`compdef() { :; }; _describe() { print -l -- "\${(@P)2}"; }; compadd() { shift; print -l -- "$@"; }; _files() { print files; }; source ${path}; words=(counterfoil ${words.join(' ')} ''); CURRENT=$#words; _counterfoil`,
		);
	assert.ok(asked([]).some((line) => line.startsWith('queue:the review queue')));
	assert.ok(asked(['queue']).some((line) => line.startsWith('snooze:')));
	assert.deepEqual(asked(['queue', 'list', '--state']), ['new', 'in_review', 'snoozed', 'escalated']);
	assert.deepEqual(asked(['run']), ['files']);
	assert.ok(asked(['--config', 'queue']).some((line) => line.startsWith('simulate:')));
});
