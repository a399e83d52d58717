import { formatCount, formatQuantity } from '../../src/cli/format-values.ts';
import { createRandom } from '../../src/contracts/random.ts';
import { describeSources } from '../describe-source.ts';
import { formatDifference, formatFigure, formatSeconds } from '../format-figures.ts';
import { mean } from '../mean.ts';
import type { ResultFile } from '../result-files.ts';
import type { ResultSection, ResultTable } from '../result-section.ts';
import type { Suite } from './detection-cases.ts';
import type { DetectionRun } from './detection-run.ts';
import { ISOLATION_FOREST, OURS, PEERS, PREPARED_FOREST } from './detectors.ts';
import { describePayments } from './payments-report.ts';
import { type CaseScore, comparePaired, type DetectorSummary, type Measure, summariseDetectors } from './summarise.ts';

const COMMAND = 'npm run bench -- --only detection';

interface SuiteText {
	readonly suite: Exclude<Suite, 'payments'>;
	readonly title: string;
	readonly text: string;
}

const SUITE_TEXTS: readonly SuiteText[] = [
	{
		suite: 'tables',
		title: 'Detection: labelled tables',
		text: 'Tables of ADBench. Every detector is fitted on all rows without the labels and scores the same rows; tables over 10,000 rows are cut to the fixed sample `numpy.random.RandomState(0).permutation(rows)[:10000]`. All columns are numbers. PyOD gets them standardised and without constant columns, counterfoil as they are. Settings are the defaults, the same for every table.',
	},
	{
		suite: 'bank',
		title: 'Detection: bank marketing',
		text: 'All columns are categories; `y` = yes is called the anomaly, though it is not rare enough to be one. counterfoil sees the columns as they are; PyOD sees the 12 most frequent levels of each one-hot (here: all), every column of that standardised. KNN, LOF, OCSVM, SO_GAAL and MO_GAAL are fitted on 10,000 rows and score all.',
	},
	{
		suite: 'normal-only',
		title: 'Detection: fitted on normal rows',
		text: 'The same tables and samples. Half of the normal rows are fitted on, the other half and all anomalies are scored; rows that are alike stay on one side, and what is like an anomaly is never fitted on. counterfoil runs with `--normal-only`; the prepared isolation forest leaves nothing out.',
	},
];

/** What a reader must know before believing the figures of the tables. */
const LABELS_SEEN =
	'The labels of these tables were looked at while the score was made: about 670 combinations of settings were tried, and one was kept for all tables, so the figures flatter counterfoil, and the prepared forest with it. Where settings are chosen on half of the tables and reported on the other half, the gain of the last step does not hold: see [below](#settings-of-the-score-chosen-on-half-of-the-tables-reported-on-the-other-half). How the score works is told in [How a record is scored](scoring.md).';

const PREPARED_NOTE =
	"The prepared isolation forest is PyOD's IForest on coordinates made for it: the standardised signed logarithm of the standardised numbers. It is grown again, twice, without the 7 % of the rows that the last one finds most anomalous.";

const GAAL_NOTE =
	'SO_GAAL and MO_GAAL are run as PyOD has them: their score is the output of the discriminator, which is high for rows that look real.';

const TEXTBOOK_NOTE =
	'The GAN discriminator is the final one of a plain GAN (300 steps, non-saturating loss), trained with our trainer: what the textbook tempts one to do.';

/** The sections of the detection bench from stored results. */
export function reportDetection(
	ours: ResultFile<DetectionRun>,
	peers: ResultFile<DetectionRun> | null,
): ResultSection[] {
	const runs = [...ours.runs, ...(peers?.runs ?? [])];
	const sections = SUITE_TEXTS.flatMap((text) => describeSuite(text, runs));
	const payments = describePayments(runs, COMMAND);
	const all = payments === null ? sections : [...sections.slice(0, 2), payments, ...sections.slice(2)];
	return all.map((section) => ({ ...section, text: [...section.text, describeSources(ours, peers)] }));
}

function describeSuite({ suite, title, text }: SuiteText, runs: readonly DetectionRun[]): ResultSection[] {
	const own = runs.filter((run) => run.suite === suite);
	const cases = [...new Set(own.filter((run) => run.detector === OURS.name).map((run) => run.case))];
	if (cases.length === 0) return [];
	const summaries = summariseDetectors(own, cases);
	const first = own[0] as DetectionRun;
	const size = cases.length > 1 ? '' : ` ${formatCount(first.rows)} rows, ${formatCount(first.anomalies)} anomalies.`;
	const tables = [rankingTable(summaries, own)];
	if (cases.length > 1 && summaries.length > 1) {
		tables.push(comparisonTable(summaries));
		if (suite === 'tables' && cases.length === 20) tables.push(targetTable(summaries), halvesTable(summaries));
		tables.push(caseTable(own, cases, summaries));
	}
	const filter = `${COMMAND} --cases ${suite}/`;
	const seen = suite === 'bank' ? [] : [LABELS_SEEN];
	return [{ title, text: [text + size, ...seen], commands: [filter, `${filter} --rerun-peers`], tables }];
}

function rankingTable(summaries: readonly DetectorSummary[], runs: readonly DetectionRun[]): ResultTable {
	const count = summaries[0]?.cases.length ?? 0;
	const isMany = count > 1;
	const right = (header: string) => ({ header, align: 'right' as const });
	const notes = [
		`Means over ${isMany ? `${count} tables and ` : ''}seeds. P@100: precision among the 100 highest scores. ${isMany ? `Rank: mean over the tables of the rank among the ${summaries.length} detectors, 1 = best. Wins: tables on which nobody is better. ` : ''}Seconds: to fit and to score ${isMany ? 'a table' : 'it'}, one process on one thread; CPU is time of a core, which other work on the machine changes less. Peak MB: with the whole process, data included.`,
	];
	if (find(summaries, PREPARED_FOREST) !== undefined) notes.push(PREPARED_NOTE);
	if (find(summaries, 'SO_GAAL') !== undefined) notes.push(GAAL_NOTE);
	if (find(summaries, 'GAN discriminator') !== undefined) notes.push(TEXTBOOK_NOTE);
	const late = summaries.filter((one) => one.notDone > 0);
	for (const { detector, notDone } of late) {
		notes.push(
			`${detector}: ${formatQuantity(notDone, 'fit')} did not end and counts as chance (AUROC .5, precision = share of anomalies).`,
		);
	}
	const odd = runs.flatMap(({ detector, case: name, status, note }) => {
		return note === null ? [] : [`${detector} on ${name}${status === 'ok' ? '' : ' did not end'}: ${note}.`];
	});
	notes.push(...new Set(odd));
	return {
		title: 'All detectors',
		columns: [
			{ header: 'Detector' },
			right('AUROC'),
			right('AP'),
			right('P@100'),
			...(isMany ? [right('Rank AUROC'), right('Rank AP'), right('Wins AUROC'), right('Wins AP')] : []),
			right('Seconds'),
			right('CPU s'),
			right('Peak MB'),
			right('Seeds'),
		],
		rows: summaries.map((one) => [
			one.detector,
			formatFigure(one.auroc),
			formatFigure(one.averagePrecision),
			formatFigure(one.precisionAt100),
			...(isMany
				? [
						formatFigure(one.rank.auroc, 2),
						formatFigure(one.rank.averagePrecision, 2),
						String(one.wins.auroc),
						String(one.wins.averagePrecision),
					]
				: []),
			formatSeconds(one.seconds),
			formatSeconds(one.cpuSeconds),
			one.peakMb === null ? '-' : formatCount(one.peakMb),
			[...new Set(one.seeds)].join(' to '),
		]),
		notes,
	};
}

/** PyOD's own detectors: not the prepared forest, which is ours to have prepared. */
const PYOD = new Set(PEERS.filter(({ by, name }) => by === 'pyod' && name !== PREPARED_FOREST).map(({ name }) => name));

function bestPyod(summaries: readonly DetectorSummary[], measure: Measure): DetectorSummary | undefined {
	return summaries.filter(({ detector }) => PYOD.has(detector)).sort((a, b) => b[measure] - a[measure])[0];
}

function find(summaries: readonly DetectorSummary[], detector: string): DetectorSummary | undefined {
	return summaries.find((one) => one.detector === detector);
}

function comparisonTable(summaries: readonly DetectorSummary[]): ResultTable {
	const ours = find(summaries, OURS.name) as DetectorSummary;
	const others = new Map<string, DetectorSummary>();
	const best = { auroc: bestPyod(summaries, 'auroc'), averagePrecision: bestPyod(summaries, 'averagePrecision') };
	for (const name of [ISOLATION_FOREST, PREPARED_FOREST]) {
		const other = find(summaries, name);
		if (other !== undefined) others.set(name, other);
	}
	for (const other of [best.auroc, best.averagePrecision]) if (other !== undefined) others.set(other.detector, other);
	const cells = (other: DetectorSummary, measure: Measure): string[] => {
		const column = (one: DetectorSummary) => one.cases.map((score) => score[measure]);
		const paired = comparePaired(column(ours), column(other), createRandom(0, 'bench/bootstrap'));
		return [formatDifference(paired), `${paired.better} / ${paired.equal} / ${paired.worse}`];
	};
	return {
		title: 'counterfoil minus another',
		columns: [
			{ header: 'Other' },
			{ header: 'AUROC [95 %]' },
			{ header: 'Better / equal / worse' },
			{ header: 'AP [95 %]' },
			{ header: 'Better / equal / worse' },
		],
		rows: [...others].map(([name, other]) => [name, ...cells(other, 'auroc'), ...cells(other, 'averagePrecision')]),
		notes: [
			`Mean difference over the tables with its paired bootstrap interval (10,000 resamples of the tables), and the tables on which counterfoil is better, equal and worse. Best of PyOD by AUROC: ${best.auroc?.detector ?? '-'}; by AP: ${best.averagePrecision?.detector ?? '-'}. An interval that holds 0 means: not shown to differ.`,
		],
	};
}

/** What the score must reach on the 20 tables. */
const TARGETS: readonly { readonly measure: Measure; readonly name: string; readonly least: number }[] = [
	{ measure: 'auroc', name: 'AUROC', least: 0.85 },
	{ measure: 'averagePrecision', name: 'AP', least: 0.505 },
];

function targetTable(summaries: readonly DetectorSummary[]): ResultTable {
	const ours = find(summaries, OURS.name) as DetectorSummary;
	const figures = TARGETS.map(({ measure, name, least }) => [
		`${name} at least ${formatFigure(least)}`,
		formatFigure(ours[measure], 4),
		ours[measure] >= least ? 'met' : 'not met',
	]);
	const ranks = TARGETS.flatMap(({ measure, name }) => {
		const pyod = summaries
			.filter(({ detector }) => PYOD.has(detector))
			.sort((a, b) => a.rank[measure] - b.rank[measure]);
		const best = pyod[0];
		if (best === undefined) return [];
		const isAhead = ours.rank[measure] < best.rank[measure];
		const reached = `${formatFigure(ours.rank[measure], 2)}; ${best.detector} ${formatFigure(best.rank[measure], 2)}`;
		return [[`Mean rank by ${name} ahead of all of PyOD`, reached, isAhead ? 'met' : 'not met']];
	});
	return {
		title: 'Targets',
		columns: [{ header: 'Target' }, { header: 'Reached' }, { header: '' }],
		rows: [...figures, ...ranks],
		notes: [],
	};
}

/** A gain that was found with labels must show on the tables that it was not found on. */
function halvesTable(summaries: readonly DetectorSummary[]): ResultTable {
	const half = (one: DetectorSummary, from: number, to: number) => {
		const scores: readonly CaseScore[] = one.cases.slice(from, to);
		return [
			formatFigure(mean(scores.map((score) => score.auroc)), 4),
			formatFigure(mean(scores.map((score) => score.averagePrecision)), 4),
		];
	};
	const shown = [OURS.name, PREPARED_FOREST, ISOLATION_FOREST].flatMap((name) => find(summaries, name) ?? []);
	return {
		title: 'Halves',
		columns: [
			{ header: 'Detector' },
			{ header: 'AUROC, first 10', align: 'right' },
			{ header: 'AP, first 10', align: 'right' },
			{ header: 'AUROC, other 10', align: 'right' },
			{ header: 'AP, other 10', align: 'right' },
		],
		rows: shown.map((one) => [one.detector, ...half(one, 0, 10), ...half(one, 10, 20)]),
		notes: ['The first ten tables by file name, and the other ten.'],
	};
}

function caseTable(
	runs: readonly DetectionRun[],
	cases: readonly string[],
	summaries: readonly DetectorSummary[],
): ResultTable {
	const pair = (score: CaseScore | undefined) =>
		score === undefined ? '-' : `${formatFigure(score.auroc)} / ${formatFigure(score.averagePrecision)}`;
	const best = (index: number): string => {
		const pyod = summaries.filter(({ detector }) => PYOD.has(detector));
		const first = pyod.sort((a, b) => (b.cases[index]?.auroc ?? 0) - (a.cases[index]?.auroc ?? 0))[0];
		return first === undefined ? '-' : `${pair(first.cases[index])} ${first.detector}`;
	};
	return {
		title: 'Table by table',
		columns: [
			{ header: 'Table' },
			{ header: 'Rows', align: 'right' },
			{ header: 'Anomalies', align: 'right' },
			{ header: 'counterfoil' },
			{ header: 'IForest' },
			{ header: 'Prepared forest' },
			{ header: 'Best of PyOD on this table' },
		],
		rows: cases.map((name, index) => {
			const run = runs.find((one) => one.case === name) as DetectionRun;
			return [
				name,
				formatCount(run.rows),
				formatCount(run.anomalies),
				...[OURS.name, ISOLATION_FOREST, PREPARED_FOREST].map((detector) =>
					pair(find(summaries, detector)?.cases[index]),
				),
				best(index),
			];
		}),
		notes: [
			'AUROC / AP. The last column picks the best AUROC of each table after the fact: nobody can know beforehand which detector that will be.',
		],
	};
}
