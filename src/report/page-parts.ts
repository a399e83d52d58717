import { displayText } from './display-text.ts';
import { type Html, type HtmlPart, html } from './html.ts';

export type Verdict = 'good' | 'watch' | 'bad';

const VERDICT_WORDS: Readonly<Record<Verdict, string>> = { good: 'good', watch: 'look at this', bad: 'problem' };

/** A section: its question, the answer in words, then pictures and tables. */
export interface Section {
	/** Anchor. */
	readonly id: string;
	/** In the table of contents. */
	readonly short: string;
	readonly question: string;
	readonly body: Html;
}

/** One figure of the summary at the top. */
export interface KeyFigure {
	readonly label: string;
	readonly value: string;
	readonly note?: string;
	readonly verdict?: Verdict;
}

export function verdictMark(verdict: Verdict): Html {
	return html`<span class="verdict ${verdict}">${VERDICT_WORDS[verdict]}</span>`;
}

/** A sentence that answers the section's question, with a mark where it is a judgement. */
export function answer(words: HtmlPart, verdict?: Verdict): Html {
	return html`<p class="answer">${verdict === undefined ? null : verdictMark(verdict)} ${words}</p>`;
}

export interface Column {
	readonly head: string;
	readonly isNumber?: boolean;
	/** Holds more than a few words. */
	readonly isWide?: boolean;
}

/** A table that scrolls sideways where it is too wide. */
export function dataTable(columns: readonly Column[], rows: readonly (readonly HtmlPart[])[]): Html {
	const kind = (i: number) => (columns[i]?.isNumber ? 'number' : columns[i]?.isWide ? 'text wide' : 'text');
	return html`<div class="scroll" tabindex="0"><table>
<thead><tr>${columns.map((column, i) => html`<th scope="col" class="${kind(i)}">${column.head}</th>`)}</tr></thead>
<tbody>${rows.map((cells) => html`<tr>${cells.map((cell, i) => html`<td class="${kind(i)}">${cell}</td>`)}</tr>\n`)}</tbody>
</table></div>`;
}

/** Rows of a table that are shown; of more, those that matter are, and the others are folded. */
const MOST_SHOWN = 40;

/**
 * A table of a row for each column of data: all of them while they are few, else those that matter, as many as can be
 * looked at, and the rest folded away.
 *
 * @param matters whether the row at a place has something to say
 */
export function foldedTable(
	columns: readonly Column[],
	rows: readonly (readonly HtmlPart[])[],
	matters: (index: number) => boolean,
): Html {
	if (rows.length <= MOST_SHOWN) return dataTable(columns, rows);
	const first = new Set(
		rows
			.map((_, i) => i)
			.filter(matters)
			.slice(0, MOST_SHOWN),
	);
	const rest = rows.filter((_, i) => !first.has(i));
	return html`${
		first.size === 0
			? null
			: dataTable(
					columns,
					rows.filter((_, i) => first.has(i)),
				)
	}<details><summary>${first.size === 0 ? 'All' : 'The other'} ${rest.length}</summary>${dataTable(columns, rest)}</details>`;
}

/** A picture with its title above and what the colours mean. */
export function figure(title: HtmlPart, picture: Html, legend?: Html): Html {
	return html`<figure><figcaption>${title}${legend}</figcaption>${picture}</figure>`;
}

/** Side by side where there is room: `large` two in a row, else three. */
export function figures(list: readonly Html[], size: 'small' | 'large' = 'small'): Html {
	return html`<div class="figures ${size}">${list}</div>`;
}

export interface LegendEntry {
	readonly color: 'real' | 'synthetic' | 'accent' | 'bad';
	readonly shape: 'area' | 'line';
	readonly text: string;
}

export function legend(entries: readonly LegendEntry[]): Html {
	return html`<span class="legend">${entries.map(
		({ color, shape, text }) => html`<span class="key"><span class="swatch ${shape} ${color}"></span>${text}</span> `,
	)}</span>`;
}

/** A bar in a table cell; `share` from 0 to 1 of the widest. */
export function bar(share: number, color: 'accent' | 'bad' | 'muted'): Html {
	const width = Math.round(Math.max(0, Math.min(1, share)) * 1000) / 10;
	return html`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="8"/><rect class="${color}" width="${width}" height="8"/></svg>`;
}

/** Labels for an axis: as many different ones as there are names, however long or alike those are. */
export function axisLabels(names: readonly string[], longest: number): string[] {
	const seen = new Map<string, number>();
	return names.map((name) => {
		const short = displayText(name, longest);
		const times = seen.get(short) ?? 0;
		seen.set(short, times + 1);
		return times === 0 ? short : `${short} (${times + 1})`;
	});
}
