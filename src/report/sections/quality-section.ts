import { barX, cell, line, rectY, ruleX, tickX } from '@observablehq/plot';
import type { ColumnComparison, LevelComparison, NumericComparison } from '../../evaluate/compare-columns.ts';
import { formatCount, formatNumberOf, formatShare, isDefined } from '../format.ts';
import { dataText, type Html, html } from '../html.ts';
import { answer, axisLabels, dataTable, figure, figures, legend, type Section, type Verdict } from '../page-parts.ts';
import { PLOT_WIDTH, plotSvg } from '../plot-svg.ts';
import type { QualityReport, TableQuality } from '../report-data.ts';
import { coverageTable } from './coverage-table.ts';

/** More than so many columns, and pictures stop being of use. */
const MOST_COMPARISONS = 24;
const MOST_COLUMNS = 40;

type Mode = 'allPairs' | 'thresholded';

/** Where the synthetic table stands between floor (0) and ceiling (1); null where that cannot be said. */
function positionBetween(quality: QualityReport, mode: Mode): number | null {
	const own = quality.synthetic[mode].overall;
	const floor = quality.floor?.[mode].overall;
	const ceiling = quality.ceiling?.[mode].overall;
	if (!isDefined(own) || !isDefined(floor) || !isDefined(ceiling) || ceiling <= floor) return null;
	return (own - floor) / (ceiling - floor);
}

/** Over all pairs of columns and over related ones, where it can be said. */
export function positions(quality: QualityReport): number[] {
	return [positionBetween(quality, 'allPairs'), positionBetween(quality, 'thresholded')].filter(isDefined);
}

export function qualityVerdict(quality: QualityReport): Verdict {
	const found = positions(quality);
	if (found.length === 0) return 'watch';
	const lowest = Math.min(...found);
	return lowest < 0 ? 'bad' : lowest < 0.5 ? 'watch' : 'good';
}

function words(quality: QualityReport): string {
	const of = (mode: Mode, pairs: string) => {
		const position = positionBetween(quality, mode);
		if (position === null) return [];
		const place =
			position < 0 ? 'below the floor' : position >= 1 ? 'at the ceiling' : `${formatShare(position, 0)} of the way`;
		return [`${formatShare(quality.synthetic[mode].overall)} over ${pairs} (${place})`];
	};
	const placed = [...of('allPairs', 'all pairs of columns'), ...of('thresholded', 'related pairs only')];
	const own = `Quality of ${formatNumberOf(quality.rows, 'synthetic row')}: `;
	if (placed.length === 0) {
		const figure = `${own}${formatShare(quality.synthetic.allPairs.overall)}.`;
		if (quality.floor === undefined || quality.ceiling === undefined) return figure;
		return `${figure} On this table even real rows score no better than the floor (a few extreme values move the bins that SDMetrics counts in), so how good that is cannot be said.`;
	}
	const found = positions(quality);
	const advice = found.some((position) => position < 0)
		? ' Drawing each column by itself would give better rows, so these should not be used.'
		: found.every((position) => position >= 1)
			? ' That is as good as a sample of real rows.'
			: '';
	return `${own}${placed.join(', ')}, between the floor of columns drawn one by one and the ceiling of real rows.${advice}`;
}

function boundsTable(quality: QualityReport): Html {
	const row = (name: string, what: string, table: TableQuality | undefined) =>
		table === undefined
			? []
			: [
					[
						html`${name}<br><small>${what}</small>`,
						formatShare(table.allPairs.overall),
						formatShare(table.allPairs.columnShapes),
						formatShare(table.allPairs.pairTrends),
						formatShare(table.thresholded.overall),
						formatShare(table.thresholded.pairTrends),
					],
				];
	return dataTable(
		[
			{ head: '' },
			{ head: 'Quality', isNumber: true },
			{ head: 'Column shapes', isNumber: true },
			{ head: 'Pair trends', isNumber: true },
			{ head: 'Quality, related pairs only', isNumber: true },
			{ head: 'Pair trends, related pairs only', isNumber: true },
		],
		[
			...row('Ceiling', 'real rows against other real rows', quality.ceiling),
			...row('Synthetic rows', 'made by the generator', quality.synthetic),
			...row('Floor', 'each column drawn by itself', quality.floor),
		],
	);
}

function trainingNote({ againstTraining }: QualityReport): Html | null {
	if (againstTraining === undefined) return null;
	const { synthetic, floor, ceiling } = againstTraining;
	return html`<p class="aside">Against the training rows, where a copy would do best: ${formatShare(synthetic.allPairs)} (floor ${formatShare(floor.allPairs)}, ceiling ${formatShare(ceiling.allPairs)}); related pairs only ${formatShare(synthetic.thresholded)} (${formatShare(floor.thresholded)}, ${formatShare(ceiling.thresholded)}).</p>`;
}

function columnBars(quality: QualityReport): Html {
	const columns = quality.synthetic.columns.slice(0, MOST_COLUMNS);
	const labels = axisLabels(
		columns.map((column) => column.name),
		18,
	);
	const points = columns.flatMap((column, i) =>
		isDefined(column.score) ? [{ name: labels[i] as string, score: column.score }] : [],
	);
	const ceiling = columns.flatMap((column, i) => {
		const score = quality.ceiling?.columns.find((other) => other.name === column.name)?.score;
		return isDefined(score) ? [{ name: labels[i] as string, score }] : [];
	});
	const lowest = Math.min(0.8, ...[...points, ...ceiling].map((point) => point.score));
	const start = Math.max(0, Math.floor(lowest * 10) / 10 - 0.1);
	return plotSvg({
		description: 'Similarity of each column, real against synthetic',
		height: 46 + 18 * columns.length,
		marginLeft: 118,
		x: {
			label: null,
			domain: [start, 1],
			tickFormat: '.0%',
			ticks: 4,
			grid: true,
		},
		y: { label: null, domain: labels },
		marks: [
			barX(points, {
				x1: start,
				x2: 'score',
				y: 'name',
				fill: 'var(--synthetic)',
				insetTop: 2,
				insetBottom: 2,
			}),
			tickX(ceiling, { x: 'score', y: 'name', stroke: 'var(--ink)', strokeWidth: 2 }),
		],
	});
}

/** What real rows reach for a pair; 1 where it is not known. */
function reachOf(quality: QualityReport): (first: string, second: string) => number {
	const key = (first: string, second: string) => JSON.stringify([first, second]);
	const scores = new Map((quality.ceiling?.pairs ?? []).map((pair) => [key(pair.first, pair.second), pair.score]));
	return (first, second) => scores.get(key(first, second)) ?? 1;
}

function pairMap(quality: QualityReport): Html {
	const reach = reachOf(quality);
	const names = quality.synthetic.columns.slice(0, MOST_COLUMNS).map((column) => column.name);
	const labels = axisLabels(names, 12);
	const labelOf = new Map(names.map((name, i) => [name, labels[i] as string]));
	const cells = quality.synthetic.pairs.flatMap(({ first, second, score }) => {
		const x = labelOf.get(first);
		const y = labelOf.get(second);
		return x === undefined || y === undefined || !isDefined(score)
			? []
			: [{ x, y, lost: Math.min(1, 3 * Math.max(0, reach(first, second) - score)) }];
	});
	const size = Math.max(8, Math.min(22, (PLOT_WIDTH - 100) / Math.max(1, names.length)));
	return plotSvg({
		description: 'How much of the relation of each pair of columns is lost',
		width: PLOT_WIDTH,
		height: Math.round(size * (names.length - 1) + 92),
		marginLeft: 84,
		marginBottom: 84,
		marginTop: 8,
		marginRight: 8,
		x: { label: null, domain: labels.slice(0, -1), tickRotate: -60, padding: 0.06, tickSize: 0 },
		y: { label: null, domain: labels.slice(1), padding: 0.06, tickSize: 0 },
		marks: [
			cell(cells, { x: 'x', y: 'y', fill: 'currentColor', fillOpacity: 0.06 }),
			cell(cells, { x: 'x', y: 'y', fill: 'var(--bad)', fillOpacity: (d: { lost: number }) => d.lost }),
		],
		opacity: { type: 'identity' },
	});
}

function numericPlot(column: NumericComparison): Html {
	const toAxis = (value: number) => (column.unit === 'datetime' ? new Date(value * 1000) : value);
	const bins = column.real.map((share, i) => ({
		x1: toAxis(column.edges[i] as number),
		x2: toAxis(column.edges[i + 1] as number),
		share,
	}));
	const outline = column.synthetic.flatMap((share, i) => [
		{ x: toAxis(column.edges[i] as number), share },
		{ x: toAxis(column.edges[i + 1] as number), share },
	]);
	return plotSvg({
		description: `Distribution of ${displayName(column)}, real and synthetic`,
		height: 150,
		marginLeft: 44,
		x: { label: null, ticks: 4, ...(column.unit === 'datetime' ? { type: 'utc' as const } : {}) },
		y: { label: null, tickFormat: '.0%', ticks: 3, grid: true },
		marks: [
			rectY(bins, { x1: 'x1', x2: 'x2', y: 'share', fill: 'var(--real)', fillOpacity: 0.45, inset: 0.5 }),
			line(outline, { x: 'x', y: 'share', stroke: 'var(--synthetic)', strokeWidth: 1.75 }),
			ruleX([toAxis(column.edges[0] as number)], { strokeOpacity: 0 }),
		],
	});
}

function displayName(column: ColumnComparison): string {
	return axisLabels([column.name], 40)[0] as string;
}

function levelPlot(column: LevelComparison): Html {
	const labels = axisLabels(column.levels, 16);
	return plotSvg({
		description: `Shares of the levels of ${displayName(column)}, real and synthetic`,
		height: 34 + 18 * labels.length,
		marginTop: 4,
		marginBottom: 28,
		marginLeft: 108,
		x: { label: null, tickFormat: '.0%', ticks: 4, grid: true },
		y: { label: null, domain: labels, tickSize: 0 },
		marks: [
			barX(
				labels.map((label, i) => ({ label, share: column.real[i] ?? 0 })),
				{ x: 'share', y: 'label', fill: 'var(--real)', fillOpacity: 0.45, insetTop: 2, insetBottom: 2 },
			),
			tickX(
				labels.map((label, i) => ({ label, share: column.synthetic[i] ?? 0 })),
				{ x: 'share', y: 'label', stroke: 'var(--synthetic)', strokeWidth: 2.5 },
			),
		],
	});
}

function comparisonFigure(column: ColumnComparison): Html {
	const missing =
		column.realMissing + column.syntheticMissing > 0
			? html` <small>missing ${formatShare(column.realMissing)} / ${formatShare(column.syntheticMissing)}</small>`
			: null;
	return figure(
		html`${dataText(column.name, 40)}${missing}`,
		column.type === 'numeric' ? numericPlot(column) : levelPlot(column),
	);
}

function weakestPairs(quality: QualityReport): Html | null {
	const related = quality.synthetic.pairs.filter((pair) => pair.counts && isDefined(pair.score));
	const reach = reachOf(quality);
	const lost = (pair: (typeof related)[number]) => reach(pair.first, pair.second) - (pair.score as number);
	const weakest = related
		.filter((pair) => lost(pair) > 0)
		.sort((a, b) => lost(b) - lost(a))
		.slice(0, 5);
	if (weakest.length === 0) return null;
	return html`<h3>Relations that are kept worst</h3>${dataTable(
		[{ head: 'Columns' }, { head: 'Similarity', isNumber: true }, { head: 'Real rows reach', isNumber: true }],
		weakest.map((pair) => [
			html`${dataText(pair.first, 40)} and ${dataText(pair.second, 40)}`,
			formatShare(pair.score),
			quality.ceiling === undefined ? '' : formatShare(reach(pair.first, pair.second)),
		]),
	)}`;
}

export function qualitySection(quality: QualityReport): Section {
	const comparisons = quality.comparisons ?? [];
	const hidden = comparisons.length - MOST_COMPARISONS;
	const pictures = [
		figure(
			'Similarity per column',
			columnBars(quality),
			quality.ceiling === undefined ? undefined : html`<span class="legend">The mark is what real rows reach.</span>`,
		),
		...(quality.synthetic.pairs.length > 0
			? [
					figure(
						'Relations between columns',
						pairMap(quality),
						html`<span class="legend">Pale: as well kept as among real rows. Strong: lost.</span>`,
					),
				]
			: []),
	];
	return {
		id: 'quality',
		short: 'Quality',
		question: 'How real is the synthetic table?',
		body: html`${answer(words(quality), qualityVerdict(quality))}${boundsTable(quality)}
<p class="aside">Quality is that of SDMetrics: the mean of how alike the columns are one by one and two by two. Related pairs are those with a correlation above 0.5 or an association above 0.3 in the real table. All three are compared with real rows that training has not seen.</p>${trainingNote(quality)}
${figures(pictures, 'large')}${weakestPairs(quality)}${coverageTable(quality)}${
	comparisons.length > 0
		? html`<h3>Column by column</h3><p>${legend([
				{ color: 'real', shape: 'area', text: 'real' },
				{ color: 'synthetic', shape: 'line', text: 'synthetic' },
			])}</p>${figures(comparisons.slice(0, MOST_COMPARISONS).map(comparisonFigure))}${
				hidden > 0 ? html`<p class="aside">${formatCount(hidden)} more columns are not drawn.</p>` : null
			}`
		: null
}`,
	};
}
