import { Argument, type Command, Option } from 'commander';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { VectorGanOptions } from '../../gan/vector/options.ts';
import type { ToldLesson } from '../../report/learning/learning-page.ts';
import type { Example, ExampleName } from '../../textbook/examples.ts';
import { addExamples } from '../add-examples.ts';
import { DEFAULT_SEED } from '../carry-out-run.ts';
import { requireWritable } from '../check-output.ts';
import { addDryRunOption } from '../dry-run.ts';
import { formatQuantity } from '../format-values.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { parseNumber, parseWhole } from '../parse-arguments.ts';
import { openPauseQuestion } from '../pause-question.ts';
import { compareChanges, lessonJson, printLessons, repeatLessons, type SetUp } from '../print-lessons.ts';
import type { Terminal } from '../terminal.ts';
import { writeOutput } from '../write-output.ts';

/** Of `--compare` where no number is named. */
const COMPARED_SEEDS = 3;

type LearnFlags = GlobalFlags & {
	readonly out?: string;
	readonly textbook?: true;
	readonly mended?: true;
	readonly seeds?: number;
	readonly compare?: true;
	readonly pauseEvery?: number;
	readonly steps?: number;
	readonly learningRate?: number;
	readonly loss?: NonNullable<VectorGanOptions['loss']>;
	readonly optimiser?: NonNullable<VectorGanOptions['optimiser']>;
	readonly latent?: NonNullable<VectorGanOptions['latent']>;
	readonly discriminatorSteps?: number;
	readonly featureMatching?: number;
	readonly minibatch?: true;
	readonly balance?: true;
	readonly standardise?: true;
	readonly stopEarly?: true;
};

export function defineLearn(command: Command, terminal: Terminal): void {
	command
		.addArgument(new Argument('<example>', 'the data to learn by').choices(['heights', 'ring']))
		.option('--textbook', 'only the plain set-up (of heights that of the books), as it comes out')
		.option('--mended', 'only the set-up that works')
		.option('-o, --out <file>', 'the page with the pictures (default: heights.html or ring.html)')
		.option('--seeds <n>', 'figures of that many seeds instead of a page', parseWhole(1))
		.option('--compare', 'what each option does by itself, instead of a page; takes minutes')
		.option('--pause-every <steps>', 'show samples that often, and ask whether to go on', parseWhole(1))
		.option('--steps <n>', 'steps of the generator', parseWhole(1))
		.option('--learning-rate <n>', 'of both networks', parseNumber)
		.addOption(
			new Option('--loss <loss>', 'what the nets are trained on').choices([
				'non-saturating',
				'minimax',
				'wasserstein-gp',
			]),
		)
		.addOption(new Option('--optimiser <optimiser>', 'how the nets take their steps').choices(['adam', 'sgd']))
		.addOption(new Option('--latent <latent>', 'what rows are made from').choices(['normal', 'uniform', 'real']))
		.option('--discriminator-steps <n>', 'for each of the generator', parseWhole(1))
		.option('--feature-matching <weight>', 'of the means of what the discriminator sees', parseNumber)
		.option('--minibatch', 'minibatch discrimination; without gradient penalty')
		.option('--standardise', 'columns less their means and by their standard deviations; the textbook does not')
		.option('--balance', 'hold back the discriminator where it is winning, help it on where it is not')
		.option('--stop-early', 'end when the rows get no better, and keep the best');
	addDryRunOption(command, 'say');
	addExamples(command, [
		['learn heights', 'the plain set-up of the books, what fixes it, and a page with both step by step'],
		['learn heights --mended --pause-every 300', 'look at samples and go on or stop'],
		['learn heights --mended --loss minimax --balance', 'try another set-up'],
		['learn heights --mended --seeds 5', 'how it comes out with five seeds'],
		['learn ring --compare --seeds 3', 'what each option does, modes counted'],
	]);
	command.action(async (name: ExampleName) => {
		const flags = command.optsWithGlobals<LearnFlags>();
		const { EXAMPLES } = await import('../../textbook/examples.ts');
		const example = EXAMPLES[name];
		const firstSeed = flags.seed ?? DEFAULT_SEED;
		if (flags.dryRun === true) return tellLessons(terminal, example, flags);
		if (flags.compare) return compareChanges(terminal, example, firstSeed, flags.seeds ?? COMPARED_SEEDS);
		const setUps = chosenSetUps(example, flags);
		if (flags.seeds !== undefined) return repeatLessons(terminal, example, setUps, firstSeed, flags.seeds);
		await teach(terminal, example, setUps, firstSeed, flags);
	});
}

/** What would be trained and written. */
async function tellLessons(terminal: Terminal, example: Example, flags: LearnFlags): Promise<void> {
	const { listChanges } = await import('../../textbook/changes.ts');
	const setUps =
		flags.compare === true
			? listChanges(example).map(({ words, options: { steps } }) => ({ name: words, steps }))
			: chosenSetUps(example, flags).map(({ id, options: { steps } }) => ({ name: id, steps }));
	const isTable = flags.compare === true || flags.seeds !== undefined;
	const page = isTable ? null : pageOf(example, flags);
	const seeds = flags.seeds ?? (flags.compare === true ? COMPARED_SEEDS : 1);
	if (page !== null) await requireWritable(page);
	if (terminal.json) return terminal.outJson({ example: example.name, setUps, seeds, page });
	for (const { name, steps } of setUps) terminal.out(`${name}: ${steps} steps`);
	terminal.out(`each with ${formatQuantity(seeds, 'seed')}, ${page === null ? 'figures only' : `and a page: ${page}`}`);
}

function pageOf({ name }: Example, { out }: LearnFlags): string {
	return out ?? `${name}.html`;
}

function chosenSetUps(example: Example, flags: LearnFlags): SetUp[] {
	const own = ownOptions(flags);
	const changed = Object.keys(own).length === 0 ? '' : ' Changed as asked.';
	const both = flags.textbook === flags.mended;
	const setUps: SetUp[] = [];
	if (both || flags.textbook) {
		const { title, words } = example.told.textbook;
		setUps.push({ id: 'textbook', title, words: words + changed, options: { ...example.textbook, ...own } });
	}
	if (both || flags.mended) {
		const { title, words } = example.told.mended;
		setUps.push({ id: 'mended', title, words: words + changed, options: { ...example.mended, ...own } });
	}
	return setUps;
}

function ownOptions(flags: LearnFlags): VectorGanOptions {
	const { steps, learningRate, loss, optimiser, latent, discriminatorSteps, featureMatching } = flags;
	const given = { steps, learningRate, loss, optimiser, latent, discriminatorSteps, featureMatching };
	return {
		...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
		// The penalty of a set-up is meant for its own loss.
		...(loss === 'wasserstein-gp' ? { penaltyWeight: 1 } : {}),
		...(flags.minibatch ? { minibatch: { kernels: 5, dimensions: 3 }, penaltyWeight: 0 } : {}),
		...(flags.standardise ? { standardise: true } : {}),
		...(flags.balance ? { balance: true } : {}),
		...(flags.stopEarly ? { earlyStopping: { everySteps: 50, patience: 8 } } : {}),
	};
}

async function teach(
	terminal: Terminal,
	example: Example,
	setUps: readonly SetUp[],
	seed: number,
	flags: LearnFlags,
): Promise<void> {
	const { runLesson } = await import('../../textbook/run-lesson.ts');
	const { buildLearningPage } = await import('../../report/learning/learning-page.ts');
	const out = pageOf(example, flags);
	await requireWritable(out);
	if (flags.pauseEvery !== undefined && (flags.input === false || terminal.quiet)) {
		throw new CounterfoilError('USAGE', '--pause-every asks, which --no-input and --quiet rule out', {
			hint: 'leave out --pause-every, or the other',
		});
	}
	const question = flags.pauseEvery === undefined ? null : openPauseQuestion(terminal, example);
	const told: ToldLesson[] = [];
	try {
		for (const { id, title, words, options } of setUps) {
			const run = await runLesson(example, options, seed, {
				onProgress: (step) => terminal.note(`${title}: step ${step} of ${options.steps}`),
				...(flags.pauseEvery === undefined || question === null
					? {}
					: { pauseEverySteps: flags.pauseEvery, onPause: question.ask }),
			});
			told.push({ id, title, words, run });
		}
	} finally {
		question?.close();
	}
	await writeOutput(out, buildLearningPage(example, told));
	if (terminal.json) {
		terminal.outJson({
			example: example.name,
			lessons: told.map(({ id, run }) => lessonJson(id, run, example)),
			page: out,
		});
	} else {
		printLessons(terminal, example, told);
		terminal.out(`\nPictures: ${out}`);
	}
}
