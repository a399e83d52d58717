import type { Figure } from './report-data.ts';

const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export function isDefined(figure: Figure | undefined): figure is number {
	return typeof figure === 'number' && Number.isFinite(figure);
}

/** `20,000` */
export function formatCount(count: Figure): string {
	return isDefined(count) ? WHOLE.format(count) : 'not defined';
}

/** Four significant digits; `not defined` where there is no figure. */
export function formatFigure(figure: Figure | undefined, digits = 3): string {
	if (!isDefined(figure)) return 'not defined';
	return new Intl.NumberFormat('en', { maximumSignificantDigits: digits }).format(figure);
}

/** `93.4 %`, with a space that does not break. */
export function formatShare(share: Figure | undefined, decimals = 1): string {
	if (!isDefined(share)) return 'not defined';
	return `${(share * 100).toFixed(decimals)}\u00a0%`;
}

/** `1 row`, `2,000 rows` */
export function formatNumberOf(count: Figure, one: string, many = `${one}s`): string {
	return `${formatCount(count)} ${count === 1 ? one : many}`;
}

export function formatBytes(bytes: number): string {
	if (bytes < 1000) return `${bytes} bytes`;
	const units = ['kB', 'MB', 'GB', 'TB'];
	const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3));
	return `${formatFigure(bytes / 1000 ** power)} ${units[power - 1]}`;
}

export function formatSeconds(seconds: number): string {
	if (seconds < 90) return `${formatFigure(seconds, 2)} s`;
	return `${Math.round(seconds / 60)} min`;
}
