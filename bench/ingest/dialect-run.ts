/** What a program finds out about a delimited text by itself. */
export interface FoundDialect {
	readonly delimiter: string;
	readonly header: boolean;
	readonly columns: number;
}

/** One file looked at by both; null where it was refused. */
export interface DialectRun {
	readonly bench: 'dialect';
	/** Path of the file in the folder. */
	readonly case: string;
	readonly counterfoil: FoundDialect | null;
	readonly duckdb: FoundDialect | null;
}

/** In which of three things they agree; of a single column the delimiter tells nothing. */
export function compareDialects(ours: FoundDialect, theirs: FoundDialect) {
	const columns = ours.columns === theirs.columns;
	return {
		delimiter: ours.delimiter === theirs.delimiter || (columns && ours.columns === 1),
		header: ours.header === theirs.header,
		columns,
	};
}
