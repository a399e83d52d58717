import type { VectorGanOptions } from '../gan/vector/options.ts';
import type { ToldLesson } from '../report/learning/learning-page.ts';
import type { Example } from '../textbook/examples.ts';
import type { LessonRun } from '../textbook/run-lesson.ts';
import { formatTable, type TableColumn } from './format-table.ts';
import { formatCount } from './format-values.ts';
import type { Terminal } from './terminal.ts';

/** A set-up with its name and what it is. */
export interface SetUp {
	readonly id: 'textbook' | 'mended';
	readonly title: string;
	readonly words: string;
	readonly options: VectorGanOptions;
}

interface ComparedRun {
	readonly seed: number;
	readonly figures: LessonRun['figures'];
	readonly seconds: number;
}

/** Heights that are listed as least likely to be real. */
const LEAST_REAL = 10;

/** The figures of each set-up, and the heights that its discriminator holds least likely to be real. */
export function printLessons(terminal: Terminal, example: Example, told: readonly ToldLesson[]): void {
	terminal.out(
		formatTable(
			[{ header: 'set-up' }, ...figureColumns(example), { header: 'good' }],
			told.map(({ id, run }) => [id, ...figureCells(example, run.figures), run.isGood ? 'yes' : 'no']),
		),
	);
	terminal.out(`Good is: ${example.bar}.`);
	for (const { title, run } of told) {
		const least = example.leastReal(run.gan, run.real, LEAST_REAL);
		if (least.length === 0) continue;
		terminal.out(`\n${terminal.paint('bold', `${title}: the ${LEAST_REAL} real heights that look least real`)}`);
		terminal.out(
			formatTable(
				[
					{ header: '', align: 'right' },
					{ header: 'height', align: 'right' },
					{ header: 'discriminator', align: 'right' },
				],
				least.map(({ value, realness }, i) => [String(i + 1), value.toFixed(2), realness.toFixed(3)]),
			),
		);
	}
}

/** A run as plain JSON. */
export function lessonJson(setUp: string, run: LessonRun, example: Example): object {
	const { gan, seed, figures, isGood, seconds, history } = run;
	return {
		setUp,
		seed,
		steps: gan.steps,
		keptStep: gan.keptStep,
		ended: gan.ended,
		seconds: Math.round(10 * seconds) / 10,
		figures,
		isGood,
		leastReal: example.leastReal(gan, run.real, LEAST_REAL),
		balance: history.balance,
	};
}

/** The same set-ups with one seed after the other. */
export async function repeatLessons(
	terminal: Terminal,
	example: Example,
	setUps: readonly SetUp[],
	firstSeed: number,
	seeds: number,
): Promise<void> {
	const { runLesson } = await import('../textbook/run-lesson.ts');
	const lessons: { readonly id: string; readonly run: LessonRun }[] = [];
	for (const { id, title, options } of setUps) {
		for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
			const run = await runLesson(example, options, seed, { frames: 1 });
			terminal.note(`${title}, seed ${seed}: ${run.isGood ? 'good' : 'not good'}`);
			lessons.push({ id, run });
		}
	}
	if (terminal.json) {
		return terminal.outJson({
			example: example.name,
			lessons: lessons.map(({ id, run }) => lessonJson(id, run, example)),
		});
	}
	terminal.out(
		formatTable(
			[
				{ header: 'set-up' },
				{ header: 'seed', align: 'right' },
				...figureColumns(example),
				{ header: 'seconds', align: 'right' },
				{ header: 'good' },
			],
			lessons.map(({ id, run }) => [
				id,
				String(run.seed),
				...figureCells(example, run.figures),
				run.seconds.toFixed(1),
				run.isGood ? 'yes' : 'no',
			]),
		),
	);
	terminal.out(`Good is: ${example.bar}.`);
}

/** What each option does by itself: figures of several seeds side by side. */
export async function compareChanges(
	terminal: Terminal,
	example: Example,
	firstSeed: number,
	seeds: number,
): Promise<void> {
	const { listChanges } = await import('../textbook/changes.ts');
	const { runLesson } = await import('../textbook/run-lesson.ts');
	const compared: { change: string; runs: ComparedRun[] }[] = [];
	for (const { words, options } of listChanges(example)) {
		const runs: ComparedRun[] = [];
		for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
			const { figures, seconds } = await runLesson(example, options, seed, { frames: 1 });
			runs.push({ seed, figures, seconds });
		}
		compared.push({ change: words, runs });
		const cells = example.columns.map(({ header }, i) => `${header} ${sideBySide(example, runs)[i]}`);
		terminal.note(`${words}: ${cells.join('; ')}`);
	}
	if (terminal.json) return terminal.outJson({ example: example.name, seeds, compared });
	terminal.out(
		formatTable(
			[{ header: `change (${formatCount(seeds)} seeds)` }, ...example.columns.map(({ header }) => ({ header }))],
			compared.map(({ change, runs }) => [change, ...sideBySide(example, runs)]),
		),
	);
}

function sideBySide(example: Example, runs: readonly { readonly figures: LessonRun['figures'] }[]): string[] {
	const perRun = runs.map(({ figures }) => figureCells(example, figures));
	return example.columns.map((_, i) => perRun.map((cells) => cells[i]).join(' '));
}

function figureColumns({ columns }: Example): TableColumn[] {
	return columns.map(({ header }) => ({ header, align: 'right' }));
}

function figureCells({ columns }: Example, figures: LessonRun['figures']): string[] {
	return columns.map(({ name, digits }) => (figures[name] ?? Number.NaN).toFixed(digits));
}
