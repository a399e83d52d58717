import { areaY, dot, frame as frameMark, line, type Markish, ruleY } from '@observablehq/plot';
import type { VectorGanHistory } from '../../gan/vector/train-vector-gan.ts';
import type { Example } from '../../textbook/examples.ts';
import { HEIGHTS } from '../../textbook/heights.ts';
import { AXIS, type Frame, type LessonRun } from '../../textbook/run-lesson.ts';
import { formatCount } from '../format.ts';
import type { Html } from '../html.ts';
import { plotSvg } from '../plot-svg.ts';

const [FIRST, LAST] = [AXIS[0] as number, AXIS.at(-1) as number];
/** Inches. */
const BIN = 0.5;
/** Of the normal density, rows per inch: what densities are drawn as shares of, so that they fit beside D(x). */
const PEAK = 1 / (HEIGHTS.std * Math.sqrt(2 * Math.PI));
const TOP = 1.5;
const POINTS_SHOWN = 500;

/** What there was at one step: real and generated rows, and for heights the discriminator's output over the axis. */
export function framePicture(example: Example, run: LessonRun, frame: Frame): Html {
	return example.name === 'heights' ? heightsPicture(run, frame) : ringPicture(run, frame);
}

/** Above the picture: the step, and for heights what lies outside it. */
export function frameWords(example: Example, { step, rows, verdicts }: Frame): string {
	const start = `Step ${formatCount(step)}`;
	if (example.name !== 'heights' || verdicts === null) return start;
	const mean = rows.reduce((sum, value) => sum + value, 0) / rows.length;
	const std = Math.sqrt(rows.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows.length);
	const share = [...rows].filter((value) => value < FIRST || value > LAST).length / rows.length;
	const outside = share < 0.005 ? '' : `, ${Math.round(100 * share)} % of them beside the picture`;
	return `${start}: generated heights have mean ${mean.toFixed(1)} and std ${std.toFixed(1)}${outside}`;
}

function heightsPicture({ real }: LessonRun, { rows, verdicts, step }: Frame): Html {
	const curve = [...AXIS].map((x, i) => ({ x, y: sigmoid((verdicts as Float64Array)[i] as number) }));
	return plotSvg({
		description: `Real and generated heights and the discriminator's output at step ${step}`,
		height: 200,
		x: { domain: [FIRST, LAST], label: 'inches', ticks: 6 },
		y: { domain: [0, TOP], label: null, ticks: [0, 0.5, 1], grid: true },
		marks: [
			areaY(density(real), { x: 'x', y: 'y', fill: 'var(--real)', fillOpacity: 0.35, curve: 'step', clip: true }),
			line(density(rows), { x: 'x', y: 'y', stroke: 'var(--synthetic)', strokeWidth: 1.5, curve: 'step', clip: true }),
			ruleY([0.5], { stroke: 'currentColor', strokeDasharray: '3 3', strokeOpacity: 0.6 }),
			line(curve, { x: 'x', y: 'y', stroke: 'var(--accent)', strokeWidth: 2 }),
		],
	});
}

/** Rows per inch by half inches, as shares of the real peak. */
function density(rows: Float32Array): { x: number; y: number }[] {
	const counts = new Float64Array(Math.round((LAST - FIRST) / BIN));
	for (const value of rows) {
		const bin = Math.floor((value - FIRST) / BIN);
		if (bin >= 0 && bin < counts.length) counts[bin] = (counts[bin] as number) + 1;
	}
	return Array.from(counts, (count, bin) => ({ x: FIRST + (bin + 0.5) * BIN, y: count / rows.length / BIN / PEAK }));
}

function ringPicture({ real }: LessonRun, { rows, step }: Frame): Html {
	const points = (values: Float32Array) =>
		Array.from({ length: POINTS_SHOWN }, (_, i) => ({ x: values[2 * i] as number, y: values[2 * i + 1] as number }));
	const axis = { domain: [-3, 3], label: null, ticks: 5 };
	const dots = (values: Float32Array, colour: string): Markish =>
		dot(points(values), { x: 'x', y: 'y', r: 1.5, fill: `var(--${colour})`, fillOpacity: 0.5, clip: true });
	return plotSvg({
		description: `Real and generated points at step ${step}`,
		width: 340,
		height: 340,
		x: axis,
		y: axis,
		marks: [frameMark({ strokeOpacity: 0.3 }), dots(real, 'real'), dots(rows, 'synthetic')],
	});
}

/** Share of real and of generated rows that the discriminator tells rightly, over the steps. */
export function gamePicture({ steps, measures }: VectorGanHistory): Html {
	const points = (name: 'realAccuracy' | 'fakeAccuracy') =>
		steps.map((step, i) => ({ step, value: (measures[i] as (typeof measures)[number])[name] }));
	return plotSvg({
		description: 'Share of real and of generated rows that the discriminator tells rightly',
		x: { label: 'step', ticks: 4 },
		y: { domain: [0, 1], label: null, ticks: [0, 0.5, 1], grid: true },
		marks: [
			ruleY([0.5], { stroke: 'currentColor', strokeDasharray: '3 3', strokeOpacity: 0.6 }),
			line(points('realAccuracy'), { x: 'step', y: 'value', stroke: 'var(--real)', strokeWidth: 1 }),
			line(points('fakeAccuracy'), { x: 'step', y: 'value', stroke: 'var(--synthetic)', strokeWidth: 1 }),
		],
	});
}

/** The discriminator after its last lesson, over the axis: what the heights are ranked by. */
export function orderPicture({ gan }: LessonRun): Html {
	const logits = gan.rank(AXIS);
	const curve = [...AXIS].map((x, i) => ({ x, y: sigmoid(logits[i] as number) }));
	return plotSvg({
		description: "The discriminator's output over the heights, after its last lesson",
		x: { domain: [FIRST, LAST], label: 'inches', ticks: 6 },
		y: { domain: [0, 1], label: null, ticks: [0, 0.5, 1], grid: true },
		marks: [line(curve, { x: 'x', y: 'y', stroke: 'var(--accent)', strokeWidth: 2 })],
	});
}

function sigmoid(logit: number): number {
	return 1 / (1 + Math.exp(-logit));
}
