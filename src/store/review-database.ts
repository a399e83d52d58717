import type { ColumnType, Generated, Insertable, Selectable, Updateable } from 'kysely';
import type { Flag, Severity } from './stored-words.ts';

/** What is known about a record. */
export type LabelWord = 'fraud' | 'legitimate' | 'unsure';

/** Tables and views of the work in a queue, beside those of `Database`. */
export interface ReviewDatabase {
	queues: QueuesTable;
	suppressions: SuppressionsTable;
	review_items: ReviewItemsTable;
	review_events: ReviewEventsTable;
	labels: LabelsTable;
	review_queue: ReviewQueueView;
	precision_at_k: PrecisionAtKView;
	reviewer_stats: ReviewerStatsView;
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

export type ReviewState = 'new' | 'in_review' | 'snoozed' | 'escalated' | 'decided';

export type ReviewEventKind =
	| 'opened'
	| 'hit'
	| 'claimed'
	| 'renewed'
	| 'released'
	| 'expired'
	| 'snoozed'
	| 'woken'
	| 'escalated'
	| 'assigned'
	| 'noted'
	| 'decided'
	| 'undone'
	| 'reopened'
	| 'suppressed'
	| 'purged';

interface QueuesTable {
	queue_id: Generated<number>;
	dataset_name: string;
	name: string;
	alert_budget: number | null;
	score_threshold: number | null;
	entity_column: string | null;
	value_column: string | null;
	audit_share: Generated<number>;
	lease_minutes: Generated<number>;
	due_hours: number | null;
	created_at: string;
	budget_per: Generated<'run' | 'day'>;
	fdr_level: number | null;
	second_review_above: number | null;
}

interface SuppressionsTable {
	suppression_id: Generated<number>;
	queue_id: number;
	entity_key: string;
	reason: string;
	created_by: string;
	created_at: string;
	expires_at: string;
}

interface ReviewItemsTable {
	item_id: Generated<number>;
	queue_id: number;
	dataset_id: string;
	entity_key: string;
	record_key: string;
	run_id: string | null;
	row_number: number | null;
	priority: number;
	state: ColumnType<ReviewState, ReviewState | undefined, ReviewState>;
	hits: Generated<number>;
	assignee: string | null;
	lease_expires_at: string | null;
	snoozed_until: string | null;
	due_at: string | null;
	opened_at: string;
	closed_at: string | null;
	version: Generated<number>;
	origin: Generated<'alert' | 'audit'>;
	weight: Generated<number>;
	amount: number | null;
	needs_second: ColumnType<Flag, Flag | undefined, Flag>;
	decision: LabelWord | null;
	reason_code: string | null;
	decided_by: string | null;
	proposed_decision: LabelWord | null;
	proposed_by: string | null;
	escalated_by: string | null;
}

interface ReviewEventsTable {
	event_id: number;
	item_id: number;
	kind: ReviewEventKind;
	actor: string;
	at: string;
	run_id: string | null;
	row_number: number | null;
	before_json: string | null;
	after_json: string | null;
	prev_sha256: string;
	row_sha256: string;
}

interface LabelsTable {
	label_id: Generated<number>;
	dataset_name: string;
	record_key: string;
	label: LabelWord;
	source: string;
	reason_code: string | null;
	actor: string;
	item_id: number | null;
	known_at: string;
	created_at: string;
	retracts_label_id: number | null;
}

interface ReviewQueueView {
	item_id: number;
	queue_name: string;
	dataset_name: string;
	dataset_id: string;
	entity_key: string;
	record_key: string;
	priority: number;
	state: Exclude<ReviewState, 'decided'>;
	hits: number;
	assignee: string | null;
	lease_expires_at: string | null;
	snoozed_until: string | null;
	due_at: string | null;
	opened_at: string;
	score: number;
	surprise: number;
	severity: Severity;
	top_reason: string | null;
	second_reason: string | null;
	reasons: string;
	data_json: string;
	run_id: string;
	row_number: number;
	model_id: string;
	version: number;
	amount: number | null;
	needs_second: Flag;
	proposed_decision: LabelWord | null;
	proposed_by: string | null;
	escalated_by: string | null;
}

interface PrecisionAtKView {
	run_id: string;
	model_id: string;
	dataset_name: string;
	k: number;
	records: number;
	labelled: number;
	fraud: number;
	precision: number | null;
}

interface ReviewerStatsView {
	reviewer: string;
	day: string;
	decided: number;
	fraud: number;
	legitimate: number;
	unsure: number;
	mean_seconds: number | null;
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

export type Queue = Selectable<QueuesTable>;
export type NewQueue = Insertable<QueuesTable>;
export type ReviewItem = Selectable<ReviewItemsTable>;
export type ReviewItemUpdate = Updateable<ReviewItemsTable>;
export type ReviewEvent = Selectable<ReviewEventsTable>;
export type ReviewQueueRow = Selectable<ReviewQueueView>;
export type Label = Selectable<LabelsTable>;
export type NewLabel = Insertable<LabelsTable>;
