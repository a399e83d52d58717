import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Builds the pages of the console into a folder: `node scripts/build-pages.mjs dist/pages`. */
export async function buildPages(outDir) {
	const { build } = await import('vite');
	await build({
		configFile: false,
		root: fileURLToPath(new URL('../src/console/pages', import.meta.url)),
		logLevel: 'warn',
		oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
		build: {
			outDir: resolve(outDir),
			emptyOutDir: true,
			target: 'es2022',
			// Nothing inline: the policy of the pages would refuse it.
			assetsInlineLimit: 0,
			modulePreload: false,
			reportCompressedSize: false,
		},
	});
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPages(process.argv[2] ?? 'dist/pages');
