import { CounterfoilError } from '../contracts/errors.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Letters of a format: what they match, and what it is. */
const TOKENS: Readonly<Record<string, readonly [pattern: string, part: string]>> = {
	YYYY: ['(\\d{4})', 'year'],
	YY: ['(\\d{2})', 'shortYear'],
	MMMM: ['([A-Za-z]{3,9})\\.?', 'monthName'],
	MMM: ['([A-Za-z]{3,9})\\.?', 'monthName'],
	MM: ['(\\d{1,2})', 'month'],
	M: ['(\\d{1,2})', 'month'],
	DD: ['(\\d{1,2})', 'day'],
	D: ['(\\d{1,2})', 'day'],
	HH: ['(\\d{1,2})', 'hour'],
	H: ['(\\d{1,2})', 'hour'],
	hh: ['(\\d{1,2})', 'hour12'],
	h: ['(\\d{1,2})', 'hour12'],
	mm: ['(\\d{2})', 'minute'],
	ss: ['(\\d{2})', 'second'],
	SSS: ['(\\d{1,9})', 'fraction'],
	A: ['([AaPp])\\.?[Mm]\\.?', 'half'],
	Z: ['(Z|[-+]\\d\\d:?\\d\\d)', 'offset'],
};
const STRFTIME: Readonly<Record<string, string>> = {
	Y: 'YYYY',
	y: 'YY',
	B: 'MMMM',
	b: 'MMM',
	m: 'MM',
	d: 'DD',
	e: 'D',
	H: 'HH',
	I: 'hh',
	M: 'mm',
	S: 'ss',
	f: 'SSS',
	p: 'A',
	z: 'Z',
	'%': '%',
};

/**
 * A reader of dates in a format such as `DD.MM.YY HH:mm` or `%d.%m.%y %H:%M`; months by their English names with
 * `MMM`. Digits without separators (`YYYYMMDD`) need two digits for each part. Short years are 1969 to 2068 (POSIX).
 *
 * @returns the date in ISO 8601, or the text itself where it is none of that format
 * @throws CounterfoilError CONFIG_INVALID for a format without year, month and day
 */
export function compileDatePattern(format: string): (text: string) => string {
	const parts: string[] = [];
	const letters = format.includes('%')
		? format.replace(/%(.)/g, (_, sign: string) => STRFTIME[sign] ?? `%${sign}`)
		: format;
	const isPacked = /YM|MY|MD|DM|YD|DY/.test(letters);
	const source = letters.replace(/YYYY|YY|MMMM|MMM|MM|M|DD|D|HH|H|hh|h|mm|ss|SSS|A|Z|[^A-Za-z]|[A-Za-z]/g, (token) => {
		const known = TOKENS[token];
		if (known === undefined) return token.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
		parts.push(known[1]);
		return isPacked ? known[0].replace('{1,2}', '{2}') : known[0];
	});
	const has = (...names: string[]) => names.some((name) => parts.includes(name));
	if (!has('year', 'shortYear') || !has('month', 'monthName') || !has('day')) {
		throw new CounterfoilError('CONFIG_INVALID', 'A format of dates needs a year, a month and a day.', {
			where: `--date-format "${format}"`,
			hint: 'Write it like DD/MM/YYYY, YYYY-MM-DD HH:mm:ss, or %d/%m/%Y.',
		});
	}
	const pattern = new RegExp(`^${source}$`);
	return (text) => {
		const match = pattern.exec(text.trim());
		if (match === null) return text;
		const found = new Map(parts.map((part, index) => [part, match[index + 1] as string]));
		return writeDate(found) ?? text;
	};
}

function writeDate(found: ReadonlyMap<string, string>): string | null {
	const number = (part: string) => Number(found.get(part) ?? 0);
	const year = found.has('year') ? number('year') : number('shortYear') + (number('shortYear') < 69 ? 2000 : 1900);
	const name = found.get('monthName')?.slice(0, 3).toLowerCase();
	const month = name === undefined ? number('month') : MONTHS.indexOf(name) + 1;
	const day = number('day');
	const date = new Date(0);
	date.setUTCFullYear(year, month - 1, day);
	if (month < 1 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
	const pad = (value: number, width = 2) => String(value).padStart(width, '0');
	const iso = `${pad(year, 4)}-${pad(month)}-${pad(day)}`;
	if (!found.has('hour') && !found.has('hour12')) return iso;
	const isAfternoon = found.get('half')?.toLowerCase() === 'p';
	const hour = found.has('hour') ? number('hour') : (number('hour12') % 12) + (isAfternoon ? 12 : 0);
	if (hour > 23 || number('minute') > 59 || number('second') > 59) return null;
	const seconds = found.has('second') ? `:${pad(number('second'))}` : '';
	const fraction = found.has('fraction') ? `.${found.get('fraction')}` : '';
	return `${iso} ${pad(hour)}:${pad(number('minute'))}${seconds}${fraction}${found.get('offset') ?? ''}`;
}
