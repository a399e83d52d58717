import type { ColumnType, Selectable } from 'kysely';

/** What is known about a record. */
export type LabelWord = 'fraud' | 'legitimate' | 'unsure';

/** Tables and views of the work in a queue, beside those of `Database`. */
export interface ReviewDatabase {
	reason_codes: ReasonCodesTable;
	review_notes: ReviewNotesTable;
	purges: PurgesTable;
	purged_rows: PurgedRowsTable;
	latest_labels: LatestLabelsView;
	review_decisions: ReviewDecisionsView;
	precision_by_day: PrecisionByDayView;
	alerts_per_day: AlertsPerDayView;
	queue_backlog: QueueBacklogView;
	reviewer_agreement: ReviewerAgreementView;
	recall_estimate: RecallEstimateView;
}

interface ReasonCodesTable {
	code: string;
	decision: LabelWord;
	description: string;
	is_retired: ColumnType<0 | 1, 0 | 1 | undefined, 0 | 1>;
}

interface ReviewNotesTable {
	event_id: number;
	item_id: number;
	note: string;
	salt: string;
}

interface PurgesTable {
	purge_id: number;
	actor: string;
	at: string;
	counts_json: string;
	prev_sha256: string;
	row_sha256: string;
}

interface PurgedRowsTable {
	dataset_id: string;
	row_number: number;
	purge_id: number;
}

interface LatestLabelsView {
	dataset_name: string;
	record_key: string;
	label: LabelWord;
	source: string;
	reason_code: string | null;
	actor: string;
	known_at: string;
	label_id: number;
	/** Labels of the record that count. */
	labels: number;
	is_disputed: 0 | 1;
}

interface ReviewDecisionsView {
	event_id: number;
	item_id: number;
	dataset_name: string;
	queue_name: string;
	record_key: string;
	origin: 'alert' | 'audit';
	step: 'decided' | 'proposed';
	decision: LabelWord;
	reason_code: string | null;
	reviewer: string;
	decided_at: string;
	seconds_spent: number | null;
	hours_open: number;
	is_undone: 0 | 1;
	is_reopened: 0 | 1;
	model_id: string | null;
	score: number | null;
}

interface PrecisionByDayView {
	model_id: string;
	dataset_name: string;
	day: string;
	k: number;
	records: number;
	labelled: number;
	fraud: number;
	precision: number | null;
}

interface AlertsPerDayView {
	dataset_name: string;
	queue_name: string;
	day: string;
	alerts: number;
	audits: number;
	fraud: number;
	legitimate: number;
	unsure: number;
	undecided: number;
	false_positive_ratio: number | null;
}

interface QueueBacklogView {
	dataset_name: string;
	queue_name: string;
	state: 'new' | 'in_review' | 'snoozed' | 'escalated';
	items: number;
	oldest_opened_at: string;
	next_due_at: string | null;
}

interface ReviewerAgreementView {
	reviewer_a: string;
	reviewer_b: string;
	decision_a: LabelWord;
	decision_b: LabelWord;
	records: number;
}

interface RecallEstimateView {
	dataset_name: string;
	queue_name: string;
	alerts_fraud: number;
	audits: number;
	audits_known: number;
	audits_fraud: number;
	missed_estimate: number | null;
	recall_estimate: number | null;
}

export type Purge = Selectable<PurgesTable>;
export type ReasonCode = Selectable<ReasonCodesTable>;
export type LatestLabel = Selectable<LatestLabelsView>;
