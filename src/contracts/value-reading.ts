/**
 * How the texts of a table are to be understood where that is not as they stand. The stored cells stay as they were
 * written; whoever computes with them is given `1234.56` for `1.234,56`, `2025-12-31` for `31/12/25` where the format
 * was named, and nothing for what stands for nothing.
 */
export interface ValueReading {
	readonly numbers: readonly NumberReading[];
	readonly dates: readonly DateReading[];
	/** Texts that are missing cells, besides the usual spellings. */
	readonly nulls: readonly string[];
	/** The same of single columns. */
	readonly columnNulls?: readonly ColumnNulls[];
	/** The usual spellings of missing (`NA`, `null`, `-`) are values. @default false */
	readonly wordsAreValues?: true;
}

export interface ColumnNulls {
	readonly column: string;
	readonly texts: readonly string[];
}

export interface NumberReading {
	readonly column: string;
	readonly decimal: '.' | ',';
	/** What stands between groups of three digits: `.`, `,`, `'` or a blank (also one that does not break); null for nothing. */
	readonly thousands: '.' | ',' | "'" | ' ' | null;
	/** What stands before or after the digits, such as `$` or `%`; '' where only accounts' ways of writing what is negative do: `(100.00)`, `12.50-`. Absent: nothing. */
	readonly unit?: string;
	/** Nothing in the column tells groups from decimals: the rest of the table, or the delimiter, decided. */
	readonly isAmbiguous: boolean;
}

export interface DateReading {
	readonly column: string;
	/** Letters as in `DD.MM.YY HH:mm`, or of strftime (`%d.%m.%y`). */
	readonly format: string;
	/** Found, and nothing in the column tells day from month. */
	readonly isAmbiguous?: true;
}
