/** What a retraining is asked to do. */
export interface RetrainPlan {
	/** What was known by then is learnt from; ISO 8601, UTC. Null: when it is carried out. */
	readonly asOf: string | null;
	/** Records from this time on judge the old and the new model; null: the last quarter of the labelled ones. */
	readonly testFrom: string | null;
	/** Records that are looked at a day, by which the models are compared. */
	readonly budget: number;
	/** Whether the new model becomes the active one. `rule`: if it is better on later records. */
	readonly promote: 'rule' | 'never' | 'always';
	/** With fewer labels that the model has not learnt from, nothing is done. */
	readonly minNewLabels: number;
	readonly actor: string;
}

/** What came of a retraining, for whoever started it. */
export interface RetrainSummary {
	readonly labels: number;
	readonly frauds: number;
	readonly newLabels: number;
	/** The new model; null: nothing was trained. */
	readonly modelId: string | null;
	readonly version: number | null;
	readonly isPromoted: boolean;
	/** URI of a ModelComparison; null where there was nothing to compare by. */
	readonly comparison: string | null;
	/** Why nothing was trained. */
	readonly skipped: 'too few new labels' | 'no fraud or nothing else' | null;
}

export interface MonitorPlan {
	/** From which value on a column has drifted. */
	readonly thresholds: {
		readonly psi: number;
		readonly ks: number;
		readonly missing: number;
		readonly newLevels: number;
	};
	/** Of the test of the whole. */
	readonly pValue: number;
	/** Share of the area above chance below which a drift is too small to be told. */
	readonly minArea: number;
	/** Where an alert is sent to; the secret that signs it is in the environment. */
	readonly webhook: string | null;
	/** Retrain where it has drifted. */
	readonly retrain: RetrainPlan | null;
}

/** What came of watching a data set. */
export interface MonitorSummary {
	readonly isDrifted: boolean;
	readonly columns: readonly string[];
	/** URI of a DriftReport. */
	readonly drift: string;
	/** HTTP status of the alert; null where none was sent. */
	readonly alertStatus: number | null;
}
