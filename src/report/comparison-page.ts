import type { ComparedRun, RunComparison } from './compare-runs.ts';
import { formatCount, formatFigure } from './format.ts';
import { dataText, type Html, html } from './html.ts';
import { htmlPage } from './html-page.ts';
import { answer, dataTable, type Section } from './page-parts.ts';
import { saySetting } from './say-setting.ts';
import { STYLE_SHEET } from './style-sheet.ts';

const FACTS: readonly (readonly [string, (run: ComparedRun) => string])[] = [
	['Data set', (run) => run.datasetName ?? ''],
	['Rows', (run) => (run.rows === null ? '' : formatCount(run.rows))],
	['Model', (run) => run.modelId ?? ''],
	['Kind', (run) => run.kind],
	['Seed', (run) => String(run.seed)],
	['Began', (run) => run.startedAt],
	['Version', (run) => run.version],
];

/** Two runs side by side as one HTML file, complete in itself. */
export function comparisonPage(compared: RunComparison): string {
	const { runs, isSameData } = compared;
	const [first, second] = runs;
	const sections = [madeOf(compared), measures(compared), found(compared)];
	const body = html`<header>
<p class="eyebrow">counterfoil comparison</p>
<h1>${dataText(first.runId, 60)} and ${dataText(second.runId, 60)}</h1>
<p class="answer">${isSameData ? 'Both read the same data.' : 'They read different data.'}</p>
</header>
<nav aria-label="Sections"><ul>${sections.map(({ id, short }) => html`<li><a href="#${id}">${short}</a></li>`)}</ul></nav>
<main>
${sections.map(
	({ id, question, body: content }) => html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${question}</h2>
${content}
</section>
`,
)}</main>
<footer>Written by counterfoil.</footer>
`;
	return htmlPage({ title: `${first.runId} and ${second.runId} - counterfoil`, styleSheet: STYLE_SHEET, body });
}

/** Heads of columns for what each of the two has. */
function headsOf({ runs }: RunComparison, of: string, isNumber = false) {
	return [{ head: of, isWide: true }, ...runs.map(({ runId }) => ({ head: runId, isNumber }))];
}

function madeOf(compared: RunComparison): Section {
	const { runs, settings } = compared;
	const say = (value: unknown): Html => dataText(saySetting(value), 200);
	return {
		id: 'made-of',
		short: 'Made of',
		question: 'What were they made of?',
		body: html`${answer(
			settings.length === 0 ? 'Their settings are the same.' : `${formatCount(settings.length)} settings differ.`,
		)}${dataTable(
			headsOf(compared, ''),
			FACTS.map(([name, of]) => [name, dataText(of(runs[0]), 80), dataText(of(runs[1]), 80)]),
		)}${
			settings.length === 0
				? null
				: dataTable(
						headsOf(compared, 'Setting'),
						settings.map(({ path, first, second }) => [dataText(path, 80), say(first), say(second)]),
					)
		}`,
	};
}

function measures(compared: RunComparison): Section {
	const { metrics } = compared;
	const say = (value: number | null) => (value === null ? '' : formatFigure(value, 4));
	return {
		id: 'measures',
		short: 'Measures',
		question: 'How good are their models?',
		body:
			metrics.length === 0
				? answer('Nothing was measured of both.')
				: dataTable(
						[...headsOf(compared, 'Measure', true), { head: 'Difference', isNumber: true }],
						metrics.map(({ metric, first, second, difference }) => [
							metric.replaceAll('_', ' '),
							say(first),
							say(second),
							difference === null ? '' : `${difference > 0 ? '+' : ''}${formatFigure(difference, 4)}`,
						]),
					),
	};
}

function found({ overlap, moved }: RunComparison): Section {
	const words = overlap.map(({ k, both }) => `${formatCount(both)} of the ${formatCount(k)} highest`);
	return {
		id: 'found',
		short: 'Found',
		question: 'Do they find the same records?',
		body:
			overlap.length === 0
				? answer('They have scored no records that could be held against each other.')
				: html`${answer(`Both have ${words.join(', ')}.`)}${
						moved.length === 0
							? null
							: dataTable(
									[{ head: 'Record' }, { head: 'Place in the first', isNumber: true }, { head: 'In the second' }],
									moved.map(({ recordKey, first, second }) => [
										dataText(recordKey, 60),
										formatCount(first),
										second === null ? 'below the first 1,000' : formatCount(second),
									]),
								)
					}`,
	};
}
