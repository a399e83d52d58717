import { formatCount, formatFigure, formatShare, isDefined } from '../format.ts';
import { dataText, type Html, html } from '../html.ts';
import { answer, bar, dataTable, type Section, type Verdict, verdictMark } from '../page-parts.ts';
import type { ClassifierReport, Figure } from '../report-data.ts';

type TwoSample = NonNullable<ClassifierReport['twoSample']>;
type Learnt = NonNullable<ClassifierReport['trainOnSynthetic']>;

const MEASURE_WORDS: Readonly<Record<Learnt['measure'], string>> = {
	auc: 'area under the ROC curve',
	'macro-auc': 'area under the ROC curve, mean over its levels',
	r2: 'explained variance',
};
/** A column that loses less than so much of the area gives nothing away. */
const TELLING_LOSS = 0.01;
const SHOWN_COLUMNS = 8;

/** Part of the way from floor to ceiling; null where there is no way. */
function placeOf(value: Figure, floor: Figure, ceiling: Figure): number | null {
	if (!isDefined(value) || !isDefined(floor) || !isDefined(ceiling) || ceiling - floor < 0.02) return null;
	return (value - floor) / (ceiling - floor);
}

function verdictOf(place: number | null, good: number, bad: number): Verdict {
	if (place === null) return 'watch';
	return place >= good ? 'good' : place >= bad ? 'watch' : 'bad';
}

function apartVerdict({ synthetic, floor, ceiling }: TwoSample): Verdict {
	return verdictOf(placeOf(synthetic.score, floor, ceiling), 0.8, 0.4);
}

function learntVerdict({ synthetic, floor, real }: Learnt): Verdict {
	return verdictOf(placeOf(synthetic, floor, real), 0.95, 0.8);
}

/** Area at which a score of the two-sample test stands. */
function areaOf(score: Figure): Figure {
	return isDefined(score) ? 1 - score / 2 : null;
}

/** Whether the rows are told from real ones better than real rows from each other. */
function areToldApart({ synthetic, ceiling }: TwoSample): boolean {
	return isDefined(synthetic.score) && synthetic.score < (ceiling ?? 1) - 0.04;
}

/** By what the rows are told apart, most telling first; nothing where they are not. */
function tellingFeatures(twoSample: TwoSample): TwoSample['synthetic']['features'] {
	if (!areToldApart(twoSample)) return [];
	return twoSample.synthetic.features.filter(({ loss }) => isDefined(loss) && loss >= TELLING_LOSS);
}

/** Columns by which the rows are told apart, most telling first. */
export function tellingColumns({ twoSample }: ClassifierReport): string[] {
	return twoSample === null ? [] : [...new Set(tellingFeatures(twoSample).map(({ column }) => column))];
}

function apartWords(report: ClassifierReport, twoSample: TwoSample): Html {
	const area = areaOf(twoSample.synthetic.score);
	const columns = tellingColumns(report).slice(0, 3);
	if (!isDefined(area)) return html`Whether a classifier tells the synthetic rows from real ones is not known.`;
	if (!areToldApart(twoSample)) {
		return html`A classifier cannot tell the synthetic rows from real ones any better than real rows from each other.`;
	}
	const named = columns.map(
		(name, i) => html`${i === 0 ? '' : i === columns.length - 1 ? ' and ' : ', '}${dataText(name, 40)}`,
	);
	return html`Shown a real and a synthetic row, a classifier picks the synthetic one ${formatShare(area, 0)} of the time (a coin: 50\u00a0%)${
		columns.length === 0 ? ', by many columns together' : html`, most of all by ${named}`
	}.`;
}

function learntWords({ column, isLabel, synthetic, real, measure }: Learnt): Html {
	const figure = (value: Figure) => formatFigure(value, 3);
	return html` Trained on synthetic rows, a model predicts ${dataText(column, 40)}${isLabel ? '' : ' (chosen, since there is no label that can be predicted)'} of real rows with ${measure === 'r2' ? 'an explained variance' : 'an area'} of ${figure(synthetic)}; trained on real rows, ${figure(real)}.`;
}

function boundsTable({ twoSample, trainOnSynthetic }: ClassifierReport): Html {
	const figure = (value: Figure) => (isDefined(value) ? value.toFixed(3) : 'not defined');
	const rows = [
		...(twoSample === null
			? []
			: [
					[
						html`Cannot be told apart<br><small>1: not at all, 0: always; ${formatCount(twoSample.synthetic.rows)} rows of each</small>`,
						figure(twoSample.floor),
						figure(twoSample.synthetic.score),
						figure(twoSample.ceiling),
						verdictMark(apartVerdict(twoSample)),
					],
				]),
		...(trainOnSynthetic === null
			? []
			: [
					[
						html`Teaches to predict ${dataText(trainOnSynthetic.column, 40)}<br><small>${MEASURE_WORDS[trainOnSynthetic.measure]}; learnt from ${formatCount(trainOnSynthetic.trainingRows)} rows, judged on ${formatCount(trainOnSynthetic.heldOutRows)} real ones</small>`,
						figure(trainOnSynthetic.floor),
						figure(trainOnSynthetic.synthetic),
						figure(trainOnSynthetic.real),
						verdictMark(learntVerdict(trainOnSynthetic)),
					],
				]),
	];
	return dataTable(
		[
			{ head: 'Measure', isWide: true },
			{ head: 'Floor: independent columns', isNumber: true },
			{ head: 'Synthetic rows', isNumber: true },
			{ head: 'Ceiling: real rows', isNumber: true },
			{ head: '' },
		],
		rows,
	);
}

function tellingTable(twoSample: TwoSample): Html | null {
	const shown = tellingFeatures(twoSample).slice(0, SHOWN_COLUMNS);
	if (shown.length === 0) return null;
	const largest = Math.max(...shown.map(({ loss }) => loss ?? 0));
	return html`<h3>What gives the synthetic rows away</h3>
<p class="aside">Weight: area that the classifier loses when the column is shuffled. Alone: its area with that column only; near 0.5 the values look right, and it is how they go together with others that does not.</p>${dataTable(
		[
			{ head: 'Column' },
			{ head: 'Weight', isNumber: true },
			{ head: '', isWide: true },
			{ head: 'Alone', isNumber: true },
		],
		shown.map(({ feature, loss, alone }) => [
			dataText(feature, 40),
			formatFigure(loss, 2),
			bar((loss ?? 0) / largest, 'bad'),
			formatFigure(alone, 2),
		]),
	)}`;
}

/** Null where too few rows are held out. */
export function classifierSection(report: ClassifierReport): Section | undefined {
	const { twoSample, trainOnSynthetic } = report;
	if (twoSample === null && trainOnSynthetic === null) return undefined;
	const verdicts = [
		...(twoSample === null ? [] : [apartVerdict(twoSample)]),
		...(trainOnSynthetic === null ? [] : [learntVerdict(trainOnSynthetic)]),
	];
	const worst = (['bad', 'watch', 'good'] as const).find((verdict) => verdicts.includes(verdict)) ?? 'watch';
	return {
		id: 'classifiers',
		short: 'Use',
		question: 'What gives the synthetic rows away, and do they teach what real rows teach?',
		body: html`${answer(
			html`${twoSample === null ? '' : apartWords(report, twoSample)}${trainOnSynthetic === null ? '' : learntWords(trainOnSynthetic)}`,
			worst,
		)}${boundsTable(report)}${twoSample === null ? null : tellingTable(twoSample)}`,
	};
}
