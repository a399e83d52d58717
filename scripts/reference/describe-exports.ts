import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MADE, prose } from './markdown.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The entries of the package, and the pages they are described on. */
export const ENTRIES = [
	{
		page: 'docs/reference/library.md',
		name: 'counterfoil',
		file: 'src/index.ts',
		about: 'Both halves of the GAN for rows in memory; [the library](../library.md) shows how they are used.',
	},
	{
		page: 'docs/reference/client.md',
		name: 'counterfoil/client',
		file: 'src/client/connect.ts',
		about: 'Starts runs over files and databases; [from scripts and programs](../automation.md) shows how.',
	},
	{
		page: 'docs/reference/review.md',
		name: 'counterfoil/review',
		file: 'src/review-entry.ts',
		about: 'The review queue for programs; [the review queue](../queue.md#for-programs) shows how.',
	},
	{
		page: 'docs/reference/config.md',
		name: 'counterfoil/config',
		file: 'src/define-config.ts',
		about: 'For `counterfoil.config.ts`; [Configuration](../configuration.md) shows it.',
	},
] as const;

export interface DescribedExport {
	readonly name: string;
	readonly kind: 'class' | 'function' | 'interface' | 'type' | 'constant';
	/** What its comment says, without tags. */
	readonly about: string;
	/** As the compiler writes it. */
	readonly declaration: string;
}

/** The declarations of the package as the compiler makes them, in a folder that the caller removes. */
function makeDeclarations(): string {
	const folder = mkdtempSync(join(tmpdir(), 'counterfoil-declarations-'));
	const flags = ['--emitDeclarationOnly', '--sourceMap', 'false', '--outDir', folder];
	execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', join(ROOT, 'tsconfig.build.json'), ...flags], { cwd: ROOT });
	return folder;
}

/** Every entry of the package with everything that it exports. */
export function readExports(): Map<string, DescribedExport[]> {
	const folder = makeDeclarations();
	try {
		return new Map(
			ENTRIES.map(({ name, file }) => {
				const path = join(folder, file.replace(/\.ts$/, '.d.ts'));
				const found = exportsOf(path).map(([exported, from]) => readDeclaration(exported, from));
				return [name, found.sort((a, b) => (a.name < b.name ? -1 : 1))];
			}),
		);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** The names that a file exports, each with the file that declares it. */
function exportsOf(path: string): [name: string, file: string][] {
	const text = readFileSync(path, 'utf8');
	const own = [...text.matchAll(/^export (?:declare )?(?:abstract )?(?:class|function|const|interface|type) (\w+)/gm)];
	const passed = [...text.matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)'/gm)].flatMap((match) =>
		(match[1] ?? '')
			.split(',')
			.map((name) => name.trim().replace(/^type /, ''))
			.filter((name) => name !== '')
			.map((name): [string, string] => [name, join(dirname(path), (match[2] ?? '').replace(/\.(?:ts|js)$/, '.d.ts'))]),
	);
	return [...own.map((match): [string, string] => [match[1] ?? '', path]), ...passed];
}

const KINDS = {
	class: 'class',
	function: 'function',
	interface: 'interface',
	type: 'type',
	const: 'constant',
} as const;

function readDeclaration(name: string, file: string): DescribedExport {
	const text = readFileSync(file, 'utf8');
	const head = new RegExp(`^export (?:declare )?(?:abstract )?(class|function|const|interface|type) ${name}\\b`, 'gm');
	const matches = [...text.matchAll(head)];
	const first = matches[0];
	if (first === undefined) throw new Error(`${name} is not declared in ${file}`);
	const comment = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*$/.exec(text.slice(0, first.index))?.[1] ?? '';
	const about = comment
		.replaceAll(/^\s*\* ?/gm, '')
		.split(/^@/m)[0]
		?.trim();
	return {
		name,
		kind: KINDS[first[1] as keyof typeof KINDS],
		about: about ?? '',
		declaration: matches
			.map((match) => text.slice(match.index, endOf(text, match.index)))
			.join('\n')
			.replaceAll(/^export (?:declare )?/gm, '')
			.replaceAll(/^ {4,}/gm, (blanks) => '\t'.repeat(Math.floor(blanks.length / 4)) + ' '.repeat(blanks.length % 4))
			.replaceAll(/^\t(?:private |#).*;\n/gm, ''),
	};
}

/** Where the declaration that begins at `start` ends: a semicolon or a closing brace outside of all brackets. */
function endOf(text: string, start: number): number {
	let depth = 0;
	for (let at = start; at < text.length; at++) {
		if (text.startsWith('/*', at)) at = text.indexOf('*/', at) + 1;
		const sign = text.charAt(at);
		if ('{(['.includes(sign)) depth++;
		else if ('})]'.includes(sign)) {
			depth--;
			const isBlock = /^export (?:declare )?(?:abstract )?(?:class|interface)/.test(text.slice(start, start + 40));
			if (depth === 0 && sign === '}' && isBlock) return at + 1;
		} else if (sign === ';' && depth === 0) return at + 1;
	}
	return text.length;
}

/** The pages of all entries, by their paths. */
export function describeExports(): Map<string, string> {
	const all = readExports();
	return new Map(
		ENTRIES.map(({ page, name, about }) => {
			const found = all.get(name) ?? [];
			const list = (title: string, ...kinds: readonly DescribedExport['kind'][]) => {
				const some = found.filter(({ kind }) => kinds.includes(kind));
				return some.length === 0 ? '' : `## ${title}\n\n${some.map(describeOne).join('\n\n')}\n`;
			};
			const sections = [
				list('Classes', 'class'),
				list('Functions', 'function', 'constant'),
				list('Types', 'interface', 'type'),
			];
			return [page, `${MADE}\n\n# ${name}\n\n${about}\n\n${sections.filter((part) => part !== '').join('\n')}`];
		}),
	);
}

function describeOne({ name, about, declaration }: DescribedExport): string {
	const words = about.split(/\n\n+/).map(prose).join('\n\n');
	return `### ${name}\n\n${words === '' ? '' : `${words}\n\n`}<!-- not run: a declaration -->\n\`\`\`ts\n${declaration}\n\`\`\``;
}
