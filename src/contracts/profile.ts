/** What a column holds, found from its cells (src/features/infer-kind). */
export type ColumnKind = 'numeric' | 'integer' | 'categorical' | 'boolean' | 'datetime' | 'key' | 'text' | 'constant';

/** What a column is for. Only features are trained on; `truth` is ignored and gives the label away. */
export type ColumnRole = 'feature' | 'label' | 'key' | 'ignored' | 'truth';

/** Whether a column tells the truth about its records, which who decides about one should find out without it. */
export function tellsTruth({ role }: { readonly role: string }): boolean {
	return role === 'label' || role === 'truth';
}

export interface LevelCount {
	readonly level: string;
	readonly count: number;
}

export interface NumberSummary {
	readonly min: number;
	readonly max: number;
	readonly mean: number;
	/** Population standard deviation. */
	readonly std: number;
	/** Digits after the decimal point that 99.5 % of the cells do with, trailing zeros not counted. */
	readonly decimals: number;
	/** 101 quantiles, 0 % to 100 %; for a datetime in milliseconds since 1970 UTC. */
	readonly quantiles: readonly number[];
	/** Cells that are plus or minus infinity; they are read as the largest or smallest finite value. */
	readonly infinite: number;
}

export interface ColumnProfile {
	readonly name: string;
	readonly kind: ColumnKind;
	readonly role: ColumnRole;
	/** Why it has this kind or role, in words for the user; absent where nothing needs saying. */
	readonly note?: string;
	readonly rows: number;
	readonly missing: number;
	/** Distinct present values; exact up to 100,000, an estimate beyond. */
	readonly distinct: number;
	/** The most frequent values, most frequent first, at most 200 (all kinds but key and text). */
	readonly levels: readonly LevelCount[];
	/** numeric, integer and datetime columns only. */
	readonly numbers?: NumberSummary;
	/** datetime columns only: how the text is written, e.g. `YYYY-MM-DD HH:mm:ss`. */
	readonly dateFormat?: string;
	/** Words such as `NA` are values of the column. */
	readonly wordsAreValues?: true;
	/** Texts that were taken for missing cells, with how many cells each; absent where there are none. */
	readonly missingTexts?: readonly (readonly [text: string, cells: number])[];
	/** How a missing cell of a categorical or boolean column is written, if it is not simply empty. */
	readonly missingText?: string;
}

export interface TableProfile {
	readonly rows: number;
	readonly columns: readonly ColumnProfile[];
	/** SHA-256 (hex) of names and kinds in order: the identity of the schema. */
	readonly fingerprint: string;
}
