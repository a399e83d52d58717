import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { describeCommands } from '../../src/cli/describe-commands.ts';
import { flattenCommands } from '../../src/cli/describe-program.ts';
import { docsUrl } from '../../src/cli/docs-url.ts';
import { ERROR_CATALOGUE, type ErrorCode } from '../../src/contracts/errors.ts';
import { ROOT } from './fenced-blocks.ts';

const codes = Object.keys(ERROR_CATALOGUE) as ErrorCode[];

test('the catalogue is in alphabetical order, so that a code is found', () => {
	assert.deepEqual(codes, [...codes].sort());
});

test('the catalogue has no code that nothing ends with', () => {
	const files = globSync('{src,activities,workflows}/**/*.{ts,tsx}', { cwd: ROOT });
	const sources = files.filter((file) => !file.endsWith('contracts/errors.ts'));
	const text = sources.map((file) => readFileSync(join(ROOT, file), 'utf8')).join('\n');
	assert.deepEqual(
		codes.filter((code) => !text.includes(`'${code}'`)),
		[],
	);
});

test('where a printed error sends its reader there is a section about its code, with what to do', () => {
	for (const code of codes) {
		const [page = '', anchor] = docsUrl(code, {}).split('#');
		const text = readFileSync(fileURLToPath(page), 'utf8');
		const [, section = ''] = text.split(`<a id="${anchor}"></a>\n\n## ${code}\n\n`);
		const [meaning, remedy = ''] = section.split('\n\n<a id=')[0]?.split('\n\n') ?? [];
		assert.ok(meaning?.startsWith(ERROR_CATALOGUE[code].meaning), code);
		assert.match(remedy, /^[A-Z][^|<]{8,}\.\n?$/, code);
	}
});

test('what it says to do can be typed: commands and options that are there', async () => {
	const program = await describeCommands();
	const commands = flattenCommands(program);
	const options = new Set([program, ...commands].flatMap((command) => command.options.map(({ long }) => long)));
	const text = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
		.split('\n## ')
		.slice(1)
		.join('\n');
	const typed = [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string);
	const unknown = typed.flatMap((said) => {
		const [, words = ''] = /^counterfoil ((?:[a-z]+(?: |$))*)/.exec(said) ?? [];
		const isCommand =
			words === '' || commands.some(({ path }) => path === words.trim() || path.startsWith(`${words.trim()} `));
		const lacking = [...said.matchAll(/(?<=^| )--[a-z-]+/g)]
			.map(([option]) => option)
			.filter((option) => !options.has(option));
		return [...(isCommand ? [] : [said]), ...lacking.filter((option) => option !== '--help')];
	});
	assert.deepEqual(unknown, []);
});
