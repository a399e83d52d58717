import { contour, dot, frame } from '@observablehq/plot';
import { formatCount } from '../format.ts';
import { dataText, html } from '../html.ts';
import { answer, figure, figures, legend, type Section } from '../page-parts.ts';
import { plotSvg } from '../plot-svg.ts';
import type { MapReport } from '../report-data.ts';

const SIZE = 340;

/** A table of two columns of numbers as a map: the rows, the generated rows, and the line above which records are alerts. */
export function mapSection({ columns, ranges, surface, real, synthetic, alertSurprise }: MapReport): Section {
	const [first, second] = columns;
	const records = real.map(([x, y, surprise]) => ({ x, y, surprise }));
	const generated = synthetic.map(([x, y]) => ({ x, y }));
	const isAlert = ({ surprise }: { readonly surprise: number }) => alertSurprise !== null && surprise >= alertSurprise;
	const alerts = records.filter(isAlert);
	const base = {
		width: SIZE,
		height: SIZE,
		x: { label: null, ticks: 5, domain: ranges[0] },
		y: { label: null, ticks: 5, domain: ranges[1] },
	};
	const dots = { x: 'x', y: 'y', r: 1.5, fillOpacity: 0.5, clip: true } as const;
	const line =
		alertSurprise === null || surface === undefined
			? []
			: [
					contour(surface.surprise, {
						width: surface.side,
						height: surface.side,
						x1: surface.x[0],
						x2: surface.x[1],
						y1: surface.y[0],
						y2: surface.y[1],
						thresholds: [alertSurprise],
						stroke: 'var(--accent)',
						strokeWidth: 1.5,
						clip: true,
					}),
				];
	return {
		id: 'map',
		short: 'Map',
		question: 'Where are the rows, and where does the discriminator draw the line?',
		body: html`${answer(
			html`${formatCount(records.length)} records and ${formatCount(generated.length)} generated rows by ${dataText(first, 40)} (across) and ${dataText(second, 40)} (up)${
				alerts.length > 0 ? html`; ${formatCount(alerts.length)} of these records are alerts` : null
			}.`,
		)}${figures(
			[
				figure(
					'Records, and the boundary of the discriminator',
					plotSvg({
						...base,
						description: `Records by two columns; ${alerts.length} of them are beyond the line of the discriminator`,
						marks: [
							frame({ strokeOpacity: 0.3 }),
							dot(records, { ...dots, fill: 'var(--real)' }),
							...line,
							dot(alerts, { ...dots, r: 3, fill: 'var(--bad)', fillOpacity: 1 }),
						],
					}),
					legend([
						{ color: 'real', shape: 'area', text: 'records' },
						{ color: 'bad', shape: 'area', text: 'alerts' },
						{ color: 'accent', shape: 'line', text: 'surprise of an alert' },
					]),
				),
				figure(
					'Generated rows over the records',
					plotSvg({
						...base,
						description: 'Generated rows over the records, by two columns',
						marks: [
							frame({ strokeOpacity: 0.3 }),
							dot(records, { ...dots, fill: 'var(--real)', fillOpacity: 0.3 }),
							dot(generated, { ...dots, fill: 'var(--synthetic)' }),
						],
					}),
					legend([
						{ color: 'real', shape: 'area', text: 'records' },
						{ color: 'synthetic', shape: 'area', text: 'generated' },
					]),
				),
			],
			'large',
		)}${line.length > 0 ? html`<p class="aside">The boundary is where the score of a new record would reach that of an alert, asked at ${formatCount(surface?.side ?? 0)} by ${formatCount(surface?.side ?? 0)} points. Records that were learnt from are scored without the discriminators that saw them, so that one close to the line may lie on its other side.</p>` : null}`,
	};
}
