/** Nanoseconds of a day. */
export const NANOS_PER_DAY = 86_400_000_000_000n;

/** 12345 with scale 2 is "123.45"; a negative scale appends zeros. */
export function formatDecimal(unscaled: bigint, scale: number): string {
	if (scale <= 0) return (unscaled * 10n ** BigInt(-scale)).toString();
	const sign = unscaled < 0n ? '-' : '';
	const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
	return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** `YYYY-MM-DD`, with the time where it is not midnight. */
export function formatDate(nanos: bigint): string {
	const text = formatInstant(nanos);
	return text.endsWith(' 00:00:00') ? text.slice(0, -9) : text;
}

/** `YYYY-MM-DD HH:mm:ss`, UTC, with as many decimals (3, 6 or 9) as the value needs. */
export function formatInstant(nanos: bigint): string {
	const remainder = nanos % NANOS_PER_DAY;
	const time = remainder < 0n ? remainder + NANOS_PER_DAY : remainder;
	const date = new Date(Number((nanos - time) / 1_000_000n));
	if (Number.isNaN(date.getTime())) throw new TypeError('a date lies beyond the years that a date can have');
	const iso = date.toISOString();
	return `${iso.slice(0, iso.indexOf('T'))} ${formatTime(time)}`;
}

/** `HH:mm:ss`, with as many decimals (3, 6 or 9) as the value needs. */
export function formatTime(nanos: bigint): string {
	const seconds = Number(nanos / 1_000_000_000n);
	const fraction = (nanos % 1_000_000_000n)
		.toString()
		.padStart(9, '0')
		.replace(/(000){1,3}$/, '');
	const two = (value: number): string => String(value).padStart(2, '0');
	const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
	return fraction === '' ? clock : `${clock}.${fraction}`;
}
