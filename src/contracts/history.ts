import type { FeatureSpec, HistoryFact } from './features.ts';
import type { ArtifactRef } from './pipeline.ts';

/**
 * What is looked at in the past of an entity (a customer, a card, a terminal). Chosen from the profile of the
 * table that the model is trained on, and kept with the model.
 */
export interface HistoryPlan {
	/** The first one is who acts: the pasts of the others also tell how unlike themselves the first ones were there. */
	readonly entities: readonly string[];
	/** Null: rows count in the order of the file, and there are no windows and no gaps. */
	readonly time: HistoryTime | null;
	/** Numbers that an entity may have a habit of. */
	readonly numbers: readonly string[];
	/** Columns of levels that an entity may have used before. */
	readonly levels: readonly HistoryLevels[];
	/** Pairs of columns that are a place. */
	readonly places: readonly HistoryPlace[];
}

export interface HistoryTime {
	readonly column: string;
	/** How the cells are written, as in the column's profile; null for a number, which counts seconds. */
	readonly dateFormat: string | null;
}

export interface HistoryLevels {
	readonly column: string;
	readonly ignoreCase: boolean;
}

export interface HistoryPlace {
	/** Latitude, or x. */
	readonly first: string;
	/** Longitude, or y. */
	readonly second: string;
	/** `degrees`: distances are kilometres on the globe; `plane`: in the unit of the columns. */
	readonly unit: 'degrees' | 'plane';
}

/** One column of the history of a table. */
export interface HistoryColumn {
	/** Unique among the columns of the history. */
	readonly name: string;
	readonly entity: string;
	readonly fact: HistoryFact;
	/** The source column that the fact is about: that of the number or the levels, else the entity itself. */
	readonly column: string;
	/** Length of the window; absent where there is none. */
	readonly days?: number;
}

/** What a model keeps of the history that it was trained with. */
export interface FittedHistory {
	readonly plan: HistoryPlan;
	/** The features of the history that are scored, after those of the columns. */
	readonly specs: readonly FeatureSpec[];
	/** Columns whose own feature is not scored beside them: the entities, and a time that is a number. */
	readonly unscored: readonly string[];
	/** Pasts of the entities at the end of the training table. */
	readonly state: ArtifactRef;
}

/** The history of the rows of one table. */
export interface TableHistory {
	/** Aligned with the shards of the table, row by row. */
	readonly shards: readonly ArtifactRef[];
	/** Whether the pasts go on from those of the training table; else they begin with this table. */
	readonly continued: boolean;
}
