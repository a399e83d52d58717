import type { DialectConfig } from '../contracts/run-config.ts';
import type { ValueReading } from '../contracts/value-reading.ts';
import { compileDatePattern } from '../features/date-pattern.ts';
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
	const { columnNulls = [] } = told;
	requireColumns(
		columns.map(({ name }) => name),
		[...dateFormats, ...columnNulls].map(({ column }) => column),
	);
	for (const { format } of dateFormats) compileDatePattern(format);
	const isText = dialect !== null || decimal !== null || thousands !== null;
	const delimiter = dialect?.delimiter ?? null;
	const numbers = isText ? findNumberReadings(columns, { decimal, thousands, delimiter, usual: usualNumbers }) : [];
	const wordsAreValues = nullWords === false;
	const facts = numbers.length + nulls.length + columnNulls.length + dateFormats.length;
	if (facts === 0 && !wordsAreValues) return undefined;
	return {
		numbers,
		dates: dateFormats,
		nulls,
		...(columnNulls.length === 0 ? {} : { columnNulls }),
		...(wordsAreValues ? { wordsAreValues } : {}),
	};
}
