import { type Html, html } from '../html.ts';
import { answer, dataTable, type Section, type Verdict, verdictMark } from '../page-parts.ts';
import type { ReportData } from '../report-data.ts';

type Release = NonNullable<ReportData['release']>;

const CHECK_WORDS: Readonly<Record<Release['reasons'][number]['check'], string>> = {
	'held-out rows': 'Rows to judge by',
	quality: 'Better than independent columns',
	'closest record': 'Not too close to training rows',
	'unique copies': 'Does not repeat unique records',
};

export function releaseVerdict(release: Release): Verdict {
	if (release.verdict === 'release') return 'good';
	return cannotBeJudged(release) ? 'watch' : 'bad';
}

export function cannotBeJudged({ reasons }: Release): boolean {
	return reasons.some(({ check }) => check === 'held-out rows');
}

function words(release: Release): string {
	const { verdict, reasons } = release;
	if (verdict === 'release') return 'Nothing speaks against handing out the synthetic table.';
	if (cannotBeJudged(release)) {
		return 'Whether the synthetic table may be handed out cannot be judged: too few real rows were held out.';
	}
	return `The synthetic table should not be handed out, for ${reasons.length === 1 ? 'one reason' : `${reasons.length} reasons`}.`;
}

function checkTable(release: Release): Html {
	const { reasons, passed } = release;
	const failed = releaseVerdict(release);
	return dataTable(
		[{ head: 'Check' }, { head: '' }, { head: 'Found', isWide: true }],
		[
			...reasons.map(({ check, text }) => [
				CHECK_WORDS[check],
				verdictMark(failed),
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
		body: html`${answer(words(release), releaseVerdict(release))}${checkTable(release)}`,
	};
}
