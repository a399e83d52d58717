import type { PairedDifference } from './detection/summarise.ts';

/** `0.850`; a dash for what is not known. */
export function formatFigure(value: number | null, digits = 3): string {
	return value === null || Number.isNaN(value) ? '-' : value.toFixed(digits);
}

/** `+0.012 [-0.003, +0.028]`. */
export function formatDifference({ mean, low, high }: PairedDifference): string {
	return `${signed(mean)} [${signed(low)}, ${signed(high)}]`;
}

function signed(value: number): string {
	const text = value.toFixed(3);
	return value >= 0 ? `+${text}` : text;
}

/** `12.3`, `0.05`: seconds with about two digits. */
export function formatSeconds(seconds: number | null): string {
	if (seconds === null) return '-';
	return seconds >= 10 ? seconds.toFixed(0) : seconds >= 1 ? seconds.toFixed(1) : seconds.toFixed(2);
}
