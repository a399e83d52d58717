/**
 * What holds in every row of a table and must hold in every generated one (src/synthesis/constraints finds them).
 * Plain JSON. Columns go by name: a date counts as one number, seconds since 1970 on its own clock, and its
 * weekday as `created_at (weekday)`, as its feature is called.
 */
export type Constraint =
	| DependsConstraint
	| BandsConstraint
	| CombinationsConstraint
	| OrderConstraint
	| MultipleConstraint
	| LinearConstraint
	| ProductConstraint
	| DatePartConstraint
	| OneHotConstraint
	| MissingTogetherConstraint
	| MissingIfConstraint
	| UniqueConstraint;

export type ConstraintType = Constraint['type'];

/** A level, a number, or null where missing. */
export type ConstraintCell = string | number | null;

interface ConstraintBase {
	/** The same for the same columns of every table, e.g. `order:start_date,end_date`. */
	readonly id: string;
}

/** `column` is a function of `on`, where that is present; a number that is not listed is none that `on` can have. */
export interface DependsConstraint extends ConstraintBase {
	readonly type: 'depends';
	readonly on: string;
	readonly column: string;
	/** Cell of `on`, the cell of `column` that goes with it, and the training rows with both. */
	readonly pairs: readonly (readonly [on: ConstraintCell, cell: ConstraintCell, rows: number])[];
}

/** `column` is the level of the band that the number `on` lies in, where both are present. */
export interface BandsConstraint extends ConstraintBase {
	readonly type: 'bands';
	readonly on: string;
	readonly column: string;
	/** Ascending; smallest and largest number of training. Between two bands a number may be of either. */
	readonly bands: readonly { readonly level: string; readonly from: number; readonly to: number }[];
}

/** Only these pairs of cells occur where both are present. */
export interface CombinationsConstraint extends ConstraintBase {
	readonly type: 'combinations';
	readonly columns: readonly [string, string];
	readonly pairs: readonly (readonly [ConstraintCell, ConstraintCell])[];
}

/** `low` is never above `high`, where both are present. */
export interface OrderConstraint extends ConstraintBase {
	readonly type: 'order';
	readonly low: string;
	readonly high: string;
	/** Never equal either. */
	readonly strict: boolean;
	/** 21 quantiles of `high` - `low` of the training rows. */
	readonly gaps: readonly number[];
}

/** `column` is `offset` plus a multiple of `step`. */
export interface MultipleConstraint extends ConstraintBase {
	readonly type: 'multiple';
	readonly column: string;
	readonly step: number;
	readonly offset: number;
}

/** `column` = sum of factor x term + `constant`, within `tolerance`, where all are present. */
export interface LinearConstraint extends ConstraintBase {
	readonly type: 'linear';
	readonly column: string;
	readonly terms: readonly { readonly column: string; readonly factor: number }[];
	readonly constant: number;
	readonly tolerance: number;
}

/** `column` = `factor` x the first x the second (or divided by it), within `tolerance`, where all are present. */
export interface ProductConstraint extends ConstraintBase {
	readonly type: 'product';
	readonly column: string;
	readonly of: readonly [string, string];
	readonly operation: 'times' | 'by';
	readonly factor: number;
	readonly tolerance: number;
}

export type DatePart = 'year' | 'quarter' | 'month' | 'day' | 'hour' | 'minute' | 'weekday' | 'weekday-from-sunday';

/** `column` is that part of `date` plus `offset`, where both are present; weekdays count from 0. */
export interface DatePartConstraint extends ConstraintBase {
	readonly type: 'date-part';
	readonly column: string;
	readonly date: string;
	readonly part: DatePart;
	readonly offset: number;
}

/** Of these yes/no columns one is set (or at most one). */
export interface OneHotConstraint extends ConstraintBase {
	readonly type: 'one-hot';
	readonly columns: readonly string[];
	readonly atMost: boolean;
	/** Training rows in which each is set. */
	readonly rows: readonly number[];
}

/** These are missing in the same rows. */
export interface MissingTogetherConstraint extends ConstraintBase {
	readonly type: 'missing-together';
	readonly columns: readonly string[];
}

/** `column` is missing where `on` has one of the cells `always`, and present where it has one of `never`. */
export interface MissingIfConstraint extends ConstraintBase {
	readonly type: 'missing-if';
	readonly column: string;
	readonly on: string;
	readonly always: readonly ConstraintCell[];
	readonly never: readonly ConstraintCell[];
}

/** No two rows have the same cells in all of these. */
export interface UniqueConstraint extends ConstraintBase {
	readonly type: 'unique';
	readonly columns: readonly string[];
}
