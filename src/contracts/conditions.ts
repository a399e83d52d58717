/** How the values of a condition are compared with a cell. */
export type ConditionOperator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'missing' | 'present';

/** What generated rows must meet. */
export interface Condition {
	readonly column: string;
	readonly operator: ConditionOperator;
	/** Texts as the table writes them: one, any number for `in`, none for `missing` and `present`. */
	readonly values: readonly string[];
}

/** A condition as people write it. */
export function formatCondition({ column, operator, values }: Condition): string {
	if (operator === 'missing' || operator === 'present') return `${column} is ${operator}`;
	if (operator === 'in') return `${column} in ${values.join(', ')}`;
	return `${column}${operator}${values[0] ?? ''}`;
}

/** Which rows are to be generated. */
export interface GenerationPlan {
	/** How many; of a file that is completed as many as it has. */
	readonly rows: number;
	readonly conditions: readonly Condition[];
	/** Column of which each value comes equally often. */
	readonly balance: string | null;
	/** Below 1 rows are more usual than real ones, above 1 less. */
	readonly temperature: number;
	/** Absolute path of a table whose empty cells and lacking columns are filled. */
	readonly complete: string | null;
	/** Ids of constraints that rows need not hold. */
	readonly withoutConstraints: readonly string[];
	/** Whether each row gets a fresh key. */
	readonly withKeys: boolean;
	/** Why rows are handed out even if they copy real ones, or are no better than independent columns. */
	readonly override: string | null;
	readonly into: GenerationTarget;
}

/**
 * Where generated rows go: into `synthetic_rows`, into a table of the database that is made for them, or nowhere but
 * the stored shards, from which a file is written.
 */
export type GenerationTarget =
	| { readonly kind: 'rows' }
	| { readonly kind: 'table'; readonly name: string; readonly replace: boolean }
	| { readonly kind: 'file' };

/** What a feature may be: a closed range of numbers or several, or some of its levels. */
export type FeatureDomain =
	| {
			readonly type: 'numeric';
			/** Ascending, none overlapping another; both ends belong to a range. */
			readonly ranges: readonly NumberRange[];
			readonly missing: boolean;
	  }
	| {
			readonly type: 'categorical';
			/** Codes of levels. */
			readonly codes: readonly number[];
			readonly missing: boolean;
	  };

export interface NumberRange {
	readonly from: number;
	readonly to: number;
}
