import { formatFigure, isDefined } from '../format.ts';
import { dataText, type Html, type HtmlPart, html } from '../html.ts';
import type { LeakReport } from '../report-data.ts';

type Pair = NonNullable<LeakReport['nearCopies']>['pairs'][number];
type Cell = Pair['cells'][number];

function valueText(value: string | number | null, isTime: boolean): HtmlPart {
	if (value === null) return html`<em>missing</em>`;
	if (typeof value === 'string') return dataText(value, 40);
	const instant = new Date(value * 1000);
	if (!isTime || Number.isNaN(instant.getTime())) return formatFigure(value, 6);
	return instant.toISOString().slice(0, 19).replace('T', ' ').replace(' 00:00:00', '');
}

function cellText({ column, isTime, synthetic, training }: Cell): Html {
	const name = html`<span class="name">${dataText(column, 40)}</span>`;
	if (synthetic === training) return html`<li>${name} ${valueText(synthetic, isTime)}</li>`;
	return html`<li class="changed">${name} ${valueText(synthetic, isTime)} <small>training: ${valueText(training, isTime)}</small></li>`;
}

function pairCard({ kind, isolation, cells }: Pair): Html {
	const alone = isDefined(isolation)
		? html`<p class="facts">the next training row is ${formatFigure(isolation, 2)} away</p>`
		: null;
	return html`<article class="pair"><h4>${kind === 'exact' ? 'Exact copy' : 'Near copy'}</h4>${alone}<ul class="cells">${cells.map(cellText)}</ul></article>
`;
}

/** Rows of the synthetic table beside the training rows that they equal, all but one column. */
export function copyPairs(pairs: readonly Pair[]): Html | null {
	if (pairs.length === 0) return null;
	return html`<h3>Copies and near copies</h3>
<p class="aside">Synthetic rows whose training row stands alone the most: of all copies they would tell the most about one record. Values that differ are marked. Where held-out rows are as often near copies, these are chance.</p>
<div class="pairs">${pairs.map(pairCard)}</div>`;
}
