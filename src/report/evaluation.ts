import type { ReleaseJudgement } from '../evaluate/release-gate.ts';
import type { ScoreSurface } from './map-columns.ts';
import type {
	AgreementReport,
	AnomalyReport,
	ClassifierReport,
	LabelReport,
	LeakReport,
	QualityReport,
	Stored,
} from './report-data.ts';

/** What the evaluation of a model found; stored as JSON, told by the report and by `model_metrics`. */
export interface Evaluation {
	readonly quality: QualityReport;
	/** What classifiers learn from the synthetic rows. */
	readonly classifiers: ClassifierReport;
	/** Null where too few rows are held out to say anything. */
	readonly leaks: LeakReport | null;
	/** Whether the synthetic table may be handed out. */
	readonly release: Stored<ReleaseJudgement>;
	/** Surprise of all records. */
	readonly histogram: NonNullable<AnomalyReport['histogram']>;
	/** What the score says between the records of a table of two columns of numbers; null of others. */
	readonly surface?: ScoreSurface | null;
	/** How far other detectors agree; null where they were left out. */
	readonly agreement: AgreementReport | null;
	/** Null without a label column that tells anomalies. */
	readonly labels: LabelReport | null;
}
