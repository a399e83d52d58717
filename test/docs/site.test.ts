import assert from 'node:assert/strict';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { PAGE_GROUPS } from '../../site/.vitepress/pages.ts';
import { writeLlmsText } from '../../site/.vitepress/write-llms-text.ts';
import { ROOT } from './fenced-blocks.ts';

const SHOWN = PAGE_GROUPS.flatMap(({ items }) => items.map(({ link }) => `${link.slice(1)}.md`));

test('every page of docs/ has its place in the site, and each place its page', () => {
	const pages = globSync('**/*.md', { cwd: join(ROOT, 'docs') }).filter((name) => name !== 'index.md');
	assert.deepEqual([...SHOWN].sort(), pages.sort());
});

test('llms.txt has every page with what it is about, and the pages lie beside it as Markdown', (t) => {
	const out = mkdtempSync(join(tmpdir(), 'counterfoil-site-'));
	t.after(() => rmSync(out, { recursive: true, force: true }));
	writeLlmsText(join(ROOT, 'docs'), out);
	const text = readFileSync(join(out, 'llms.txt'), 'utf8');
	for (const page of SHOWN) {
		const about = new RegExp(`^- \\[[^\\]]+\\]\\(${page}\\): (.+)$`, 'm').exec(text)?.[1] ?? '';
		assert.ok(about.length > 12, `${page} begins with no sentence: "${about}"`);
		assert.ok(existsSync(join(out, page)));
	}
});
