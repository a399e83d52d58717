import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { slugOf } from '../../site/.vitepress/slug.ts';
import { listPages, ROOT } from './fenced-blocks.ts';

const read = (page: string) => readFileSync(join(ROOT, page), 'utf8');

/** The page without its code, in which brackets are no links. */
function proseOf(page: string): string {
	return read(page)
		.replaceAll(/^```.*\n[\s\S]*?^```$/gm, '')
		.replaceAll(/`[^`\n]*`/g, '');
}

function anchorsOf(page: string): Set<string> {
	const headings = [
		...read(page)
			.replaceAll(/^```.*\n[\s\S]*?^```$/gm, '')
			.matchAll(/^#{1,6} (.+)$/gm),
	];
	return new Set(headings.map((match) => slugOf(match[1] as string)));
}

test('every link between the pages leads to a file, and to a heading that it has', () => {
	const dead: string[] = [];
	let links = 0;
	for (const page of listPages()) {
		for (const match of proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)) {
			const [path = '', anchor = ''] = (match[1] as string).split('#');
			if (/^[a-z]+:/.test(path)) continue;
			links++;
			const target = path === '' ? page : normalize(join(dirname(page), path));
			if (!existsSync(join(ROOT, target))) dead.push(`${page}: ${match[1]}`);
			else if (anchor !== '' && !anchorsOf(target).has(anchor)) dead.push(`${page}: ${match[1]} (no such heading)`);
		}
	}
	assert.ok(links > 100);
	assert.deepEqual(dead, []);
});

test('every page of docs/ that the code or a message names is there', () => {
	const gone: string[] = [];
	for (const file of globSync('{src,workflows,activities,migrations,scripts,bench,bin,test}/**/*.{ts,tsx,mjs,py}', {
		cwd: ROOT,
	})) {
		for (const match of read(file).matchAll(/docs\/[\w/-]+\.(?:md|yaml)/g)) {
			if (!existsSync(join(ROOT, match[0]))) gone.push(`${file}: ${match[0]}`);
		}
	}
	assert.deepEqual(gone, []);
});
