import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheEntry, makeWorkFolder, placeFiles, removeFromCache, storeInCache } from './cache.mjs';
import { absent, ready } from './outcomes.mjs';
import { removeBinaries, tryTfjsNode } from './tfjs-node.mjs';

/** What tfjs-node needs to run: the libraries and the addon; the headers are for building only. */
const FOLDERS = [join('deps', 'lib'), 'lib'];

/**
 * Puts the libraries and the addon that an earlier install has left in the user's cache into tfjs-node.
 *
 * @param {string} tfjsNode folder of tfjs-node
 * @returns {import('./outcomes.mjs').Outcome}
 */
export function restoreFromCache(tfjsNode) {
	const entry = cacheEntry(entryName(tfjsNode));
	if (!existsSync(entry)) return absent('not in the cache');
	removeBinaries(tfjsNode);
	placeFiles(entry, tfjsNode);
	const trial = tryTfjsNode(tfjsNode);
	if (trial.ok) return ready(`libtensorflow ${trial.tensorflowVersion} from the cache`);
	// Made on another machine with the same home, or damaged.
	removeBinaries(tfjsNode);
	removeFromCache(entryName(tfjsNode));
	return absent(`in the cache, but does not load here: ${trial.reason}`);
}

/**
 * Keeps the libraries and the addon of a tfjs-node that has been tried, for the next install. A cache that cannot be
 * written to is no error.
 *
 * @param {string} tfjsNode folder of tfjs-node
 */
export function keepInCache(tfjsNode) {
	const work = makeWorkFolder();
	try {
		for (const name of FOLDERS) placeFiles(join(tfjsNode, name), join(work, 'finished', name));
		storeInCache(join(work, 'finished'), entryName(tfjsNode));
	} finally {
		rmSync(work, { recursive: true, force: true });
	}
}

function entryName(tfjsNode) {
	const { version } = JSON.parse(readFileSync(join(tfjsNode, 'package.json'), 'utf8'));
	return join('tfjs-node', `${version}-${process.platform}-${process.arch}`);
}
