import type { BalanceEntry } from '../../gan/balance.ts';
import type { Example } from '../../textbook/examples.ts';
import { HEIGHTS } from '../../textbook/heights.ts';
import type { LessonRun } from '../../textbook/run-lesson.ts';
import { formatCount, formatFigure, formatSeconds, formatShare } from '../format.ts';
import { type Html, html } from '../html.ts';
import { htmlPage } from '../html-page.ts';
import { answer, dataTable, figure, figures, legend } from '../page-parts.ts';
import { STYLE_SHEET } from '../style-sheet.ts';
import { framePicture, frameWords, gamePicture, orderPicture } from './lesson-pictures.ts';
import { STEPPER_SCRIPT, STEPPER_STYLE } from './stepper.ts';

/** One set-up of an example as it was run. */
export interface ToldLesson {
	readonly id: string;
	readonly title: string;
	/** What the set-up is, in a sentence or two. */
	readonly words: string;
	readonly run: LessonRun;
}

/** One page, complete in itself, of what each set-up did step by step and what came out. */
export function buildLearningPage(example: Example, lessons: readonly ToldLesson[]): string {
	const body = html`<header>
<p class="eyebrow">counterfoil learn ${example.name}</p>
<h1>${example.name === 'heights' ? 'A GAN learns heights' : 'A GAN learns a ring of eight Gaussians'}</h1>
</header>
<main>
${lessons.map((lesson) => lessonSection(example, lesson))}</main>
<footer>Written by counterfoil. A set-up counts as good with ${example.bar}.</footer>
`;
	return htmlPage({
		title: `${example.name} - counterfoil learn`,
		styleSheet: STYLE_SHEET + STEPPER_STYLE,
		script: STEPPER_SCRIPT,
		body,
	});
}

function lessonSection(example: Example, { id, title, words, run }: ToldLesson): Html {
	const { gan, history, isGood, seconds, seed } = run;
	const figureCells = example.columns.map(({ name, digits }) => (run.figures[name] ?? Number.NaN).toFixed(digits));
	return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
<p>${words}</p>
${answer(
	`${formatCount(gan.steps)} steps in ${formatSeconds(seconds)}, seed ${seed}.${endWords(run)}`,
	isGood ? 'good' : 'bad',
)}
${dataTable(
	example.columns.map(({ header }) => ({ head: header, isNumber: true })),
	[figureCells],
)}
${stepper(example, run)}
${figures([
	figure(
		'How many rows the discriminator tells rightly',
		gamePicture(history),
		legend([
			{ color: 'real', shape: 'line', text: 'real' },
			{ color: 'synthetic', shape: 'line', text: 'generated' },
		]),
	),
	example.name === 'heights' ? figure('How real the discriminator finds each height', orderPicture(run)) : html``,
])}
${balanceWords(history.balance)}
${leastReal(example, run)}
</section>
`;
}

function endWords({ gan }: LessonRun): string {
	if (gan.ended === 'no better')
		return ` Ended because the rows got no better; kept are those of step ${gan.keptStep}.`;
	return gan.ended === 'stopped' ? ' Stopped by who looked at it.' : '';
}

/** All pictures below each other; the script shows one at a time. */
function stepper(example: Example, run: LessonRun): Html {
	const entries =
		example.name === 'heights'
			? legend([
					{ color: 'real', shape: 'area', text: 'real' },
					{ color: 'synthetic', shape: 'line', text: 'generated' },
					{ color: 'accent', shape: 'line', text: 'D(x), 0.5 is a guess' },
				])
			: legend([
					{ color: 'real', shape: 'area', text: 'real' },
					{ color: 'synthetic', shape: 'area', text: 'generated' },
				]);
	return html`<div class="stepper">
${run.frames.map((frame) => html`<div class="frame">${figure(frameWords(example, frame), framePicture(example, run, frame), entries)}</div>\n`)}</div>`;
}

function balanceWords(entries: readonly BalanceEntry[]): Html | null {
	if (entries.length === 0) return null;
	const share = (leader: BalanceEntry['leader']) =>
		formatShare(entries.filter((entry) => entry.leader === leader).length / entries.length, 0);
	const acts = entries.filter(({ action }) => action !== '');
	return html`<p>Of ${formatCount(entries.length)} looks at the game the discriminator was winning in ${share('discriminator')} (it told more than 80 % of the rows rightly) and no better than a guess in ${share('generator')}: then the rows are good, or it cannot see what is wrong with them.</p>
${
	acts.length === 0
		? null
		: html`<details><summary>What was done about it, ${acts.length} times</summary>${dataTable(
				[{ head: 'step', isNumber: true }, { head: 'told rightly', isNumber: true }, { head: 'what was done' }],
				acts.map(({ step, accuracy, action }) => [formatCount(step), formatShare(accuracy, 0), action]),
			)}</details>`
}`;
}

function leastReal(example: Example, { gan, real }: LessonRun): Html | null {
	const rows = example
		.leastReal(gan, real, 10)
		.map(({ value, realness }, i) => [
			String(i + 1),
			value.toFixed(2),
			Math.abs(value - HEIGHTS.mean).toFixed(2),
			formatFigure(realness, 3),
		]);
	if (rows.length === 0) return null;
	return html`<h3>The ten real heights that look least real</h3>
${dataTable(
	[
		{ head: 'rank', isNumber: true },
		{ head: 'height', isNumber: true },
		{ head: `inches from ${HEIGHTS.mean}`, isNumber: true },
		{ head: 'discriminator', isNumber: true },
	],
	rows,
)}`;
}
