import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { CounterfoilError } from '../contracts/errors.ts';

export interface PageFile {
	readonly bytes: Uint8Array<ArrayBuffer>;
	/** Null where compressing saves nothing. */
	readonly brotli: Uint8Array<ArrayBuffer> | null;
	readonly type: string;
	/** Whether the name changes with the content, so that it can be kept for ever. */
	readonly isHashed: boolean;
}

export interface BuiltPages {
	/** By path from the root of the server: `/assets/index-4f9a2c.js`. */
	readonly files: ReadonlyMap<string, PageFile>;
	/** What every page begins with. */
	readonly index: PageFile;
}

const TYPES: Readonly<Record<string, string>> = {
	'.css': 'text/css; charset=utf-8',
	'.html': 'text/html; charset=utf-8',
	'.js': 'text/javascript; charset=utf-8',
	'.svg': 'image/svg+xml',
};

/**
 * Reads the built pages into memory. No path of a request is ever looked up among files, so that none can lead out of
 * the folder.
 *
 * @throws INTERNAL if the folder holds no pages
 */
export function readBuiltPages(folder: string): BuiltPages {
	const files = new Map<string, PageFile>();
	for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
		const type = TYPES[extname(entry.name)];
		if (!entry.isFile() || type === undefined) continue;
		const path = join(entry.parentPath, entry.name);
		const bytes = new Uint8Array(readFileSync(path));
		const brotli = new Uint8Array(brotliCompressSync(bytes));
		const name = path.slice(folder.length).replaceAll('\\', '/');
		files.set(name.startsWith('/') ? name : `/${name}`, {
			bytes,
			brotli: brotli.length < bytes.length ? brotli : null,
			type,
			isHashed: name.includes('assets/'),
		});
	}
	const index = files.get('/index.html');
	if (index === undefined) throw new CounterfoilError('INTERNAL', 'the pages of the console are not built');
	return { files, index };
}
