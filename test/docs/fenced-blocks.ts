import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A fenced block of a page. */
export interface FencedBlock {
	/** From the root of the repository. */
	readonly page: string;
	/** Of its first fence, from 1. */
	readonly line: number;
	/** The word behind the fence. */
	readonly language: string;
	readonly text: string;
	/** What `<!-- not run: ... -->` above it says; null: it is run. */
	readonly reason: string | null;
	/** What `<!-- needs: ... -->` above it names: a server, or a browser that opens the link that it prints. */
	readonly needs: string | null;
	/** What `<!-- long: ... -->` above it says: it is run as it stands, but only where that is asked for. */
	readonly long: string | null;
	/** What `<!-- given: ... -->` above it declares, for blocks that are part of a program. */
	readonly given: string;
}

const BLOCK = /^(?:<!-- (not run|needs|long|given):\s((?:(?!-->)[\s\S])*?)\s-->\n+)?```(.*)\n([\s\S]*?)^```$/gm;

/** The pages whose blocks are looked at: the README and its like, the documentation, the examples. */
export function listPages(): string[] {
	const pages = globSync('{docs,examples}/**/*.md', { cwd: ROOT });
	return ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...pages.sort()];
}

export function readBlocks(page: string): FencedBlock[] {
	const text = readFileSync(join(ROOT, page), 'utf8');
	return [...text.matchAll(BLOCK)].map((match) => {
		const [all, mark, words = '', language = '', body = ''] = match;
		const before = text.slice(0, match.index + all.indexOf('```'));
		return {
			page,
			line: before.split('\n').length,
			language: language.trim(),
			text: body,
			reason: mark === 'not run' ? words : null,
			needs: mark === 'needs' ? words : null,
			long: mark === 'long' ? words : null,
			given: mark === 'given' ? words : '',
		};
	});
}

/** `docs/queue.md:12`, to be clicked on. */
export function placeOf({ page, line }: FencedBlock): string {
	return `${page}:${line}`;
}
