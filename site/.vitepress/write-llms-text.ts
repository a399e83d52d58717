import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PAGE_GROUPS } from './pages.ts';

/**
 * llms.txt (llmstxt.org): the pages with their first sentence, for programs that read; each page lies beside its
 * HTML as Markdown.
 */
export function writeLlmsText(docs: string, out: string): void {
	const sections = PAGE_GROUPS.map(({ text, items }) => {
		const lines = items.map((item) => {
			const path = `${item.link.slice(1)}.md`;
			const page = readFileSync(join(docs, path), 'utf8');
			mkdirSync(dirname(join(out, path)), { recursive: true });
			copyFileSync(join(docs, path), join(out, path));
			return `- [${item.text}](${path}): ${firstSentence(page)}`;
		});
		return `## ${text}\n\n${lines.join('\n')}`;
	});
	const head =
		'# counterfoil\n\n> A tabular GAN that keeps both halves: the discriminator finds records of a table that do not look real, the generator makes rows that do. TypeScript; a command line, a library, a review queue in SQLite or PostgreSQL, durable runs in one process or on Temporal.';
	writeFileSync(join(out, 'llms.txt'), `${head}\n\n${sections.join('\n\n')}\n`);
}

function firstSentence(page: string): string {
	const prose = page
		.replaceAll(/<!--[\s\S]*?-->/g, '')
		.replaceAll(/^```[\s\S]*?^```$/gm, '')
		.split(/\n{2,}/)
		.map((part) => part.trim())
		.find((part) => part !== '' && !/^[#|>!-]/.test(part));
	const plain = (prose ?? '').replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('\n', ' ');
	return /^.*?[.:](?= |$)/.exec(plain)?.[0].replace(/:$/, '.') ?? plain;
}
