import { line, ruleY } from '@observablehq/plot';
import type {
	AutoregressiveHistory,
	GeneratorHistory,
	MlpHistory,
	PrivateHistory,
} from '../../contracts/generator-history.ts';
import { describePromise } from '../../contracts/privacy.ts';
import { formatFigure, formatNumberOf, formatSeconds, formatShare, isDefined } from '../format.ts';
import { type Html, html } from '../html.ts';
import { answer, figure, figures, type LegendEntry, legend, type Section, type Verdict } from '../page-parts.ts';
import { plotSvg } from '../plot-svg.ts';
import type { Figure, TrainingReport } from '../report-data.ts';

interface Curve {
	readonly values: readonly Figure[];
	readonly color: LegendEntry['color'];
	readonly name: string;
}

/** Curves are drawn with at most so many points. */
const MOST_POINTS = 300;

function curvePlot(title: string, steps: readonly number[], curves: readonly Curve[], reference?: number): Html {
	const stride = Math.max(1, Math.ceil(steps.length / MOST_POINTS));
	const points = (values: readonly Figure[]) =>
		steps.flatMap((step, i) => {
			const value = values[i];
			return (i % stride === 0 || i === steps.length - 1) && isDefined(value) ? [{ step, value }] : [];
		});
	const picture = plotSvg({
		description: `${title} over the training steps`,
		x: { label: 'step', ticks: 4 },
		y: { label: null, grid: true, nice: true, ticks: 5 },
		marks: [
			...(reference === undefined
				? []
				: [ruleY([reference], { stroke: 'currentColor', strokeDasharray: '3 3', strokeOpacity: 0.6 })]),
			...curves.map(({ values, color }) =>
				line(points(values), { x: 'step', y: 'value', stroke: `var(--${color})`, strokeWidth: 1.5 }),
			),
		],
	});
	const entries = curves.map(({ color, name }): LegendEntry => ({ color, shape: 'line', text: name }));
	return figure(title, picture, curves.length > 1 ? legend(entries) : undefined);
}

/** Mean of the last tenth of a curve. */
function lastLevel(values: readonly Figure[]): number | null {
	const tail = values.slice(-Math.max(1, Math.ceil(values.length / 10))).filter(isDefined);
	return tail.length === 0 ? null : tail.reduce((sum, value) => sum + value, 0) / tail.length;
}

function accuracyWords(level: number | null): { readonly words: string; readonly verdict: Verdict } {
	if (level === null) return { words: '', verdict: 'watch' };
	const share = formatShare(level, 0);
	if (level > 0.9) {
		return {
			words: ` At the end the discriminator told real from generated rows ${share} of the time: the generator did not keep up.`,
			verdict: 'bad',
		};
	}
	if (level > 0.75) {
		return {
			words: ` At the end the discriminator still told real from generated rows ${share} of the time (50 % would be a coin).`,
			verdict: 'watch',
		};
	}
	return {
		words: ` At the end the discriminator told real from generated rows ${share} of the time, close to a coin.`,
		verdict: 'good',
	};
}

interface Told {
	readonly words: string;
	readonly verdict: Verdict;
	readonly curves: readonly Html[];
}

function tellGan(history: MlpHistory): Told {
	const real = lastLevel(history.realAccuracy);
	const fake = lastLevel(history.fakeAccuracy);
	const accuracy = accuracyWords(real === null || fake === null ? null : (real + fake) / 2);
	const gradient = lastLevel(history.gradientNorm);
	const norm = gradient === null ? '' : ` The gradient norm ended at ${formatFigure(gradient, 2)} (1 is aimed at).`;
	return {
		words: `${accuracy.words}${norm}`,
		verdict: accuracy.verdict,
		curves: [
			curvePlot('Losses', history.step, [
				{ values: history.discriminatorLoss, color: 'real', name: 'discriminator' },
				{ values: history.generatorLoss, color: 'synthetic', name: 'generator' },
			]),
			curvePlot(
				'Gradient norm of the discriminator',
				history.step,
				[{ values: history.gradientNorm, color: 'real', name: '' }],
				1,
			),
			curvePlot(
				'Share that the discriminator tells rightly',
				history.step,
				[
					{ values: history.realAccuracy, color: 'real', name: 'of real rows' },
					{ values: history.fakeAccuracy, color: 'synthetic', name: 'of generated rows' },
				],
				0.5,
			),
			curvePlot('Distance between second moments', history.step, [
				{ values: history.momentDistance, color: 'synthetic', name: '' },
			]),
		],
	};
}

/** Log-loss of a judge that knows nothing. */
const COIN = Math.log(2);
/** Part of a coin's log-loss below which rows are told apart easily, and above which hardly. */
const EASY = 0.5;
const HARD = 0.9;
/** Part of the first surprise by which it must fall. */
const LEAST_LEARNT = 0.01;

function toldWords(loss: number): string {
	if (loss < EASY * COIN) return 'easily told';
	return loss < HARD * COIN ? 'often told' : 'could hardly tell';
}

function tellAutoregressive({ step, training, heldOut, bestStep, judge }: AutoregressiveHistory): Told {
	const best = heldOut[step.indexOf(bestStep)] ?? null;
	const first = heldOut.find(isDefined) ?? null;
	const hasLearnt = best !== null && first !== null && first - best > LEAST_LEARNT * first;
	const learnt =
		best === null || first === null
			? ''
			: hasLearnt
				? ` Real rows that it had not seen surprised it less and less: by ${formatFigure(first)} nats at first, by ${formatFigure(best)} in the end (lower is better).`
				: ` Real rows that it had not seen surprised it hardly less in the end (${formatFigure(best)} nats) than at first (${formatFigure(first)}): the steps were few, or there is little to learn.`;
	const loss = judge === null ? null : Math.min(...judge.loss.filter(isDefined));
	const judged =
		judge === null || loss === null
			? ''
			: judge.scale === 0
				? ' A discriminator found nothing by which to tell its rows from real ones.'
				: ` A discriminator ${toldWords(loss)} its rows from real ones (error ${formatFigure(loss)}, a coin ${formatFigure(COIN)}); rows that it finds unlikely are drawn less often.`;
	const isEasy = judge !== null && judge.scale > 0 && loss !== null && loss < EASY * COIN;
	const curves = [
		curvePlot('Surprise at a real row, in nats', step, [
			{ values: training, color: 'accent', name: 'of rows that it learns from' },
			{ values: heldOut, color: 'real', name: 'of rows set aside' },
		]),
		...(judge === null
			? []
			: [
					curvePlot(
						'Error of the discriminator that judges the rows',
						judge.step,
						[{ values: judge.loss, color: 'real', name: '' }],
						COIN,
					),
				]),
	];
	return { words: `${learnt}${judged}`, verdict: hasLearnt && !isEasy ? 'good' : 'watch', curves };
}

function tellPrivate({ privacy }: PrivateHistory): Told {
	const { rows, training } = privacy;
	const promise = describePromise(privacy);
	const seeded = privacy.isSeeded
		? ' The noise came from a given seed, so that whoever knows it can take the noise away: rows are NOT protected from them.'
		: '';
	return {
		words: ` It is private: ${promise} for each of ${formatNumberOf(rows, 'row')}, under its presence or absence. What generated rows can tell of a single row is bounded by that; the scores, the records and all figures of this page are not, for they look at the real rows. Each step took a row with probability ${formatFigure(training.rate)} and added noise of ${formatFigure(training.noise)} times what a row can say. This costs quality: rare values and far ends of the columns are missing, relations are weaker.${seeded}`,
		verdict: privacy.isSeeded ? 'watch' : 'good',
		curves: [],
	};
}

function tell(history: GeneratorHistory): Told {
	if (history.kind === 'private') return tellPrivate(history);
	return history.kind === 'mlp' ? tellGan(history) : tellAutoregressive(history);
}

export function trainingSection(training: TrainingReport): Section {
	const { history, steps, seconds, backend } = training;
	const { words, verdict, curves } = tell(history);
	const time = seconds === undefined ? '' : ` in ${formatSeconds(seconds)}`;
	const place = backend === undefined ? '' : ` on ${backend}`;
	return {
		id: 'training',
		short: 'Training',
		question: 'Did training go well?',
		body: html`${answer(
			`The generator was trained for ${formatNumberOf(steps, 'step')}${time}${place}.${words}`,
			verdict,
		)}${history.step.length > 1 ? figures(curves, 'large') : null}`,
	};
}
