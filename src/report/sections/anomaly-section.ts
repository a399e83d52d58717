import { rectY, ruleX } from '@observablehq/plot';
import { formatCount, formatFigure, formatNumberOf, formatShare, isDefined } from '../format.ts';
import { dataText, type Html, type HtmlPart, html } from '../html.ts';
import { answer, bar, dataTable, figure, figures, type Section, type Verdict } from '../page-parts.ts';
import { plotSvg } from '../plot-svg.ts';
import type { AnomalyReport, TopRecord } from '../report-data.ts';

type SignCheck = NonNullable<AnomalyReport['signCheck']>;

export function signVerdict({ meanReal, meanNoise, auroc }: SignCheck): Verdict {
	if (meanNoise <= meanReal) return 'bad';
	return auroc < 0.7 ? 'watch' : 'good';
}

function signAnswer(check: SignCheck): Html {
	const verdict = signVerdict(check);
	const words =
		verdict === 'bad'
			? 'Rows of injected noise do not score as more anomalous than real rows: these scores must not be used.'
			: `Rows of injected noise score as more anomalous than real rows, as they must: a noise row beats a real row ${formatShare(check.auroc)} of the time.`;
	return answer(
		`${words} Mean surprise ${formatFigure(check.meanNoise)} against ${formatFigure(check.meanReal)}.`,
		verdict,
	);
}

/** Few records are far out, so that the counts are drawn by their square root. */
function surprisePlot({ histogram, alertSurprise }: AnomalyReport): Html | null {
	if (histogram === undefined || histogram.counts.length === 0) return null;
	const bins = histogram.counts.flatMap((count, i) =>
		count > 0 ? [{ x1: histogram.edges[i] as number, x2: histogram.edges[i + 1] as number, count }] : [],
	);
	const picture = plotSvg({
		description: 'How many records have which surprise',
		height: 200,
		marginLeft: 48,
		x: { label: 'surprise', ticks: 5 },
		y: { label: null, type: 'sqrt', grid: true, ticks: 4 },
		marks: [
			rectY(bins, { x1: 'x1', x2: 'x2', y1: 0, y2: 'count', fill: 'var(--real)', fillOpacity: 0.55, inset: 0.5 }),
			...(isDefined(alertSurprise) ? [ruleX([alertSurprise], { stroke: 'var(--bad)', strokeWidth: 2 })] : []),
		],
	});
	const words = isDefined(alertSurprise)
		? html`<span class="legend">Records to the right of the line are alerts. Heights are square roots, or the few would not show.</span>`
		: undefined;
	return figures([figure('Surprise of all records', picture, words)], 'large');
}

function valueText(value: string | number | null | undefined): HtmlPart {
	if (value === null || value === undefined) return html`<em>missing</em>`;
	return typeof value === 'number' ? formatFigure(value, 6) : dataText(value, 60);
}

function recordCard(record: TopRecord, rank: number): Html {
	const widest = Math.max(...record.reasons.map((reason) => Math.abs(reason.contribution)), 1e-9);
	const rows = record.reasons.map((reason) => {
		const against = reason.contribution >= 0;
		const head = reason.column === null ? html`<em>all other columns</em>` : dataText(reason.column, 40);
		const typical =
			reason.typical === null || reason.typical === undefined
				? null
				: html` <small>typical: ${dataText(reason.typical, 100)}</small>`;
		return html`<tr><th scope="row">${head}</th><td>${reason.column === null ? null : valueText(reason.value)}${typical}</td>
<td class="barcell">${bar(Math.abs(reason.contribution) / widest, against ? 'bad' : 'muted')}</td><td class="number">${against ? '+' : '−'}${Math.abs(reason.contribution).toFixed(2)}</td></tr>`;
	});
	const place = record.rowNumber === undefined ? '' : `row ${formatCount(record.rowNumber + 1)} · `;
	const label =
		record.label === undefined
			? null
			: html` · label ${record.label === null ? 'missing' : dataText(record.label, 30)}`;
	const sentences = record.sentences ?? [];
	const words =
		sentences.length === 0
			? null
			: html`<ul class="words">${sentences.map((sentence) => html`<li>${dataText(sentence, 300)}</li>`)}</ul>`;
	return html`<article class="record"><h4><span class="rank">${rank}</span> ${dataText(record.recordKey, 60)}</h4>
<p class="facts">${place}score ${record.score.toFixed(4)} · surprise ${formatFigure(record.surprise, 4)}${
		record.severity === undefined ? '' : ` · ${record.severity}`
	}${label}</p>
${words}<table class="reasons"><tbody>${rows}</tbody></table></article>
`;
}

function agreementTable({ rows, agreement }: AnomalyReport): Html | null {
	if (agreement === undefined || agreement.detectors.length === 0) return null;
	const { first, detectors } = agreement;
	const chance = (first * first) / Math.max(1, rows);
	return html`<h3>Do other detectors agree?</h3>
<p class="aside">They score the same records. Of the first ${formatCount(first)} of two unrelated orders ${formatFigure(chance, 2)} would be the same. Where they differ, the records that only one of them puts first are worth a look; none of this says who is right.</p>${dataTable(
		[
			{ head: 'Detector' },
			{ head: 'Rank correlation', isNumber: true },
			{ head: `Of our first ${formatCount(first)}, among its first`, isNumber: true },
		],
		detectors.map(({ name, rankCorrelation, shared }) => [name, formatFigure(rankCorrelation), formatCount(shared)]),
	)}`;
}

function ensembleNote({ isEnsemble }: AnomalyReport): Html | null {
	if (isEnsemble !== true) return null;
	return html`<p class="aside">The score is the mean of the ranks of ours and of four other detectors. The reasons explain the surprise, which is ours alone.</p>`;
}

export function anomalySection(anomalies: AnomalyReport): Section {
	const { rows, alerts, alertRule, top, signCheck } = anomalies;
	return {
		id: 'anomalies',
		short: 'Anomalies',
		question: 'What is anomalous?',
		body: html`${answer(
			html`${formatNumberOf(rows, 'record')} were scored; ${formatNumberOf(alerts, 'alert')} (${formatShare(alerts / Math.max(1, rows), 2)}) went to the review queue${alertRule === undefined ? null : html` (${dataText(alertRule, 120)})`}.`,
		)}${ensembleNote(anomalies)}${signCheck === undefined ? null : signAnswer(signCheck)}${surprisePlot(anomalies)}${agreementTable(anomalies)}${
			top.length > 0
				? html`<h3>The most anomalous records, and why</h3>
<p class="aside">Each bar is a column's part of the record's surprise, in nats: red speaks against the record, grey for it.</p>
<div class="records">${top.map((record, i) => recordCard(record, i + 1))}</div>`
				: null
		}`,
	};
}
