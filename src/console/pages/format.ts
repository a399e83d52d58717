const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export function formatCount(value: number): string {
	return WHOLE.format(value);
}

/** Four significant digits, large numbers in groups. */
export function formatNumber(value: number): string {
	if (!Number.isFinite(value)) return '';
	const size = Math.abs(value);
	if (size >= 10_000) return WHOLE.format(value);
	return String(Number(value.toPrecision(4)));
}

/** 0.99871 stays apart from 0.9999. */
export function formatScore(score: number): string {
	return score >= 0.99 ? score.toFixed(5).replace(/0{1,2}$/, '') : score.toFixed(3);
}

export function formatShare(share: number): string {
	const percent = share * 100;
	return `${percent >= 10 || percent === 0 ? percent.toFixed(0) : Number(percent.toPrecision(2))} %`;
}

/** `14:05` of today, else `21 Nov 14:05`. */
export function formatTime(iso: string | null, now = new Date()): string {
	if (iso === null) return '';
	const time = new Date(iso);
	const clock = time.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
	if (time.toDateString() === now.toDateString()) return clock;
	const isThisYear = time.getFullYear() === now.getFullYear();
	const day = time.toLocaleDateString('en-GB', {
		day: 'numeric',
		month: 'short',
		...(isThisYear ? {} : { year: 'numeric' }),
	});
	return `${day} ${clock}`;
}

/** `3 min`, `2 h`, `4 d`. */
export function formatDuration(ms: number): string {
	const seconds = Math.max(0, Math.round(ms / 1000));
	if (seconds < 60) return `${seconds} s`;
	if (seconds < 3_600)
		return `${Math.floor(seconds / 60)} min${seconds < 600 && seconds % 60 > 0 ? ` ${seconds % 60} s` : ''}`;
	if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h`;
	return `${Math.floor(seconds / 86_400)} d`;
}

export function formatAgo(iso: string): string {
	return `${formatDuration(Date.now() - Date.parse(iso))} ago`;
}

export function formatCell(value: string | number | null | undefined): string {
	if (value === null || value === undefined) return '';
	return typeof value === 'number' ? String(value) : value;
}

export function plural(count: number, one: string, many = `${one}s`): string {
	return `${formatCount(count)} ${count === 1 ? one : many}`;
}
