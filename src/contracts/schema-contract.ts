import type { ColumnKind, ColumnRole } from './profile.ts';

/** What is done about data that differ from what was known; docs/ingestion.md has the table. */
export const SCHEMA_POLICIES = ['evolve', 'freeze', 'discard-row', 'discard-value', 'quarantine'] as const;
export type SchemaPolicy = (typeof SCHEMA_POLICIES)[number];

export interface SchemaPolicies {
	/** Null: `evolve` where data are taken in, `freeze` where a model scores them. */
	readonly table: SchemaPolicy | null;
	/** Columns with a policy of their own, which then also covers their values. */
	readonly columns: readonly { readonly column: string; readonly policy: SchemaPolicy }[];
}

export const NO_POLICIES: SchemaPolicies = { table: null, columns: [] };

/** What new data of the same kind are held against; stored with each data set and each model. */
export interface SchemaContract {
	readonly version: 1;
	/** Of the profile: SHA-256 (hex) of names and kinds in order. */
	readonly fingerprint: string;
	readonly rows: number;
	readonly policies: SchemaPolicies;
	/** In the order of the table. */
	readonly columns: readonly ColumnContract[];
}

/** Kinds that a user may say a column is of. */
export const DECLARED_KINDS = ['numeric', 'integer', 'categorical', 'boolean', 'datetime', 'key', 'text'] as const;

/** What a user has said that a column holds. */
export interface DeclaredColumn {
	readonly kind?: (typeof DECLARED_KINDS)[number];
	/** No cell may be missing. */
	readonly required?: boolean;
	/** The values that there may be. */
	readonly levels?: readonly string[];
	/** Numbers that a value may not be below or above. */
	readonly min?: number;
	readonly max?: number;
}

/** Of a column of a table. */
export interface ColumnDeclaration extends DeclaredColumn {
	readonly column: string;
}

export interface ColumnContract {
	readonly name: string;
	readonly kind: ColumnKind;
	readonly role: ColumnRole;
	/** 0 to 1. */
	readonly missingShare: number;
	readonly distinct: number;
	/** datetime columns only: how the text is written. */
	readonly dateFormat?: string;
	/** categorical, boolean and constant columns only. */
	readonly levels?: {
		/** Most frequent first. */
		readonly known: readonly { readonly level: string; readonly share: number }[];
		/** Whether these are all; otherwise no value can be told to be new. */
		readonly areAll: boolean;
	};
	/** What a user has said of it; holds for later tables too. */
	readonly declared?: DeclaredColumn;
	/** numeric, integer and datetime (milliseconds since 1970 UTC) columns with a value only. */
	readonly numbers?: NumberRange;
}

export interface NumberRange {
	readonly min: number;
	readonly max: number;
	readonly p1: number;
	readonly p25: number;
	readonly p50: number;
	readonly p75: number;
	readonly p99: number;
}

export type DifferenceType =
	| 'forbidden'
	| 'levels'
	| 'missing'
	| 'missing-share'
	| 'new'
	| 'range'
	| 'renamed'
	| 'required'
	| 'reordered'
	| 'retyped'
	| 'unreadable';

/** One way in which data differ from a contract. */
export interface SchemaDifference {
	readonly type: DifferenceType;
	/** The column of the contract; of a new column its own name. */
	readonly column: string;
	/** One sentence for the user, without any value of the data. */
	readonly message: string;
	/** renamed: how the column seems to be called now. */
	readonly newName?: string;
	/** Share of the present cells, 0 to 1: that cannot be read, with new levels, or outside of the range; or that are missing. */
	readonly share?: number;
	/** levels, range: what there was and what there is now, of the data. */
	readonly before?: string;
	readonly now?: string;
}

/** What a policy makes of a difference. */
export type SchemaEffect = 'discard-row' | 'discard-value' | 'note' | 'quarantine' | 'refuse';

export interface DecidedDifference extends SchemaDifference {
	readonly effect: SchemaEffect;
	/** The policy that it comes from. */
	readonly policy: SchemaPolicy;
}

/** What came of holding a table against a contract; stored with the data set. */
export interface SchemaComparison {
	/** What the contract belongs to, in words: `data set payments (ds-...)`. */
	readonly against: string;
	readonly differences: readonly DecidedDifference[];
	readonly rowsDiscarded: number;
	readonly valuesDiscarded: number;
	readonly isQuarantined: boolean;
}
