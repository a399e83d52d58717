import { formatCount } from '../../src/cli/format-values.ts';
import { describeSources } from '../describe-source.ts';
import { formatFigure, formatSeconds } from '../format-figures.ts';
import type { ResultFile } from '../result-files.ts';
import type { ResultSection, ResultTable } from '../result-section.ts';
import { CEILING, CTGAN, FLOOR, OURS } from './generators.ts';
import { asPercent, checkTargets, type GeneratorSummary, summariseGenerators } from './summarise-synthesis.ts';
import type { SynthesisRun } from './synthesis-run.ts';

const COMMAND = 'npm run bench -- --only synthesis';

const TITLES: Readonly<Record<string, string>> = { adult: 'Adult', bank: 'bank marketing' };

const METHOD =
	'Half of the rows (the first of `numpy.random.RandomState(0).permutation(rows)`) are learnt from, the others are held out. Every generator makes as many rows as it learnt from, with its default settings on one thread (but for the epochs of ctgan, see the costs); means over seeds and draws. Judged by Python packages (`bench/peers/judge_synthesis.py`): ours has no say. The floor draws every column by itself. The ceiling is real rows: the training half in place of synthetic rows, and the held-out half where the training half is what is compared with.';

/** The sections of the synthesis bench from stored results, one per table. */
export function reportSynthesis(
	ours: ResultFile<SynthesisRun>,
	peers: ResultFile<SynthesisRun> | null,
): ResultSection[] {
	const runs = [...ours.runs, ...(peers?.runs ?? [])];
	const cases = [...new Set(ours.runs.map((run) => run.case))].sort();
	return cases.map((name) => {
		const own = runs.filter((run) => run.case === name);
		const rows = own[0]?.rows ?? 0;
		const summaries = summariseGenerators(own);
		const filter = `${COMMAND} --cases ${name}`;
		return {
			title: `Synthesis: ${TITLES[name] ?? name}`,
			text: [`${METHOD} ${formatCount(rows)} rows to learn from.`, describeSources(ours, peers)],
			commands: [filter, `${filter} --rerun-peers`],
			tables: [
				qualityTable(summaries),
				barTable(summaries),
				...targetTables(name, summaries, rows),
				costTable(summaries),
			],
		};
	});
}

const right = (header: string) => ({ header, align: 'right' as const });

function qualityTable(summaries: readonly GeneratorSummary[]): ResultTable {
	const isAlone = summaries.every(({ generator }) => [OURS, FLOOR, CEILING].includes(generator));
	return {
		title: 'How good the rows are',
		columns: [
			{ header: 'Generator' },
			right('Quality'),
			right('All pairs'),
			right('To training'),
			right('To training, all pairs'),
			right('C2ST'),
			right('TSTR'),
			right('Closest share'),
			right('Unique copied'),
			right('Seeds x draws'),
		],
		rows: summaries.map(({ generator, measures, spread, seeds, draws }) => [
			generator,
			withSpread(measures.heldOut.thresholded, spread.thresholded, 4),
			withSpread(measures.heldOut.allPairs, spread.allPairs, 4),
			formatFigure(measures.training.thresholded, 4),
			formatFigure(measures.training.allPairs, 4),
			withSpread(measures.c2st, spread.c2st, 3),
			formatFigure(measures.tstr, 4),
			formatFigure(measures.closestShare),
			asPercent(measures.copiedUnique),
			`${seeds} x ${formatFigure(draws / seeds, 0)}`,
		]),
		notes: [
			'Quality: score of SDMetrics against held-out rows, without subsampling; related pairs only (its default since 0.27), and all pairs. Against training rows a generator that copies would look perfect. ± is the standard deviation over seeds and draws.',
			'C2ST: 1 - mean(2 max(.5, AUC) - 1) of XGBoost in 3 folds, telling synthetic from held-out rows: 1 cannot be told apart, 0 always. TSTR: AUC on held-out rows of XGBoost that learnt the label from the synthetic rows; of the ceiling: from the training rows.',
			'Closest share: how often the closest real row (of as many training as held-out rows) is a training row, ties half, over 5,000 rows: .5 is fair. Unique copied: share of rows equal to a training row that is the only one of its kind; of the ceiling: held-out rows that equal one.',
			...(isAlone ? ['The peers have not been measured on this table.'] : []),
		],
	};
}

const BAR_WIDTH = 24;

/** The way from the floor to the ceiling, to be seen at once. */
function barTable(summaries: readonly GeneratorSummary[]): ResultTable {
	const floor = summaries.find(({ generator }) => generator === FLOOR);
	const ceiling = summaries.find(({ generator }) => generator === CEILING);
	const low = floor?.measures.heldOut.thresholded ?? 0;
	const high = ceiling?.measures.heldOut.thresholded ?? 1;
	return {
		title: 'From the floor to the ceiling',
		columns: [{ header: 'Generator' }, { header: 'Quality' }, { header: 'Two-sample test' }],
		rows: summaries
			.filter(({ generator }) => generator !== FLOOR && generator !== CEILING)
			.map(({ generator, measures }) => [
				generator,
				drawBar((measures.heldOut.thresholded - low) / (high - low)),
				drawBar(measures.c2st / (ceiling?.measures.c2st ?? 1)),
			]),
		notes: [
			'Quality against held-out rows: from independent columns (empty) to real rows (full). C2ST: from 0 to real rows.',
		],
	};
}

/** `███████░░░ 70 %`. @param share 0 to 1; what is outside is drawn at the end. */
export function drawBar(share: number): string {
	const inside = Math.min(1, Math.max(0, share));
	const full = Math.round(BAR_WIDTH * inside);
	return `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)} ${Math.round(100 * share)} %`;
}

function targetTables(name: string, summaries: readonly GeneratorSummary[], rows: number): ResultTable[] {
	const targets = checkTargets(name, summaries, rows);
	if (targets.length === 0) return [];
	return [
		{
			title: 'Targets',
			columns: [{ header: 'Target' }, { header: 'Wanted' }, { header: 'Reached' }, { header: '' }],
			rows: targets.map((target) => [target.name, target.wanted, target.reached, target.isMet ? 'met' : 'not met']),
			notes: [
				'Quality: at most .005 below the ceiling. Learning from it: at most .015 below training on real rows. Unique training rows: copied no more often than held-out rows do. Training: 120 s for 16,000 rows.',
			],
		},
	];
}

function costTable(summaries: readonly GeneratorSummary[]): ResultTable {
	const trained = summaries.filter(({ trainCpuSeconds }) => trainCpuSeconds !== null);
	const cut = trained.filter(({ cpuSecondsOf300 }) => cpuSecondsOf300 !== null);
	return {
		title: 'What they cost',
		columns: [
			{ header: 'Generator' },
			right('Training, CPU s'),
			right('A draw, CPU s'),
			right('Peak MB'),
			right('Epochs'),
		],
		rows: trained.map((one) => [
			one.generator,
			formatSeconds(one.trainCpuSeconds),
			formatSeconds(one.drawCpuSeconds),
			one.peakMb === null ? '-' : formatCount(one.peakMb),
			formatFigure(one.epochs, 0),
		]),
		notes: [
			'Training from the table in memory to the generator, one process on one thread. CPU is time of a core, which other work on the machine changes little; seconds of a clock are in the stored results. Peak MB: of the process, data and libraries included.',
			...cut.map(
				({ generator, cpuSecondsOf300 }) =>
					`${generator}: ended when it had had the time of ours. The ${CTGAN} package trains 300 epochs by default; extrapolated from its seconds an epoch they take ${formatCount(cpuSecondsOf300 ?? 0)} CPU seconds.`,
			),
		],
	};
}

function withSpread(value: number, spread: number | null, digits: number): string {
	const figure = formatFigure(value, digits);
	return spread === null ? figure : `${figure} ± ${formatFigure(spread, digits)}`;
}
