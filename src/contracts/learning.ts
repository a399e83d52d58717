import type { MonitorPlan, RetrainPlan } from './learning-plan.ts';
import type { ArtifactRef, ModelParts, StepInput } from './pipeline.ts';

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
	/** A list of `LabelledTable`: it grows with every data set that is labelled, and payloads are not to. */
	readonly tables: ArtifactRef;
	/** Records of which something is known, and how many of them are fraud. */
	readonly labels: number;
	readonly frauds: number;
	/** Records of which something became known since the model learnt. */
	readonly newLabels: number;
	readonly asOf: string;
	/** When the model's own labels were known; null where it has learnt from none. */
	readonly learntUntil: string | null;
}
/** A data set that has labelled records and still has its shards; in a list, in the order in which they were taken in. */
export interface LabelledTable {
	readonly datasetId: string;
	readonly manifest: ArtifactRef;
	readonly profile: ArtifactRef;
	/** ISO 8601, UTC; the time of its records where they have none. */
	readonly ingestedAt: string;
}

export interface TrainHeadInput extends StepInput {
	readonly model: ModelParts;
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
