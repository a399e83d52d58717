import type { ColumnKind, ColumnRole } from './profile.ts';
import type { ValueReading } from './value-reading.ts';

export type AlertKind =
	| 'constant'
	| 'duplicate-rows'
	| 'future-dates'
	| 'high-cardinality'
	| 'imbalance'
	| 'infinite'
	| 'label-unread'
	| 'leakage'
	| 'likely-key'
	| 'missing'
	| 'mixed-types'
	| 'outliers'
	| 'personal-data'
	| 'skewed'
	| 'zeros';

/** Something about a table that is worth knowing before a model is trained on it. */
export interface TableAlert {
	readonly kind: AlertKind;
	/** Null: the table as a whole. */
	readonly column: string | null;
	/** `warning`: likely to spoil a model or to give something away; `note`: good to know. */
	readonly level: 'warning' | 'note';
	/** One sentence without any value of the data. */
	readonly message: string;
	/** What to do: options of the command line, or words; null: nothing needs doing. */
	readonly remedy: string | null;
}

/** Roles of columns that the table suggests by itself. */
export interface ProposedRoles {
	readonly key: string | null;
	readonly time: string | null;
	readonly label: string | null;
}

/** What was found in a column; values are left out where it looks like personal data. */
export interface InspectedColumn {
	readonly name: string;
	readonly kind: ColumnKind;
	readonly role: ColumnRole;
	readonly note: string | null;
	readonly missingShare: number;
	readonly distinct: number;
	/** What it seems to hold: `email`, `iban`; null: nothing of the kind. */
	readonly personal: string | null;
	/** Numbers and dates (milliseconds since 1970 UTC). */
	readonly range: { readonly min: number; readonly median: number; readonly max: number } | null;
	/** Shares of the values in equal parts of what lies between the 1 % and the 99 % quantile. */
	readonly histogram: readonly number[] | null;
	/** The most frequent values. */
	readonly frequent: readonly { readonly value: string; readonly share: number }[];
}

/** What was found in a file before anything is made of it. */
export interface Inspection {
	readonly path: string;
	readonly format: string;
	readonly bytes: number;
	readonly dialect: unknown;
	/** How its texts are understood; null: as they stand. */
	readonly reading: ValueReading | null;
	readonly rowsTotal: number;
	readonly rowsLoaded: number;
	readonly rowsRejected: number;
	readonly blankLines: number;
	/** Rejected rows by type, most first. */
	readonly rejects: readonly { readonly reason: string; readonly count: number }[];
	readonly repairs: readonly { readonly message: string; readonly count: number }[];
	readonly duplicates: DuplicateRows;
	readonly columns: readonly InspectedColumn[];
	readonly proposed: ProposedRoles;
	readonly alerts: readonly TableAlert[];
	/** Rows that the costly alerts (leakage) looked at. */
	readonly sampledRows: number;
}

export interface DuplicateRows {
	/** Rows that are equal to one before them. */
	readonly rows: number;
	/** Rows that were looked at: the first of the table. */
	readonly of: number;
}
