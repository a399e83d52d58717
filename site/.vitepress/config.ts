import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { PAGE_GROUPS } from './pages.ts';
import { slugOf } from './slug.ts';
import { writeLlmsText } from './write-llms-text.ts';

const DOCS = fileURLToPath(new URL('../../docs', import.meta.url));
const REFERENCE = PAGE_GROUPS.find(({ text }) => text === 'Reference');

/** The site over docs/: `npm run docs` builds it into site/dist, and fails for a link that leads nowhere. */
export default defineConfig({
	title: 'counterfoil',
	description:
		'A tabular GAN that keeps both halves: one finds records that do not look real, one makes records that do.',
	srcDir: DOCS,
	outDir: fileURLToPath(new URL('../dist', import.meta.url)),
	cacheDir: fileURLToPath(new URL('../.cache', import.meta.url)),
	lastUpdated: false,
	// Works from any folder of any server.
	base: process.env.DOCS_BASE ?? '/',
	markdown: { anchor: { slugify: slugOf }, languageAlias: { postgresql: 'sql', cron: 'sh' } },
	// The index of the search is one file.
	vite: { build: { chunkSizeWarningLimit: 2_000 } },
	themeConfig: {
		search: { provider: 'local' },
		outline: [2, 3],
		nav: [
			{ text: 'Tutorial', link: '/tutorial' },
			{ text: 'Cookbook', link: '/cookbook' },
			{ text: 'Reference', items: [...(REFERENCE?.items ?? [])] },
			{ text: 'Results', link: '/results' },
		],
		sidebar: PAGE_GROUPS.map(({ text, items }) => ({ text, items: [...items], collapsed: false })),
		docFooter: { prev: 'Before', next: 'Next' },
	},
	buildEnd: ({ outDir }) => writeLlmsText(DOCS, outDir),
});
