import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { firstAnswer, type Substitute, type Surroundings } from './block-servers.ts';
import { carryOut } from './carry-out.ts';
import { type FencedBlock, placeOf, ROOT } from './fenced-blocks.ts';

/**
 * A folder in which the shell blocks of the tutorial have been run on small files: where the blocks of all
 * other pages find a model, a run and a queue.
 */
export interface DocumentedWorkspace {
	readonly folder: string;
	/** Runs a block in the folder, its placeholders filled in; fails where it does not end with exit code 0. */
	run(block: FencedBlock, surroundings?: Surroundings): Promise<string>;
	/** Runs a block as it stands, which takes minutes. */
	runAsWritten(block: FencedBlock): Promise<string>;
	/** What a block that serves answers at the link that it prints; it is stopped then. */
	open(block: FencedBlock): Promise<Response>;
	/** A copy for another page, so that pages do not see each other's work. */
	copy(): DocumentedWorkspace;
	remove(): void;
}

/** Smaller than in the pages, and what stands for names that the reader has to put in. */
const SUBSTITUTES: readonly Substitute[] = [
	[/--rows 5000\b/g, '--rows 600'],
	[/--rows (?:1_?000|1k)\b/g, '--rows 100'],
	[/--rows (?:200|500)\b/g, '--rows 50'],
	[/\bMODEL\b/g, 'payments'],
	[/\bROW\b/g, '7'],
	[/\bITEM\b/g, '2'],
	[/"country=DE"/g, '"country=FR"'],
	[/\bcounterfoil console\b/g, '$& --port 0'],
	[/\b(?:learn (?:heights|ring)|heights\/run\.sh)\b/g, '$& --steps 20'],
];

export function openWorkspace(): DocumentedWorkspace {
	const folder = mkdtempSync(join(tmpdir(), 'counterfoil-docs-'));
	mkdirSync(join(folder, 'bin'));
	symlinkSync(join(ROOT, 'bin/counterfoil'), join(folder, 'bin/counterfoil'));
	mkdirSync(join(folder, '.local/bin'), { recursive: true });
	symlinkSync(join(ROOT, 'examples'), join(folder, 'examples'));
	// A training that is as short as can be; what comes of it is not looked at here.
	writeFileSync(join(folder, 'counterfoil.config.yaml'), 'steps: 20\nbaselines: false\nsyntheticRows: 200\n');
	return inFolder(folder);
}

function inFolder(folder: string): DocumentedWorkspace {
	const env = {
		...process.env,
		// What a page writes for its reader stays in the folder.
		HOME: folder,
		PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH ?? ''}`,
		COUNTERFOIL_DB: '',
		COUNTERFOIL_HOME: '',
		COUNTERFOIL_USER: 'ann',
		COUNTERFOIL_EXAMPLE_STEPS: '20',
	};
	return {
		folder,
		run: async (block, { env: more = {}, substitutes = [] } = {}) => {
			const script = END_JOBS + substitute(block, folder, [...SUBSTITUTES, ...substitutes]);
			const options = { cwd: folder, env: { ...env, ...more, PATH: `${env.PATH}${delimiter}${more.PATH ?? ''}` } };
			return carryOut('sh', ['-eu', '-c', script], { ...options, words: `${placeOf(block)}\n${script}` });
		},
		runAsWritten: async (block) => {
			rmSync(join(folder, 'counterfoil.config.yaml'));
			return carryOut('sh', ['-eu', '-c', block.text], {
				cwd: folder,
				env: { ...env, COUNTERFOIL_EXAMPLE_STEPS: '' },
				words: `${placeOf(block)}\n${block.text}`,
			});
		},
		open: (block) => firstAnswer(substitute(block, folder, SUBSTITUTES), { cwd: folder, env }),
		copy: () => {
			const other = mkdtempSync(join(tmpdir(), 'counterfoil-docs-'));
			cpSync(folder, other, { recursive: true, verbatimSymlinks: true });
			return inFolder(other);
		},
		remove: () => rmSync(folder, { recursive: true, force: true }),
	};
}

/** What a block leaves in the background ends with it. */
const END_JOBS = `trap 'jobs -p >.jobs; kill $(cat .jobs) 2>/dev/null || true; wait' EXIT\n`;

function substitute(block: FencedBlock, folder: string, substitutes: readonly Substitute[]): string {
	return substitutes.reduce((text, [said, run]) => text.replaceAll(said, run), fillIn(block.text, folder));
}

/** RUN and DATASET: those of the run of the tutorial, noted in `ids.json`. */
function fillIn(text: string, folder: string): string {
	if (!/\b(RUN|DATASET)\b/.test(text)) return text;
	const { runId, datasetId } = JSON.parse(readFileSync(join(folder, 'ids.json'), 'utf8')) as Record<string, string>;
	return text.replaceAll(/\bRUN\b/g, runId ?? '').replaceAll(/\bDATASET\b/g, datasetId ?? '');
}
