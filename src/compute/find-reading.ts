import type { DialectConfig } from '../contracts/run-config.ts';
import type { DateReading, ValueReading } from '../contracts/value-reading.ts';
import { compileDatePattern } from '../features/date-pattern.ts';
import { findDateReadings } from '../features/find-date-formats.ts';
import { type ColumnTexts, findNumberReadings } from '../features/number-style.ts';
import { requireColumns } from '../features/require-columns.ts';
import type { Dialect } from '../ingest/table-source.ts';

/**
 * How the texts of a table are to be understood: what was told, and what its columns show. Numbers of formats that
 * have types stand as they are, unless it was told how they are written.
 *
 * @returns undefined where all stand as they are
 * @throws COLUMN_UNKNOWN, CONFIG_INVALID for a format of dates
 */
export function findReading(
	columns: readonly ColumnTexts[],
	dialect: Dialect | null,
	told: DialectConfig,
): ValueReading | undefined {
	const { decimal = null, thousands = null, nulls = [], dateFormats = [], usualNumbers = [], nullWords } = told;
	const { columnNulls = [], usualDates = [] } = told;
	requireColumns(
		columns.map(({ name }) => name),
		[...dateFormats, ...columnNulls].map(({ column }) => column),
	);
	for (const { format } of dateFormats) compileDatePattern(format);
	const isText = dialect !== null || decimal !== null || thousands !== null;
	const delimiter = dialect?.delimiter ?? null;
	const numbers = isText ? findNumberReadings(columns, { decimal, thousands, delimiter, usual: usualNumbers }) : [];
	const dates = isText ? withFound(columns, dateFormats, usualDates) : dateFormats;
	const wordsAreValues = nullWords === false;
	const facts = numbers.length + nulls.length + columnNulls.length + dates.length;
	if (facts === 0 && !wordsAreValues) return undefined;
	return {
		numbers,
		dates,
		nulls,
		...(columnNulls.length === 0 ? {} : { columnNulls }),
		...(wordsAreValues ? { wordsAreValues } : {}),
	};
}

/** What was told, then what the table shows; where it does not tell, or not which way, what was usual. */
function withFound(
	columns: readonly ColumnTexts[],
	told: readonly DateReading[],
	usual: readonly DateReading[],
): readonly DateReading[] {
	const toldColumns = new Set(told.map(({ column }) => column));
	const others = columns.filter(({ name }) => !toldColumns.has(name));
	const found = new Map(findDateReadings(others).map((reading) => [reading.column, reading]));
	const names = new Set(others.map(({ name }) => name));
	for (const reading of usual) {
		const own = found.get(reading.column);
		const tellsNothing = own === undefined || own.isAmbiguous === true;
		if (names.has(reading.column) && tellsNothing) found.set(reading.column, reading);
	}
	return [...told, ...found.values()];
}
