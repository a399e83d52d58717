import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeWorkFolder, placeFiles } from './cache.mjs';
import { installNpmPackages } from './npm-packages.mjs';
import { broken, unavailable } from './outcomes.mjs';
import { isCheckout, packageRoot } from './places.mjs';
import { findTfjsNode } from './tfjs-node.mjs';

/**
 * Brings the package tfjs-node where npm has dropped it, or is about to. An npm that does not know `allowScripts`, or
 * that installs counterfoil as a dependency, runs tfjs-node's own install script; when that finds no way to its
 * download host npm removes the optional package: in a checkout before it runs our script, else after it. So a
 * counterfoil that is a dependency gets a copy inside its own folder, which npm does not touch.
 *
 * The copy has its dependencies inside; tfjs itself is the one that counterfoil has.
 *
 * @returns {import('./outcomes.mjs').Outcome | undefined} undefined when the package is there now
 */
export function restoreTfjsNode() {
	const target = join(packageRoot, 'node_modules', '@tensorflow', 'tfjs-node');
	const found = findTfjsNode();
	if (found !== undefined && (isCheckout || existsSync(target))) return undefined;
	if (process.env.npm_config_omit?.split(/\s+/).includes('optional') || process.env.npm_config_optional === 'false') {
		return unavailable('optional packages are left out');
	}
	const work = makeWorkFolder();
	try {
		const packages = installNpmPackages('tfjs-node', work);
		if (!packages.ok)
			return unavailable(`npm cannot get tfjs-node (${packages.reason})`, 'open a way to the npm registry');
		placeFiles(join(packages.modules, '@tensorflow', 'tfjs-node'), target);
		for (const name of readdirSync(packages.modules)) {
			if (name.startsWith('.') || name === '@tensorflow') continue;
			placeFiles(join(packages.modules, name), join(target, 'node_modules', name));
		}
		return findTfjsNode() === undefined ? broken('tfjs-node is not found where it was put') : undefined;
	} finally {
		rmSync(work, { recursive: true, force: true });
	}
}
