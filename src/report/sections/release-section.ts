import { type Html, html } from '../html.ts';
import { answer, dataTable, type Section, verdictMark } from '../page-parts.ts';
import type { ReportData } from '../report-data.ts';

type Release = NonNullable<ReportData['release']>;

const CHECK_WORDS: Readonly<Record<Release['reasons'][number]['check'], string>> = {
	'held-out rows': 'Rows to judge by',
	quality: 'Better than independent columns',
	'closest record': 'Not too close to training rows',
	'unique copies': 'Does not repeat unique records',
};

function words({ verdict, reasons }: Release): string {
	if (verdict === 'release') return 'Nothing speaks against handing out the synthetic table.';
	if (reasons.some(({ check }) => check === 'held-out rows')) {
		return 'Whether the synthetic table may be handed out cannot be judged: too few real rows were held out.';
	}
	return `The synthetic table should not be handed out, for ${reasons.length === 1 ? 'one reason' : `${reasons.length} reasons`}.`;
}

function checkTable({ reasons, passed }: Release): Html {
	return dataTable(
		[{ head: 'Check' }, { head: '' }, { head: 'Found', isWide: true }],
		[
			...reasons.map(({ check, text }) => [
				CHECK_WORDS[check],
				verdictMark('bad'),
				html`<span class="sentences">${text}</span>`,
			]),
			...passed.map(({ check, text }) => [
				CHECK_WORDS[check],
				verdictMark('good'),
				html`<span class="sentences">${text}</span>`,
			]),
		],
	);
}

export function releaseSection(release: Release): Section {
	return {
		id: 'release',
		short: 'Release',
		question: 'May the synthetic table be handed out?',
		body: html`${answer(words(release), release.verdict === 'release' ? 'good' : 'bad')}${checkTable(release)}`,
	};
}
