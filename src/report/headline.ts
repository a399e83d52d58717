import { formatShare } from './format.ts';
import { dataText, type Html, html } from './html.ts';
import type { ReportData } from './report-data.ts';
import { tellingColumns } from './sections/classifier-section.ts';
import { positions } from './sections/quality-section.ts';
import { cannotBeJudged } from './sections/release-section.ts';

type Release = NonNullable<ReportData['release']>;

const NAMED_COLUMNS = 3;

const FAILURES: Readonly<Record<Release['reasons'][number]['check'], string>> = {
	'held-out rows': 'there are too few rows to judge by',
	quality: 'they are no better than columns drawn one by one',
	'closest record': 'they are too close to the training rows',
	'unique copies': 'they repeat unique records',
};

function releaseWords(release: Release): string {
	if (release.verdict === 'release') return 'The synthetic rows may be handed out.';
	if (cannotBeJudged(release)) {
		return 'Whether the synthetic rows may be handed out is not known: there are too few rows to judge by.';
	}
	return `The synthetic rows should not be handed out: ${release.reasons.map(({ check }) => FAILURES[check]).join(', and ')}.`;
}

/** @param found over all pairs of columns and over related ones */
function nearness(found: readonly number[]): string {
	const lowest = Math.min(...found);
	if (found.length === 0) return '';
	if (lowest < 0) return ' They are less like real rows than columns drawn one by one.';
	if (lowest >= 1) return ' They are as like real rows as other real rows are.';
	const [from, to] = [formatShare(lowest, 0), formatShare(Math.min(1, Math.max(...found)), 0)];
	return ` From columns drawn one by one to real rows they go ${from === to ? from : `${from} to ${to}`} of the way.`;
}

/** What a person wants to know first about the synthetic rows: may they be handed out, how real, what gives them away. */
export function headline({ release, quality, classifiers }: ReportData): Html | null {
	if (release === undefined) return null;
	const near = quality === undefined ? '' : nearness(positions(quality));
	const columns = classifiers === undefined ? [] : tellingColumns(classifiers).slice(0, NAMED_COLUMNS);
	const away =
		columns.length === 0
			? ''
			: html` What gives them away most: ${columns.map((name, i) => html`${i > 0 ? ', ' : ''}${dataText(name, 40)}`)}.`;
	return html`<p class="headline"><strong>${releaseWords(release)}</strong>${near}${away}</p>`;
}
