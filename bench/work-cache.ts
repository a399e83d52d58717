import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Finished pieces of work, each a small JSON file named by what it depends on. */
export interface WorkCache {
	/** Null if this piece is not there. */
	get<Value>(key: WorkKey): Value | null;
	put(key: WorkKey, value: unknown): void;
}

/** Everything that the result depends on. */
export type WorkKey = Readonly<Record<string, string | number | boolean | null>>;

export function openWorkCache(folder: string): WorkCache {
	mkdirSync(folder, { recursive: true });
	const pathOf = (key: WorkKey) => join(folder, `${sha256(JSON.stringify(key)).slice(0, 32)}.json`);
	return {
		get(key) {
			try {
				return JSON.parse(readFileSync(pathOf(key), 'utf8'));
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
				throw error;
			}
		},
		put(key, value) {
			const path = pathOf(key);
			writeFileSync(`${path}.${process.pid}`, JSON.stringify(value));
			renameSync(`${path}.${process.pid}`, path);
		},
	};
}

/** A hash of the project's files under `paths` (folders or files, relative to its root): changes with the code. */
export function hashSources(paths: readonly string[]): string {
	const root = fileURLToPath(new URL('..', import.meta.url));
	const hash = createHash('sha256');
	for (const path of paths) {
		for (const file of listFiles(join(root, path))) {
			hash.update(`${file.slice(root.length)}\n`);
			hash.update(readFileSync(file));
		}
	}
	return hash.digest('hex').slice(0, 16);
}

function listFiles(path: string): string[] {
	if (!statSync(path).isDirectory()) return [path];
	return readdirSync(path)
		.sort()
		.flatMap((name) => listFiles(join(path, name)));
}

function sha256(text: string): string {
	return createHash('sha256').update(text).digest('hex');
}
