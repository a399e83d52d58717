import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CounterfoilError } from '../contracts/errors.ts';

/**
 * The folder with the built pages. The package has them; a checkout builds them when they are first needed, and again
 * when their sources have changed, which takes a second or two.
 *
 * @param onBuild told before they are built
 */
export async function findPages(onBuild: () => void = () => undefined): Promise<string> {
	const isSource = import.meta.url.endsWith('.ts');
	if (!isSource) return fileURLToPath(new URL('../../pages/', import.meta.url));
	const sources = fileURLToPath(new URL('./pages', import.meta.url));
	const hash = hashSources(sources);
	const cache = fileURLToPath(new URL('../../node_modules/.cache/counterfoil-pages', import.meta.url));
	const folder = join(cache, hash);
	if (existsSync(join(folder, 'index.html'))) return folder;
	onBuild();
	// Two processes may build at once; whichever is first is used by both.
	const draft = join(cache, `${hash}.${process.pid}`);
	await mkdir(cache, { recursive: true });
	await buildPages(draft);
	await rename(draft, folder).catch(async () => rm(draft, { recursive: true, force: true }));
	return folder;
}

/** @throws INTERNAL where vite is not installed */
async function buildPages(outDir: string): Promise<void> {
	const builder = new URL('../../scripts/build-pages.mjs', import.meta.url).href;
	try {
		const { buildPages: build } = (await import(builder)) as { buildPages(outDir: string): Promise<void> };
		await build(outDir);
	} catch (cause) {
		throw new CounterfoilError('INTERNAL', 'The pages of the console could not be built.', {
			hint: 'in a checkout they need the packages for development: npm ci',
			cause,
		});
	}
}

function hashSources(folder: string): string {
	const hash = createHash('sha256');
	const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name))
		.toSorted();
	for (const path of paths) hash.update(path.slice(folder.length).replaceAll(sep, '/')).update(readFileSync(path));
	return hash.digest('hex').slice(0, 16);
}
