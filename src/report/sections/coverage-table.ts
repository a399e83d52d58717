import { formatShare } from '../format.ts';
import { dataText, type Html, html } from '../html.ts';
import { foldedTable } from '../page-parts.ts';
import type { Figure, QualityReport } from '../report-data.ts';

/** Coverage below which a column is shown among many. */
const LITTLE_COVERED = 0.8;

/** Whether the synthetic cells are such as the real table could hold, and how much of it they cover. */
export function coverageTable({ diagnostics, coverage }: QualityReport): Html | null {
	if (diagnostics === undefined || coverage === undefined || coverage.length === 0) return null;
	const { synthetic, ceiling } = diagnostics;
	const real = ceiling === undefined ? '' : ` (${formatShare(ceiling.validity)} among held-out real rows)`;
	const scoreOf = new Map(synthetic.columns.map(({ name, score }) => [name, score]));
	const share = (figure: Figure | undefined) => (figure === undefined ? '' : formatShare(figure));
	return html`<h3>Validity and coverage</h3>
<p>${formatShare(synthetic.validity)} of the cells are within the range or among the levels of the real column${real}; ${formatShare(synthetic.structure)} of the columns are there with their type.</p>
<details><summary>Column by column</summary>
<p class="aside">Coverage: the part of the real range, or of the real levels, that occurs. The others say how alike the share of missing cells and the statistics are.</p>${foldedTable(
		[
			{ head: 'Column' },
			{ head: 'Valid', isNumber: true },
			{ head: 'Coverage', isNumber: true },
			{ head: 'Missing', isNumber: true },
			{ head: 'Mean', isNumber: true },
			{ head: 'Deviation', isNumber: true },
			{ head: 'Median', isNumber: true },
		],
		coverage.map(({ name, coverage: covered, missing, mean, std, median }) => [
			dataText(name, 40),
			share(scoreOf.get(name)),
			share(covered),
			share(missing),
			share(mean),
			share(std),
			share(median),
		]),
		(i) => (coverage[i]?.coverage ?? 1) < LITTLE_COVERED,
	)}</details>`;
}
