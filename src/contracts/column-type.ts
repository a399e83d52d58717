/**
 * Types of columns where the format of a table tells them apart (Parquet, Arrow, JSON Lines, SQL): whole numbers of
 * 64 bits, 64-bit floating point, true and false, days, times of a clock whose zone is not told, times that are
 * known in UTC, text.
 */
export type ColumnType = 'int64' | 'double' | 'boolean' | 'date' | 'timestamp' | 'instant' | 'text';

/**
 * What a source that tells texts from other values has in a column: `texts`, or values of JSON (numbers, true and false,
 * lists, objects; maybe also texts, of which none looks like one of those).
 */
export type ValueForm = 'texts' | 'json';

/** How a column is written. */
export interface OutputColumn {
	readonly name: string;
	readonly type: ColumnType;
	/** Text that stands for a missing cell besides the empty one; null: none. */
	readonly missingText: string | null;
	/** As the source had its values; absent where it does not tell texts from others. */
	readonly form?: ValueForm;
}
