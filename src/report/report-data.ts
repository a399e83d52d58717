import type { GeneratorHistory } from '../contracts/generator-history.ts';
import type { TableAlert } from '../contracts/inspection.ts';
import type { TableProfile } from '../contracts/profile.ts';
import type { ClosestRecord } from '../evaluate/closest-record.ts';
import type { ColumnComparison } from '../evaluate/compare-columns.ts';
import type { CopyCheck } from '../evaluate/copies.ts';
import type { ColumnCoverage } from '../evaluate/coverage.ts';
import type { Diagnostics } from '../evaluate/diagnostics.ts';
import type { ColumnDisclosure } from '../evaluate/disclosure-survey.ts';
import type { MembershipInference } from '../evaluate/membership.ts';
import type { NearCopyCheck } from '../evaluate/near-copies.ts';
import type { ReleaseJudgement } from '../evaluate/release-gate.ts';
import type { TrainOnSynthetic } from '../learn/train-on-synthetic.ts';
import type { TwoSample } from '../learn/two-sample.ts';
import type { MapRange, ScoreSurface } from './map-columns.ts';

/**
 * Everything a report can tell, as plain JSON. Every part is optional: what is absent is left out. Figures
 * that are undefined are null or NaN.
 */
export interface ReportData {
	/** Name of the data set. */
	readonly title: string;
	readonly runId?: string;
	/** ISO 8601. */
	readonly createdAt?: string;
	readonly source?: SourceReport;
	readonly profile?: TableProfile;
	readonly training?: TrainingReport;
	/** Of a table of two columns of numbers. */
	readonly map?: MapReport;
	readonly quality?: QualityReport;
	readonly classifiers?: ClassifierReport;
	readonly leaks?: LeakReport;
	/** Whether the synthetic table may be handed out. */
	readonly release?: Stored<ReleaseJudgement>;
	readonly anomalies?: AnomalyReport;
	readonly labels?: LabelReport;
	readonly repeat?: RepeatReport;
}

export type Figure = number | null;

/** What was measured, as JSON gives it back: a figure that is undefined is null. */
export type Stored<T> = T extends number
	? Figure
	: T extends readonly (infer Item)[]
		? readonly Stored<Item>[]
		: T extends object
			? { readonly [Key in keyof T]: Stored<T[Key]> }
			: T;

export interface SourceReport {
	/** File name, without the folders of the machine it was read on. */
	readonly file?: string;
	readonly format?: string;
	readonly bytes?: number;
	readonly rowsTotal: number;
	readonly rowsLoaded: number;
	readonly rowsRejected: number;
	readonly blankLines?: number;
	readonly repairs?: readonly { readonly message: string; readonly count: number }[];
	/** What is worth knowing of its columns, most serious first. */
	readonly alerts?: readonly TableAlert[];
	/** Rejected rows by reason, most first. */
	readonly rejects?: readonly { readonly reason: string; readonly count: number }[];
}

export interface TrainingReport {
	readonly steps: number;
	readonly seconds?: number;
	readonly backend?: string;
	readonly history: GeneratorHistory;
}

/** Rows as points. */
export interface MapReport {
	readonly columns: readonly [string, string];
	readonly ranges: readonly [MapRange, MapRange];
	/** What the score says between them; absent where it looks at more than the two columns. */
	readonly surface?: ScoreSurface;
	/** Records with their surprise. */
	readonly real: readonly (readonly [number, number, number])[];
	readonly synthetic: readonly (readonly [number, number])[];
	/** Smallest surprise of an alert; null: none is. */
	readonly alertSurprise: Figure;
}

export interface QualityFigures {
	readonly overall: Figure;
	readonly columnShapes: Figure;
	readonly pairTrends: Figure;
}

/** What src/evaluate measures for one table against the training rows. */
export interface TableQuality {
	/** Only pairs that hang together in the real table count (SDMetrics 0.27 and later). */
	readonly thresholded: QualityFigures;
	/** Every pair counts (SDMetrics up to 0.26). */
	readonly allPairs: QualityFigures;
	readonly columns: readonly { readonly name: string; readonly score: Figure }[];
	readonly pairs: readonly {
		readonly first: string;
		readonly second: string;
		readonly score: Figure;
		readonly counts: boolean;
	}[];
}

/** Scores between their floor and their ceiling. */
export interface BoundedFigures {
	/** Rows of each compared table. */
	readonly rows: number;
	readonly synthetic: ScorePair;
	readonly floor: ScorePair;
	readonly ceiling: ScorePair;
}

/** Overall, with thresholds and over all pairs. */
export interface ScorePair {
	readonly thresholded: Figure;
	readonly allPairs: Figure;
}

export interface QualityReport {
	/** Synthetic rows. */
	readonly rows: number;
	readonly synthetic: TableQuality;
	readonly floor?: TableQuality;
	readonly ceiling?: TableQuality;
	/** Standard deviation of the floor over draws. */
	readonly floorSpread?: ScorePair;
	/** What a copy of the training rows would score best in. */
	readonly againstTraining?: BoundedFigures;
	/** Of the synthetic rows and, as the ceiling, of held-out real rows. */
	readonly diagnostics?: { readonly synthetic: Stored<Diagnostics>; readonly ceiling?: Stored<Diagnostics> };
	readonly coverage?: Stored<readonly ColumnCoverage[]>;
	/** Real and synthetic side by side, column by column. */
	readonly comparisons?: readonly ColumnComparison[];
}

/** What classifiers learn from the synthetic rows; null where too few rows are held out to say. */
export interface ClassifierReport {
	/** To tell them from held-out rows, as many of each, beside independent columns and real rows in their place. */
	readonly twoSample: {
		readonly synthetic: Stored<TwoSample>;
		readonly floor: Figure;
		readonly ceiling: Figure;
	} | null;
	/** To predict a column of held-out rows; the ceiling is what real rows teach. */
	readonly trainOnSynthetic: TrainOnSyntheticReport | null;
}

export interface TrainOnSyntheticReport extends Stored<TrainOnSynthetic> {
	/** A guess that knows nothing. */
	readonly floor: Figure;
	/** Whether the column is the label of the table; else it was chosen. */
	readonly isLabel: boolean;
}

export interface LeakReport {
	readonly copies?: Stored<CopyCheck>;
	readonly nearCopies?: Stored<NearCopyCheck>;
	readonly closestRecord?: Stored<ClosestRecord>;
	/** The closest-record share of independent columns. */
	readonly closestRecordFloor?: Figure;
	readonly membership?: Stored<MembershipInference>;
	readonly disclosure?: Stored<readonly ColumnDisclosure[]>;
}

export interface AnomalyReport {
	/** Records that were scored. */
	readonly rows: number;
	readonly alerts: number;
	/** Which records are alerts, in words, where it is more than a number for all. */
	readonly alertRule?: string;
	/** Smallest surprise of an alert. */
	readonly alertSurprise?: Figure;
	/** Surprise of all records. [bins + 1] edges, [bins] counts. */
	readonly histogram?: { readonly edges: readonly number[]; readonly counts: readonly number[] };
	/** Most anomalous first. */
	readonly top: readonly TopRecord[];
	/** The records are ordered by the mean rank of ours and of other detectors. */
	readonly isEnsemble?: boolean;
	readonly agreement?: AgreementReport;
	readonly signCheck?: { readonly meanReal: number; readonly meanNoise: number; readonly auroc: number };
}

/** How far other detectors agree with the score on the same rows. */
export interface AgreementReport {
	/** The records that are compared: as many of the highest of either as there are alerts. */
	readonly first: number;
	/** All that were scored. */
	readonly rows: number;
	readonly detectors: readonly {
		readonly name: string;
		/** Spearman's, over all records. */
		readonly rankCorrelation: Figure;
		/** Of the first records of ours, how many are among the first of theirs. */
		readonly shared: number;
	}[];
}

export interface TopRecord {
	readonly recordKey: string;
	/** Counted from 0. */
	readonly rowNumber?: number;
	/** 0 to 1. */
	readonly score: number;
	/** In nats; the reasons add up to it. */
	readonly surprise: number;
	readonly severity?: string;
	/** Value of the label column, if there is one. */
	readonly label?: string | null;
	/** What is unusual about the record, in words. */
	readonly sentences?: readonly string[];
	/** Largest first; the one with column null is all the other columns together. */
	readonly reasons: readonly {
		readonly column: string | null;
		readonly value?: string | number | null;
		readonly contribution: number;
		readonly typical?: string | null;
	}[];
}

export interface LabelReport {
	readonly column: string;
	/** Value that counts as the anomaly. */
	readonly positive?: string;
	readonly rows: number;
	readonly positives: number;
	readonly auroc: Figure;
	readonly averagePrecision: Figure;
	/** Highest threshold first; thin it to a few hundred points. */
	readonly curve?: readonly { readonly precision: number; readonly recall: number }[];
	/** Precision among the k records with the highest scores. */
	readonly budgets: readonly { readonly k: number; readonly found: number }[];
	/** Kinds of the anomaly: how many there are, and how many are among the first `first` records. */
	readonly kinds?: {
		readonly first: number;
		readonly list: readonly { readonly kind: string; readonly total: number; readonly found: number }[];
	};
	/** Other detectors on the same rows. */
	readonly baselines?: readonly { readonly name: string; readonly auroc: Figure; readonly averagePrecision: Figure }[];
}

export interface RepeatReport {
	readonly command?: string;
	readonly seed: number;
	readonly dataSha256?: string;
	readonly schemaFingerprint?: string;
	readonly backend?: string;
	/** Program and packages by name. */
	readonly versions?: Readonly<Record<string, string>>;
	/** The resolved configuration. */
	readonly config?: unknown;
}
