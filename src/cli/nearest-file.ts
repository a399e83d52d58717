import { opendir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { findNearest } from '../contracts/find-nearest.ts';

/** Names looked at for a suggestion; a folder with more is not a place to guess in. */
const MOST_NAMES = 10_000;

/**
 * The file beside `path` that a mistyped path most likely means, in the form that `path` has; null where none is close.
 *
 * @param isMeant which names can be meant at all
 */
export async function nearestFile(
	path: string,
	isMeant: (name: string) => boolean = () => true,
): Promise<string | null> {
	const folder = dirname(path);
	const names: string[] = [];
	try {
		for await (const entry of await opendir(folder)) {
			if (entry.isFile() && isMeant(entry.name)) names.push(entry.name);
			if (names.length > MOST_NAMES) return null;
		}
	} catch {
		return null;
	}
	const nearest = findNearest(basename(path), names.sort());
	return nearest === null ? null : join(folder, nearest);
}
