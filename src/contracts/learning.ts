import type { AddHistoryOutput, ArtifactRef, ModelParts } from './pipeline.ts';
import type { RunConfig } from './run-config.ts';

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

interface StepInput {
	readonly runId: string;
	readonly seed: number;
	readonly config: RunConfig;
}

export interface GatherLabelsInput extends StepInput {
	readonly modelId: string;
	/** Null: now. */
	readonly asOf: string | null;
}
/** What is known of the records of the data sets of a model's name. */
export interface GatherLabelsOutput {
	/** A table of `LabelNews`, in order of time. */
	readonly news: ArtifactRef;
	/** Columns of the model that name who acts and with whom, and when; their cells are in the news. */
	readonly entities: readonly string[];
	readonly time: string | null;
	/** Data sets that have labelled records, in the order in which they were taken in. */
	readonly tables: readonly LabelledTable[];
	/** Records of which something is known, and how many of them are fraud. */
	readonly labels: number;
	readonly frauds: number;
	/** Records of which something became known since the model learnt. */
	readonly newLabels: number;
	readonly asOf: string;
	/** When the model's own labels were known; null where it has learnt from none. */
	readonly learntUntil: string | null;
}
export interface LabelledTable {
	readonly datasetId: string;
	readonly manifest: ArtifactRef;
	readonly profile: ArtifactRef;
	/** ISO 8601, UTC; the time of its records where they have none. */
	readonly ingestedAt: string;
}

export interface TrainHeadInput extends StepInput {
	readonly model: ModelParts;
	readonly tables: readonly (LabelledTable & { readonly history: AddHistoryOutput | null })[];
	readonly labels: GatherLabelsOutput;
	readonly plan: RetrainPlan;
}
export interface TrainHeadOutput {
	/** Null where the labels do not suffice. */
	readonly head: ArtifactRef | null;
	/** A ModelComparison; null where there are no later records to compare by. */
	readonly comparison: ArtifactRef | null;
	readonly isBetter: boolean;
}

/** Two models on the same later records: trained on what was known before them, judged by what became known after. */
export interface ModelComparison {
	readonly testFrom: string;
	readonly trainedLabels: number;
	readonly testRecords: number;
	readonly testFrauds: number;
	readonly days: number;
	readonly budget: number;
	readonly old: ModelFigures;
	readonly new: ModelFigures;
	/** What a model that knows every label would have. */
	readonly ceiling: number;
	/** New minus old, means over the days, with 90 % bootstrap intervals over the days. */
	readonly precisionGain: GainInterval;
	readonly averagePrecisionGain: GainInterval;
	/** What the new model goes by most, with its share of the loss saved. */
	readonly features: readonly { readonly feature: string; readonly share: number }[];
}
export interface ModelFigures {
	readonly precisionAtBudget: number;
	readonly averagePrecision: number;
}
export interface GainInterval {
	readonly mean: number;
	readonly low: number;
	readonly high: number;
}

export interface RegisterHeadInput extends StepInput {
	readonly modelId: string;
	readonly labels: GatherLabelsOutput;
	readonly trained: TrainHeadOutput;
	readonly plan: RetrainPlan;
}
export interface RegisterHeadOutput {
	readonly modelId: string;
	readonly version: number;
	readonly isPromoted: boolean;
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

export interface MeasureDriftInput extends StepInput {
	readonly model: ModelParts;
	readonly manifest: ArtifactRef;
	readonly plan: MonitorPlan;
}
export interface MeasureDriftOutput {
	/** A DriftReport. */
	readonly drift: ArtifactRef;
	readonly isDrifted: boolean;
	/** Columns that have drifted, most first. */
	readonly columns: readonly string[];
}
export interface RecordDriftInput extends StepInput {
	readonly datasetId: string;
	readonly modelId: string;
	readonly drift: ArtifactRef;
}
export interface SendAlertInput extends StepInput {
	readonly datasetId: string;
	readonly modelId: string;
	readonly drift: MeasureDriftOutput;
	readonly webhook: string;
}
export interface SendAlertOutput {
	readonly status: number;
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
