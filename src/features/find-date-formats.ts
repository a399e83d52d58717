import type { DateReading } from '../contracts/value-reading.ts';
import { compileDatePattern } from './date-pattern.ts';
import { isMissingText } from './is-missing-text.ts';
import type { ColumnTexts } from './number-style.ts';

/** Of two that read the same texts the first is taken: the day comes first. */
const SHORT_YEARS = ['D.M.YY', 'D/M/YY', 'M/D/YY', 'D-M-YY'];
const CLOCKS = ['', ' H:mm', ' H:mm:ss'];
const NAMED_MONTHS = ['D MMM YYYY', 'D. MMM YYYY', 'D-MMM-YYYY', 'D-MMM-YY', 'D MMM YY', 'MMM D, YYYY', 'MMM D YYYY'];
const HALF_DAYS = ['D/M/YYYY', 'M/D/YYYY', 'YYYY-MM-DD'].flatMap((day) => [`${day} h:mm A`, `${day} h:mm:ss A`]);

const FORMATS = [
	...SHORT_YEARS.flatMap((day) => CLOCKS.map((clock) => `${day}${clock}`)),
	...NAMED_MONTHS.flatMap((day) => CLOCKS.map((clock) => `${day}${clock}`)),
	...HALF_DAYS,
].map((format) => ({ format, read: compileDatePattern(format) }));

/** Texts that are no date and no missing cell may be so many of a column of dates. */
const OTHERS = 0.01;
/** What could also be the number of a version or of a chapter takes so many different texts to be a date. */
const LEAST_SHORT = 5;
const LONGEST = 40;
/** Numbers of versions have no zeros in front, and hardly begin with more than 12. */
const DAY_OR_MONTH = /(?:^|[.-])0\d[.-]|^(?:1[3-9]|2\d|3[01])[.-]/;

/**
 * Finds the columns whose dates are written in a way that is not read by itself: with years of two digits, names of
 * months or halves of days.
 */
export function findDateReadings(columns: readonly ColumnTexts[]): DateReading[] {
	return columns.flatMap(({ name, texts }) => findReading(name, texts) ?? []);
}

function findReading(column: string, texts: readonly string[]): DateReading | null {
	const [first] = texts.filter((text) => !isMissingText(text));
	if (first === undefined || first.length > LONGEST || !/\d/.test(first)) return null;
	const possible = FORMATS.filter(({ read }) => read(first) !== first).map((one) => ({ ...one, others: 0 }));
	if (possible.length === 0) return null;
	let present = 0;
	for (const text of texts) {
		if (isMissingText(text)) continue;
		present++;
		for (const one of possible) if (one.read(text) === text) one.others++;
	}
	const least = Math.min(...possible.map(({ others }) => others));
	const best = possible.filter(({ others }) => others === least);
	const [{ format } = { format: '' }] = best;
	const isShort = SHORT_YEARS.some((day) => format.startsWith(day));
	if (least > OTHERS * present || (isShort && present < LEAST_SHORT)) return null;
	if (isShort && !format.includes('/') && !texts.some((text) => DAY_OR_MONTH.test(text))) return null;
	return { column, format, ...(best.length > 1 ? { isAmbiguous: true } : {}) };
}
