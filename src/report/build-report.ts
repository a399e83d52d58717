import { displayText } from './display-text.ts';
import { formatCount, formatShare } from './format.ts';
import { headline } from './headline.ts';
import { dataText, type Html, html } from './html.ts';
import { htmlPage } from './html-page.ts';
import { type KeyFigure, type Section, verdictMark } from './page-parts.ts';
import type { ReportData } from './report-data.ts';
import { anomalySection, signVerdict } from './sections/anomaly-section.ts';
import { classifierSection } from './sections/classifier-section.ts';
import { columnsSection } from './sections/columns-section.ts';
import { labelSection } from './sections/label-section.ts';
import { copiesVerdict, leakSection } from './sections/leak-section.ts';
import { mapSection } from './sections/map-section.ts';
import { positions, qualitySection, qualityVerdict } from './sections/quality-section.ts';
import { cannotBeJudged, releaseSection, releaseVerdict } from './sections/release-section.ts';
import { repeatSection } from './sections/repeat-section.ts';
import { sourceSection } from './sections/source-section.ts';
import { trainingSection } from './sections/training-section.ts';
import { STYLE_SHEET } from './style-sheet.ts';

export interface Report {
	/** One file, complete in itself; it runs no script and asks no host for anything. */
	readonly html: string;
	/** The same as plain JSON; undefined figures are null. */
	readonly json: unknown;
}

/** The layout of the JSON; raised when a reader would have to change. */
const JSON_FORMAT = 1;

function sectionsOf(data: ReportData): Section[] {
	return [
		data.source && sourceSection(data.source),
		data.profile && columnsSection(data.profile),
		data.training && trainingSection(data.training),
		data.map && mapSection(data.map),
		data.quality && qualitySection(data.quality),
		data.classifiers && classifierSection(data.classifiers),
		data.release && releaseSection(data.release),
		data.leaks && leakSection(data.leaks),
		data.anomalies && anomalySection(data.anomalies),
		data.labels && labelSection(data.labels),
		data.repeat && repeatSection(data.repeat, data.runId),
	].filter((section) => section !== undefined);
}

function keyFigures({ source, anomalies, quality, leaks, release, labels }: ReportData): KeyFigure[] {
	const figures: KeyFigure[] = [];
	if (source !== undefined) {
		const note = source.rowsRejected === 0 ? 'none rejected' : `${formatCount(source.rowsRejected)} rejected`;
		figures.push({ label: 'Rows loaded', value: formatCount(source.rowsLoaded), note });
	}
	if (anomalies !== undefined) {
		figures.push({ label: 'Alerts', value: formatCount(anomalies.alerts), note: 'in the review queue' });
		if (anomalies.signCheck !== undefined) {
			figures.push({
				label: 'Sign check',
				value: formatShare(anomalies.signCheck.auroc),
				note: 'noise ranked above real rows',
				verdict: signVerdict(anomalies.signCheck),
			});
		}
	}
	const atBudget = labels?.budgets.find(({ k }) => k === 100) ?? labels?.budgets[0];
	if (atBudget !== undefined) {
		figures.push({
			label: `Found in the first ${formatCount(atBudget.k)}`,
			value: formatCount(atBudget.found),
			note: `of ${formatCount(labels?.positives ?? 0)} labelled positive`,
		});
	}
	if (quality !== undefined) {
		const [position = null] = positions(quality);
		figures.push({
			label: 'Synthetic quality',
			value: formatShare(quality.synthetic.allPairs.overall),
			...(position === null ? {} : { note: `${formatShare(position, 0)} of the way from floor to ceiling` }),
			verdict: qualityVerdict(quality),
		});
	}
	if (leaks?.copies !== undefined) {
		figures.push({
			label: 'Exact copies',
			value: formatShare(leaks.copies.synthetic.share, 2),
			note: `${formatShare(leaks.copies.heldOut.share, 2)} by chance`,
			verdict: copiesVerdict(leaks.copies),
		});
	}
	if (release !== undefined) {
		const failed = release.reasons.length;
		const note =
			failed === 0
				? `${release.passed.length} checks passed`
				: cannotBeJudged(release)
					? 'too few rows to judge'
					: `${failed} of ${failed + release.passed.length} checks failed`;
		figures.push({
			label: 'Release of the synthetic table',
			value: failed === 0 ? 'yes' : 'no',
			note,
			verdict: releaseVerdict(release),
		});
	}
	return figures;
}

function keyFigureMarkup({ label, value, note, verdict }: KeyFigure): Html {
	return html`<div class="keyfigure"><dt>${label}</dt><dd>${value}</dd>${
		note === undefined ? null : html`<dd class="note">${note}</dd>`
	}${verdict === undefined || verdict === 'good' ? null : html`<dd class="note">${verdictMark(verdict)}</dd>`}</div>
`;
}

function writtenAt(createdAt: string | undefined): string {
	const time = createdAt === undefined ? Number.NaN : Date.parse(createdAt);
	if (Number.isNaN(time)) return '';
	return `, ${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function page(data: ReportData): string {
	const sections = sectionsOf(data);
	const body = html`<header>
<p class="eyebrow">counterfoil report${writtenAt(data.createdAt)}</p>
<h1>${dataText(data.title, 80)}</h1>
${headline(data)}
<dl class="keyfigures">${keyFigures(data).map(keyFigureMarkup)}</dl>
</header>
<nav aria-label="Sections"><ul>${sections.map(({ id, short }) => html`<li><a href="#${id}">${short}</a></li>`)}</ul></nav>
<main>
${sections.map(
	({ id, question, body }) => html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${question}</h2>
${body}
</section>
`,
)}</main>
<footer>Written by counterfoil. The figures describe this run on this table.</footer>
`;
	return htmlPage({ title: `${displayText(data.title, 60)} - counterfoil report`, styleSheet: STYLE_SHEET, body });
}

/** JSON has no NaN; an undefined figure is null, as JSON.stringify has it. */
function plainJson(data: ReportData): unknown {
	return JSON.parse(JSON.stringify({ format: JSON_FORMAT, ...data }));
}

/** Writes what is known about a run as one HTML file and its JSON twin; absent parts are left out. */
export function buildReport(data: ReportData): Report {
	return { html: page(data), json: plainJson(data) };
}
