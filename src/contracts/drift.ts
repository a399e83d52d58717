/** How far a table is from the one that a model was trained on; plain JSON. */
export interface DriftReport {
	/** Rows of the training table and of the other that were compared. */
	readonly referenceRows: number;
	readonly rows: number;
	/** What has moved most first. */
	readonly columns: readonly ColumnDrift[];
	readonly whole: WholeDrift;
	readonly isDrifted: boolean;
}

/** One feature: a column, or a part of a date. */
export interface ColumnDrift {
	readonly column: string;
	readonly feature: string;
	readonly metrics: readonly DriftMetric[];
	readonly isDrifted: boolean;
}

export interface DriftMetric {
	/**
	 * - `psi`: population stability index over the tenths of the training rows, or over the levels
	 * - `ks`: largest distance between the two distribution functions (numbers only)
	 * - `missing`: share of missing cells now minus before
	 * - `new_levels`: share of the rows with a level that training has not seen
	 */
	readonly name: 'psi' | 'ks' | 'missing' | 'new_levels';
	readonly value: number;
	/** How likely such a value is without drift; null where it is not worked out. */
	readonly pValue: number | null;
	readonly threshold: number;
	readonly isDrifted: boolean;
}

/** Classifier two-sample test: a discriminator of its own tries to tell the rows from the training rows. */
export interface WholeDrift {
	/** Area under the ROC curve on rows that it was not trained on; 0.5 where they cannot be told apart. */
	readonly area: number;
	/** One-sided; of the areas of all folds together. */
	readonly pValue: number;
	readonly isDrifted: boolean;
	/** What tells them apart, most first: the area lost when the feature is shuffled. */
	readonly features: readonly { readonly feature: string; readonly column: string; readonly loss: number }[];
}
