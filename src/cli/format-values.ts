/** Quantities as people read them. Always English and always the same, whatever the machine's locale. */

/** `1,234,567`. */
export function formatCount(count: number): string {
	return String(Math.round(count)).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** A count with its noun: `1 row`, `20,000 rows`. */
export function formatQuantity(count: number, singular: string, plural = `${singular}s`): string {
	return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

/** `0.4 s`, `45 s`, `1 min 20 s`, `2 h 5 min`. */
export function formatDuration(ms: number): string {
	if (ms < 9_950) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
	const seconds = Math.round(ms / 1000);
	if (seconds < 60) return `${seconds} s`;
	const minutes = Math.floor(seconds / 60);
	if (minutes < 60) return joinParts(`${minutes} min`, seconds % 60, 's');
	return joinParts(`${Math.floor(minutes / 60)} h`, minutes % 60, 'min');
}

/** Time left, without a precision that an estimate does not have: `about 40 s left`. */
export function formatTimeLeft(ms: number): string {
	if (ms < 5_000) return 'a few seconds left';
	const coarse = ms < 60_000 ? 5_000 : ms < 600_000 ? 10_000 : 60_000;
	return `about ${formatDuration(Math.max(10_000, Math.round(ms / coarse) * coarse))} left`;
}

function joinParts(large: string, small: number, unit: string): string {
	return small === 0 ? large : `${large} ${small} ${unit}`;
}

/** `512 B`, `1.5 MB`, `12 GB`; powers of 1000. */
export function formatBytes(bytes: number): string {
	const units = ['B', 'kB', 'MB', 'GB', 'TB'];
	let value = bytes;
	let unit = 0;
	while (value >= 999.5 && unit < units.length - 1) {
		value /= 1000;
		unit++;
	}
	return `${unit === 0 || value >= 9.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** A share as `43 %`, `0.5 %`; never `100 %` for what is less. */
export function formatShare(share: number): string {
	const percent = share * 100;
	if (percent >= 10) return `${percent >= 100 ? 100 : Math.min(99, Math.round(percent))} %`;
	return `${Number(percent.toFixed(percent >= 1 ? 1 : 2))} %`;
}

/** A measured value with `digits` significant digits and no exponent where it can be read without. */
export function formatNumber(value: number, digits = 4): string {
	if (!Number.isFinite(value)) return String(value);
	if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
	const size = Math.abs(value);
	if (size >= 1e15 || size < 1e-6) return value.toExponential(digits - 1);
	return String(Number(value.toPrecision(Math.max(digits, Math.ceil(Math.log10(size))))));
}
