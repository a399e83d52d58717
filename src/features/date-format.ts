/** Order and separators of year, month and day. */
export type DateOrder = 'YYYY-MM-DD' | 'YYYY/MM/DD' | 'DD/MM/YYYY' | 'MM/DD/YYYY' | 'DD.MM.YYYY';

export const DATE_ORDERS: readonly DateOrder[] = ['YYYY-MM-DD', 'YYYY/MM/DD', 'DD/MM/YYYY', 'MM/DD/YYYY', 'DD.MM.YYYY'];

export const EPOCH_SECONDS = 'seconds since 1970';
export const EPOCH_MILLISECONDS = 'milliseconds since 1970';

export const DAY_MS = 86_400_000;

/** One way to write dates, ready for use. */
export interface DateFormat {
	/** Milliseconds since 1970 UTC, or NaN where the text is not a date of this order. */
	read(text: string): number;
	/** @param ms milliseconds since 1970 UTC. */
	write(ms: number): string;
	/** Milliseconds that the written clock is ahead of UTC. */
	readonly offsetMs: number;
	/** Smallest step of the written clock in seconds: a day, 60, 1, or a fraction. */
	readonly stepSeconds: number;
	/** Digits after the decimal point of the seconds. */
	readonly fractionDigits: number;
}

const ZERO = 48;

function digitAt(text: string, index: number): number {
	const digit = text.charCodeAt(index) - ZERO;
	return digit >= 0 && digit <= 9 ? digit : -1;
}

/** Days since 1970-01-01 of a date of the Gregorian calendar (H. Hinnant, "chrono-compatible date algorithms"). */
export function daysFromDate(year: number, month: number, day: number): number {
	const y = month <= 2 ? year - 1 : year;
	const era = Math.floor(y / 400);
	const yearOfEra = y - era * 400;
	const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
	const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
	return era * 146_097 + dayOfEra - 719_468;
}

function daysInMonth(year: number, month: number): number {
	if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
	return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

/** False if any of them is NaN. */
export function isDateOfCalendar(year: number, month: number, day: number): boolean {
	return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

/**
 * Reads a date written in `order`, with or without a time (after a blank or `T`), a fraction of the second and
 * an offset (`Z`, `UTC`, `+02:00`, `+0200`, `+02`). Without an offset the time counts as UTC.
 *
 * @returns milliseconds since 1970 UTC, or NaN.
 */
export function parseDate(text: string, order: DateOrder): number {
	let at = 0;
	let end = text.length;
	while (at < end && text.charCodeAt(at) <= 32) at++;
	while (end > at && text.charCodeAt(end - 1) <= 32) end--;
	if (end - at < 8) return Number.NaN;

	const yearFirst = order === 'YYYY-MM-DD' || order === 'YYYY/MM/DD';
	const separator = order === 'YYYY-MM-DD' ? 45 : order === 'DD.MM.YYYY' ? 46 : 47;
	let year = 0;
	let first = 0;
	let second = 0;
	for (let part = 0; part < 3; part++) {
		const isYear = part === (yearFirst ? 0 : 2);
		let value = 0;
		let digits = 0;
		while (at < end && digits < (isYear ? 4 : 2)) {
			const digit = digitAt(text, at);
			if (digit < 0) break;
			value = value * 10 + digit;
			digits++;
			at++;
		}
		if (digits === 0 || (isYear && digits !== 4)) return Number.NaN;
		if (isYear) year = value;
		else if (part === (yearFirst ? 1 : 0)) first = value;
		else second = value;
		if (part < 2 && text.charCodeAt(at++) !== separator) return Number.NaN;
	}
	const month = yearFirst || order === 'MM/DD/YYYY' ? first : second;
	const day = yearFirst || order === 'MM/DD/YYYY' ? second : first;
	if (!isDateOfCalendar(year, month, day)) return Number.NaN;
	const midnight = daysFromDate(year, month, day) * DAY_MS;
	if (at === end) return midnight;

	const between = text.charCodeAt(at++);
	if (between !== 32 && between !== 84 && between !== 116) return Number.NaN;
	return midnight + parseTime(text, at, end);
}

/** Milliseconds since midnight UTC of `HH:mm[:ss[.fraction]][offset]`, or NaN. */
function parseTime(text: string, start: number, end: number): number {
	let at = start;
	let hours = digitAt(text, at++);
	if (hours < 0) return Number.NaN;
	const unit = digitAt(text, at);
	if (unit >= 0) {
		hours = hours * 10 + unit;
		at++;
	}
	if (text.charCodeAt(at) !== 58) return Number.NaN;
	const minutes = digitAt(text, at + 1) * 10 + digitAt(text, at + 2);
	if (hours > 23 || digitAt(text, at + 1) < 0 || digitAt(text, at + 2) < 0 || minutes > 59) return Number.NaN;
	at += 3;
	let milliseconds = (hours * 60 + minutes) * 60_000;
	if (at < end && text.charCodeAt(at) === 58) {
		const seconds = digitAt(text, at + 1) * 10 + digitAt(text, at + 2);
		if (digitAt(text, at + 1) < 0 || digitAt(text, at + 2) < 0 || seconds > 59) return Number.NaN;
		milliseconds += seconds * 1000;
		at += 3;
		const point = text.charCodeAt(at);
		if (at < end && (point === 46 || point === 44)) {
			at++;
			let fraction = 0;
			let scale = 1;
			let digits = 0;
			for (let digit = digitAt(text, at); at < end && digit >= 0 && digits < 9; digit = digitAt(text, at)) {
				fraction = fraction * 10 + digit;
				scale *= 10;
				digits++;
				at++;
			}
			if (digits === 0) return Number.NaN;
			milliseconds += (fraction * 1000) / scale;
		}
	}
	if (at === end) return milliseconds;
	return milliseconds - parseOffset(text.slice(at, end));
}

/** Milliseconds ahead of UTC, or NaN. */
function parseOffset(text: string): number {
	if (text === 'Z' || text === 'z' || text === ' UTC' || text === ' Z') return 0;
	const match = /^ ?([+-])(\d\d)(?::?([0-5]\d))?$/.exec(text);
	if (match === null) return Number.NaN;
	const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
	return (match[1] === '-' ? -minutes : minutes) * 60_000;
}

const STYLE =
	/^(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})(?:([ Tt])(\d{1,2}:\d\d)(:\d\d(?:[.,](\d{1,9}))?)?(Z| UTC|z| Z| ?[+-]\d\d(?::?\d\d)?)?)?$/;

/**
 * How a date that `parseDate` can read is written: padding of day and month (`p`added, `u`npadded, or `-` where
 * this text does not tell), a `|`, and what follows the date in the letters of a format.
 */
export function dateStyle(text: string): string {
	// By far the most frequent way: 2024-03-01 12:30:00.
	if (text.length === 19 && text.charCodeAt(10) === 32 && text.charCodeAt(4) === 45 && isClock(text)) {
		return text.charCodeAt(5) === ZERO || text.charCodeAt(8) === ZERO ? 'p| HH:mm:ss' : '-| HH:mm:ss';
	}
	const match = STYLE.exec(text.trim());
	if (match === null) return '-|';
	const parts = [match[1], match[2], match[3]].filter((part) => part !== undefined && part.length < 4);
	let padding = '-';
	if (parts.some((part) => part?.startsWith('0'))) padding = 'p';
	else if (parts.some((part) => part?.length === 1)) padding = 'u';
	if (match[4] === undefined) return `${padding}|`;
	const seconds = match[6] === undefined ? '' : ':ss';
	const fraction = match[7] === undefined ? '' : `.${'S'.repeat(match[7].length)}`;
	return `${padding}|${match[4] === ' ' ? ' ' : 'T'}HH:mm${seconds}${fraction}${match[8] ?? ''}`;
}

/** Whether `HH:mm:ss` begins at the twelfth character. */
function isClock(text: string): boolean {
	return text.charCodeAt(13) === 58 && text.charCodeAt(16) === 58;
}

/** The format that most of the counted styles agree on. */
export function dateFormatOf(order: DateOrder, styles: ReadonlyMap<string, number>): string {
	const rests = new Map<string, number>();
	let padded = 0;
	let unpadded = 0;
	for (const [style, count] of styles) {
		if (style.startsWith('p')) padded += count;
		if (style.startsWith('u')) unpadded += count;
		const rest = style.slice(2);
		rests.set(rest, (rests.get(rest) ?? 0) + count);
	}
	let best = '';
	let most = -1;
	for (const [rest, count] of rests) {
		if (count > most || (count === most && rest.length > best.length)) {
			best = rest;
			most = count;
		}
	}
	const date = unpadded > padded ? order.replace('MM', 'M').replace('DD', 'D') : order;
	return date + best;
}

function pad(value: number, width: number): string {
	return String(value).padStart(width, '0');
}

/** @param format as `dateFormatOf` gives it, or one of the two epoch formats. */
export function compileDateFormat(format: string): DateFormat {
	if (format === EPOCH_SECONDS || format === EPOCH_MILLISECONDS) {
		const unit = format === EPOCH_SECONDS ? 1000 : 1;
		return {
			read: (text) => Number(text) * unit,
			write: (ms) => String(Math.round(ms / unit)),
			offsetMs: 0,
			stepSeconds: unit / 1000,
			fractionDigits: unit === 1 ? 3 : 0,
		};
	}
	const match = /^([YMD]+[-/.][YMD]+[-/.][YMD]+)(?:([ T])HH:mm(:ss)?(?:\.(S+))?(.*))?$/.exec(format);
	const datePart = match?.[1] ?? 'YYYY-MM-DD';
	const padded = datePart.includes('DD');
	const order = (padded ? datePart : datePart.replace('M', 'MM').replace('D', 'DD')) as DateOrder;
	const separator = match?.[2];
	const hasSeconds = match?.[3] !== undefined;
	const fractionDigits = match?.[4]?.length ?? 0;
	const zone = match?.[5] ?? '';
	const offsetMs = zone === '' ? 0 : parseOffset(zone);
	let stepSeconds = 86_400;
	if (separator !== undefined) stepSeconds = hasSeconds ? 10 ** -fractionDigits : 60;
	// Cut to the clock's own step; half a microsecond makes up for what summing days and seconds loses.
	const step = Math.max(stepSeconds * 1000, 1e-3);

	function write(ms: number): string {
		const local = step < 1 ? ms + offsetMs : Math.floor((ms + offsetMs + 5e-4) / step) * step;
		const date = new Date(Math.floor(local));
		const parts = {
			YYYY: pad(date.getUTCFullYear(), 4),
			MM: pad(date.getUTCMonth() + 1, padded ? 2 : 1),
			DD: pad(date.getUTCDate(), padded ? 2 : 1),
		};
		let text = order.replace('YYYY', parts.YYYY).replace('MM', parts.MM).replace('DD', parts.DD);
		if (separator === undefined) return text;
		text += `${separator}${pad(date.getUTCHours(), 2)}:${pad(date.getUTCMinutes(), 2)}`;
		if (hasSeconds) text += `:${pad(date.getUTCSeconds(), 2)}`;
		if (fractionDigits > 0) {
			const units = 10 ** fractionDigits;
			const fraction = Math.round(((local - Math.floor(local / 1000) * 1000) / 1000) * units);
			text += `.${pad(Math.min(fraction, units - 1), fractionDigits)}`;
		}
		return text + zone;
	}

	return { read: (text) => parseDate(text, order), write, offsetMs, stepSeconds, fractionDigits };
}
