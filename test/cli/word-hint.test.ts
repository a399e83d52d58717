import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { COMMAND_NAMES } from '../../src/cli/command-names.ts';
import { ERROR_REMEDIES } from '../../src/cli/error-remedies.ts';
import { wordHint } from '../../src/cli/word-hint.ts';
import { CounterfoilError, ERROR_CATALOGUE, type ErrorCode } from '../../src/contracts/errors.ts';

const ROOT = new URL('../../', import.meta.url);
const CHECKOUT = { COUNTERFOIL_INVOKED_AS: './bin/counterfoil', PATH: '' };

test('an error without a hint says what helps with its code, as it can be typed and without markup', () => {
	for (const code of Object.keys(ERROR_CATALOGUE) as ErrorCode[]) {
		const hint = wordHint(new CounterfoilError(code, 'It went wrong.'), CHECKOUT);
		assert.match(hint, /^[A-Z][^`]+\.$/, code);
		assert.doesNotMatch(hint, new RegExp(`\\]\\(|(^|[^/])counterfoil (${COMMAND_NAMES.join('|')})\\b`), code);
		for (const [, page = ''] of hint.matchAll(/(docs\/[\w/-]+\.md)/g)) assert.ok(existsSync(new URL(page, ROOT)), page);
	}
});

test('what is advised for a code can be typed: the commands and options that are named exist', () => {
	const commands = readFileSync(new URL('docs/reference/commands.md', ROOT), 'utf8');
	for (const [code, remedy] of Object.entries(ERROR_REMEDIES)) {
		const named = [...remedy.matchAll(/counterfoil ((?:[a-z]+ )*[a-z]+)/g)].map(([, words = '']) => words);
		for (const words of named) assert.match(commands, new RegExp(`^.counterfoil ${words}\\b`, 'm'), code);
		for (const [option] of remedy.matchAll(/--[a-z-]+/g)) assert.ok(commands.includes(option), `${code}: ${option}`);
	}
});

test('commands in a hint are written as they can be typed; other words stay', () => {
	const word = (hint: string, environment: NodeJS.ProcessEnv) =>
		wordHint(new CounterfoilError('USAGE', 'No.', { hint }), environment);
	assert.equal(word('see "counterfoil runs list"', CHECKOUT), 'see "./bin/counterfoil runs list"');
	assert.equal(word('pipe it in: cat a.csv | counterfoil run -', {}), 'pipe it in: cat a.csv | counterfoil run -');
	assert.equal(
		word('counterfoil makes no buckets; counterfoil doctor tries them', {
			COUNTERFOIL_INVOKED_AS: 'x/counterfoil',
			npm_command: 'exec',
		}),
		'counterfoil makes no buckets; npx counterfoil doctor tries them',
	);
	const typed = 'go on: ./bin/counterfoil runs resume R';
	assert.equal(word(typed, CHECKOUT), typed);
});
