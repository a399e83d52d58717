import { line, ruleY } from '@observablehq/plot';
import { formatCount, formatFigure, formatNumberOf, formatShare, isDefined } from '../format.ts';
import { dataText, type Html, html } from '../html.ts';
import { answer, bar, dataTable, figure, figures, type Section } from '../page-parts.ts';
import { plotSvg } from '../plot-svg.ts';
import type { Figure, LabelReport } from '../report-data.ts';

const OURS = 'counterfoil';

function curveFigure(labels: LabelReport): Html | null {
	const curve = labels.curve ?? [];
	if (curve.length < 2) return null;
	const base = labels.positives / Math.max(1, labels.rows);
	const picture = plotSvg({
		description: 'Precision against recall',
		height: 220,
		marginLeft: 44,
		x: { label: 'recall', domain: [0, 1], tickFormat: '.0%', ticks: 5 },
		y: { label: 'precision', domain: [0, 1], tickFormat: '.0%', ticks: 5, grid: true },
		marks: [
			ruleY([base], { stroke: 'currentColor', strokeDasharray: '3 3', strokeOpacity: 0.6 }),
			line(curve, { x: 'recall', y: 'precision', stroke: 'var(--accent)', strokeWidth: 2, curve: 'step-before' }),
		],
	});
	return figure('Precision and recall', picture, html`<span class="legend">Dashed: what a random order gives.</span>`);
}

function budgetTable(labels: LabelReport): Html {
	const base = labels.positives / Math.max(1, labels.rows);
	return dataTable(
		[
			{ head: 'Looked at', isNumber: true },
			{ head: 'Found', isNumber: true },
			{ head: 'Precision', isNumber: true },
			{ head: 'Recall', isNumber: true },
			{ head: 'Against chance', isNumber: true },
		],
		labels.budgets.map(({ k, found }) => [
			formatCount(k),
			formatCount(found),
			formatShare(found / k),
			formatShare(found / Math.max(1, labels.positives)),
			base > 0 ? `× ${formatFigure(found / k / base)}` : '',
		]),
	);
}

function kindTable(kinds: NonNullable<LabelReport['kinds']>): Html {
	return html`<h3>Which kinds are among the first ${formatCount(kinds.first)} records</h3>${dataTable(
		[{ head: 'Kind' }, { head: 'Found', isNumber: true }, { head: 'Of', isNumber: true }, { head: '' }],
		kinds.list.map(({ kind, total, found }) => [
			dataText(kind, 40),
			formatCount(found),
			formatCount(total),
			bar(found / Math.max(1, total), 'accent'),
		]),
	)}`;
}

function baselineTable(labels: LabelReport): Html | null {
	const baselines = labels.baselines ?? [];
	if (baselines.length === 0) return null;
	const precision = (figure: Figure) => (isDefined(figure) ? figure : Number.NEGATIVE_INFINITY);
	const ours = { name: OURS, auroc: labels.auroc, averagePrecision: labels.averagePrecision };
	const all = [ours, ...baselines].sort((a, b) => precision(b.averagePrecision) - precision(a.averagePrecision) || 0);
	const better = all.filter((other) => precision(other.averagePrecision) > precision(ours.averagePrecision));
	const verdict =
		better.length === 0
			? 'None of them has a higher average precision here.'
			: `A higher average precision than ${OURS} here: ${better.map(({ name }) => name).join('; ')}.`;
	return html`<h3>Beside other detectors on the same rows</h3><p>${verdict}</p>${dataTable(
		[{ head: 'Detector' }, { head: 'Average precision', isNumber: true }, { head: 'AUROC', isNumber: true }],
		all.map(({ name, auroc, averagePrecision }) => [
			name === OURS ? html`<strong>${name}</strong>` : name,
			formatFigure(averagePrecision),
			formatFigure(auroc),
		]),
	)}`;
}

export function labelSection(labels: LabelReport): Section {
	const { column, positive, rows, positives, auroc, averagePrecision } = labels;
	const first = labels.budgets.find(({ k }) => k === 100) ?? labels.budgets[0];
	const value = positive === undefined ? null : html` = ${dataText(positive, 30)}`;
	const hit =
		first === undefined
			? ''
			: ` Of the first ${formatCount(first.k)} records ${formatCount(first.found)} are positive; chance would find ${formatFigure((first.k * positives) / Math.max(1, rows), 2)}.`;
	const ranking = isDefined(auroc)
		? ` Average precision ${formatFigure(averagePrecision)}, AUROC ${formatFigure(auroc)}.`
		: '';
	const curve = curveFigure(labels);
	return {
		id: 'labels',
		short: 'Labels',
		question: 'How much of what the labels call positive was found?',
		body: html`${answer(
			html`${formatCount(positives)} of ${formatNumberOf(rows, 'record')} (${formatShare(positives / Math.max(1, rows), 2)}) have ${dataText(column, 40)}${value}.${hit}${ranking}`,
		)}<p class="aside">Training never saw the labels.</p>${curve === null ? null : figures([curve], 'large')}${
			labels.budgets.length > 0 ? budgetTable(labels) : null
		}${labels.kinds === undefined ? null : kindTable(labels.kinds)}${baselineTable(labels)}`,
	};
}
