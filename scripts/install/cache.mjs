import {
	constants,
	copyFileSync,
	linkSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readlinkSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cacheFolder } from './places.mjs';

const WORK_PREFIX = 'work-';
const DAY_MS = 24 * 3600 * 1000;

/**
 * A new folder to work in, on the disk of the cache where that can be written to (what is made in it can then be
 * renamed into the cache), else among the temporary files. The caller removes it.
 */
export function makeWorkFolder() {
	try {
		mkdirSync(cacheFolder(), { recursive: true });
		removeOldWorkFolders();
		return mkdtempSync(join(cacheFolder(), WORK_PREFIX));
	} catch {
		return mkdtempSync(join(tmpdir(), `counterfoil-${WORK_PREFIX}`));
	}
}

/** Those that an interrupted install has left; a younger one may belong to an install that is going on. */
function removeOldWorkFolders() {
	for (const name of readdirSync(cacheFolder())) {
		const path = join(cacheFolder(), name);
		if (name.startsWith(WORK_PREFIX) && Date.now() - statSync(path).mtimeMs > DAY_MS) {
			rmSync(path, { recursive: true, force: true });
		}
	}
}

/** The path of a cache entry, whether it exists or not. */
export function cacheEntry(name) {
	return join(cacheFolder(), name);
}

/**
 * Moves a finished file or folder into the cache in one step, so that no other process ever sees half of it. When
 * another process was faster its entry stays.
 *
 * @returns {boolean} whether the entry is in the cache now
 */
export function storeInCache(path, name) {
	const entry = cacheEntry(name);
	try {
		mkdirSync(dirname(entry), { recursive: true });
		renameSync(path, entry);
		return true;
	} catch (error) {
		return ['EEXIST', 'ENOTEMPTY'].includes(error.code);
	}
}

/** Takes an entry out of the cache in one step, then deletes it. */
export function removeFromCache(name) {
	const grave = join(makeWorkFolder(), 'removed');
	try {
		renameSync(cacheEntry(name), grave);
	} catch {
		// Another install has taken it out already, or the cache cannot be written: either way it is not used.
	}
	rmSync(dirname(grave), { recursive: true, force: true });
}

/**
 * Puts the files of a folder at another place: hard links where both are on one disk (the libraries are 600 MB),
 * copies otherwise.
 */
export function placeFiles(from, to) {
	mkdirSync(to, { recursive: true });
	for (const item of readdirSync(from, { withFileTypes: true })) {
		const [source, target] = [join(from, item.name), join(to, item.name)];
		if (item.isDirectory()) {
			placeFiles(source, target);
			continue;
		}
		rmSync(target, { force: true });
		if (item.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
		else linkOrCopy(source, target);
	}
}

function linkOrCopy(source, target) {
	try {
		linkSync(source, target);
	} catch {
		copyFileSync(source, target, constants.COPYFILE_FICLONE);
	}
}
