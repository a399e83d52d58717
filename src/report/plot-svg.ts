import { type PlotOptions, plot } from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { type Html, trustedMarkup } from './html.ts';

/** Width that plots are drawn for: that of a narrow telephone, so that their text is legible everywhere. */
export const PLOT_WIDTH = 340;

export interface PlotSvgOptions extends PlotOptions {
	/** What the picture shows, for those who cannot see it. */
	readonly description: string;
}

/** The part of an SVG element that is needed here; there is no browser to take its types from. */
interface DrawnElement {
	readonly outerHTML: string;
	querySelectorAll(selector: string): Iterable<{ remove(): void; removeAttribute(name: string): void }>;
	setAttribute(name: string, value: string): void;
}

/**
 * Draws a plot as SVG markup without a browser. Styles are left to the report's own style sheet, since its
 * content security policy allows no other; colours are its variables.
 */
export function plotSvg({ description, ...options }: PlotSvgOptions): Html {
	const { document } = parseHTML('<!doctype html><html><body></body></html>');
	const drawn = plot({
		width: PLOT_WIDTH,
		height: 180,
		...options,
		document: document as never,
	}) as unknown as DrawnElement;
	for (const style of [...drawn.querySelectorAll('style')]) style.remove();
	for (const styled of [...drawn.querySelectorAll('[style]')]) styled.removeAttribute('style');
	drawn.setAttribute('class', 'plot');
	drawn.setAttribute('role', 'img');
	drawn.setAttribute('aria-label', description);
	return trustedMarkup(roundPlaces(drawn.outerHTML));
}

/** To a hundredth of a pixel, which makes a picture of a thousand points a third shorter. */
function roundPlaces(markup: string): string {
	return markup.replaceAll(/ (?:d|c?[xy][12]?|width|height|transform)="[^"]*"/g, (attribute) =>
		attribute.replaceAll(/(\.\d\d)\d+/g, '$1'),
	);
}
