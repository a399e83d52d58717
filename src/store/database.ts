import type { ColumnType, Generated, Insertable, Selectable, Updateable } from 'kysely';
import type { ReviewDatabase } from './review-database.ts';
import type { ScheduleDatabase } from './schedule-tables.ts';
import type { Flag, Severity } from './stored-words.ts';

/**
 * The tables and views as Kysely sees them. Names are those of the database. Values are those of SQLite:
 * numbers, texts and null; flags are 0 or 1, times are ISO 8601 in UTC with milliseconds, `..._json` is
 * JSON text.
 */
export interface Database extends ReviewDatabase, ScheduleDatabase {
	datasets: DatasetsTable;
	rejects: RejectsTable;
	runs: RunsTable;
	run_steps: RunStepsTable;
	run_shards: RunShardsTable;
	models: ModelsTable;
	model_metrics: ModelMetricsTable;
	records: RecordsTable;
	repeated_keys: RepeatedKeysTable;
	scores: ScoresTable;
	synthetic_tables: SyntheticTablesTable;
	synthetic_rows: SyntheticRowsTable;
	drift_metrics: DriftMetricsTable;
	promotions: PromotionsTable;
	users: UsersTable;
	queue_roles: QueueRolesTable;
	logins: LoginsTable;
	api_tokens: ApiTokensTable;
	idempotency_keys: IdempotencyKeysTable;
	access_events: AccessEventsTable;
	schema_doc: SchemaDocTable;
	latest_scores: LatestScoresView;
	score_history: ScoreHistoryView;
	score_deciles: ScoreDecilesView;
	reject_summary: RejectSummaryView;
	model_card: ModelCardView;
}

interface DatasetsTable {
	dataset_id: string;
	name: string;
	source_uri: string;
	format: string;
	content_sha256: string;
	bytes: number;
	rows_total: number;
	rows_loaded: number;
	rows_rejected: number;
	blank_lines: Generated<number>;
	columns_json: string;
	schema_fingerprint: string;
	key_column: string | null;
	dialect_json: string | null;
	repairs_json: string | null;
	manifest_uri: string;
	profile_uri: string | null;
	ingested_at: string;
	status: Generated<'loaded' | 'quarantined' | 'refused'>;
	contract_uri: string | null;
	alerts_json: string | null;
	schema_changes_json: string | null;
}

interface RejectsTable {
	reject_id: Generated<number>;
	dataset_id: string;
	line_number: number;
	byte_offset: number | null;
	column_number: number | null;
	column_name: string | null;
	error_type: string;
	message: string;
	raw_text: string | null;
	file: string | null;
}

export type RunKind = 'pipeline' | 'ingest' | 'train' | 'score' | 'augment' | 'generate' | 'retrain' | 'monitor';
export type RunStatus = 'running' | 'succeeded' | 'failed' | 'cancelled' | 'interrupted';
export type Runner = 'in-process' | 'temporal';

interface RunsTable {
	run_id: string;
	kind: RunKind;
	status: RunStatus;
	run_key: string;
	runner: Runner;
	workflow_id: string | null;
	owner: string | null;
	dataset_id: string | null;
	model_id: string | null;
	seed: number;
	config_json: string;
	plan_json: string | null;
	progress_json: string | null;
	counterfoil_version: string;
	backend: string | null;
	cancel_requested: ColumnType<Flag, Flag | undefined, Flag>;
	started_at: string;
	heartbeat_at: string | null;
	finished_at: string | null;
	error_json: string | null;
}

interface RunStepsTable {
	run_id: string;
	step: string;
	attempt: number;
	status: 'running' | 'finished' | 'failed';
	input_sha256: string;
	output_json: string | null;
	heartbeat_json: string | null;
	started_at: string;
	finished_at: string | null;
}

interface RunShardsTable {
	run_id: string;
	step: string;
	shard_number: number;
	attempt: number;
	first_row: number;
	row_count: number;
	content_sha256: string;
	committed_at: string;
}

interface RepeatedKeysTable {
	dataset_id: string;
	key_hash: string;
	occurrences: number;
}

export type ModelStage = 'candidate' | 'active' | 'retired';

interface ModelsTable {
	model_id: string;
	name: string;
	version: number;
	kind: string;
	dataset_id: string;
	schema_fingerprint: string;
	profile_uri: string | null;
	profile_sha256: string | null;
	features_uri: string | null;
	features_sha256: string | null;
	generator_uri: string | null;
	generator_sha256: string | null;
	discriminator_uri: string | null;
	discriminator_sha256: string | null;
	scorer_uri: string | null;
	scorer_sha256: string | null;
	history_uri: string | null;
	history_sha256: string | null;
	contract_uri: string | null;
	head_uri: ColumnType<string | null, string | null | undefined, string | null>;
	head_sha256: ColumnType<string | null, string | null | undefined, string | null>;
	parent_model_id: ColumnType<string | null, string | null | undefined, string | null>;
	labels_known_at: ColumnType<string | null, string | null | undefined, string | null>;
	comparison_uri: ColumnType<string | null, string | null | undefined, string | null>;
	config_json: string;
	seed: number;
	backend: string;
	stage: ColumnType<ModelStage, ModelStage | undefined, ModelStage>;
	trained_at: string;
}

interface ModelMetricsTable {
	model_id: string;
	metric: string;
	part: ColumnType<string, string | undefined, string>;
	value: number;
	floor: number | null;
	ceiling: number | null;
	note: string | null;
}

interface RecordsTable {
	dataset_id: string;
	row_number: number;
	record_key: string;
	content_sha256: string;
	data_json: string;
}

interface ScoresTable {
	run_id: string;
	model_id: string;
	dataset_id: string;
	row_number: number;
	record_key: string;
	score: number;
	surprise: number;
	discriminator_output: number | null;
	p_value: number | null;
	severity: Severity;
	is_alert: Flag;
	reasons: string;
	scored_at: string;
}

interface SyntheticTablesTable {
	synthetic_table_id: string;
	model_id: string;
	run_id: string | null;
	rows: number;
	columns_json: string;
	conditions_json: string;
	release_json: string | null;
	seed: number;
	artifact_uri: string | null;
	sha256: string | null;
	created_at: string;
	table_name: string | null;
	provenance_json: string | null;
}

interface SyntheticRowsTable {
	synthetic_table_id: string;
	row_number: number;
	data_json: string;
}

interface DriftMetricsTable {
	dataset_id: string;
	model_id: string;
	column_name: ColumnType<string, string | undefined, string>;
	metric: string;
	value: number;
	p_value: number | null;
	threshold: number | null;
	is_drifted: Flag;
	run_id: string | null;
	computed_at: string;
}

/** Each may do what the one before may, and more. */
export type UserRole = 'viewer' | 'analyst' | 'lead' | 'admin';

interface PromotionsTable {
	promotion_id: Generated<number>;
	name: string;
	model_id: string;
	previous_model_id: string | null;
	reason: 'base' | 'rule' | 'hand' | 'rollback';
	actor: string;
	at: string;
}

interface UsersTable {
	user_id: string;
	name: string;
	role: UserRole;
	password_hash: string | null;
	subject: string | null;
	is_disabled: ColumnType<Flag, Flag | undefined, Flag>;
	created_at: string;
}

interface QueueRolesTable {
	user_id: string;
	queue_id: number;
	role: Exclude<UserRole, 'admin'>;
}

interface LoginsTable {
	login_id: string;
	user_id: string;
	token_sha256: string;
	created_at: string;
	last_used_at: string | null;
	expires_at: string;
	revoked_at: string | null;
}

interface ApiTokensTable {
	token_id: string;
	user_id: string;
	name: string;
	token_sha256: string;
	created_at: string;
	last_used_at: string | null;
	expires_at: string | null;
	revoked_at: string | null;
	role: UserRole;
	hint: string;
}

interface IdempotencyKeysTable {
	scope: string;
	key: string;
	request_sha256: string;
	response_status: number | null;
	response_json: string | null;
	created_at: string;
	expires_at: string;
}

interface AccessEventsTable {
	access_event_id: Generated<number>;
	at: string;
	actor: string;
	kind: string;
	detail_json: string;
}

interface SchemaDocTable {
	object: string;
	column_name: string;
	description: string;
}

interface LatestScoresView extends ScoresTable {
	dataset_name: string;
}

interface ScoreHistoryView {
	record_key: string;
	dataset_name: string;
	scored_at: string;
	score: number;
	surprise: number;
	severity: Severity;
	is_alert: Flag;
	model_name: string;
	model_version: number;
	run_id: string;
	dataset_id: string;
	row_number: number;
	reasons: string;
}

interface ScoreDecilesView {
	run_id: string;
	decile: number;
	records: number;
	alerts: number;
	lowest_score: number;
	highest_score: number;
}

interface RejectSummaryView {
	dataset_id: string;
	dataset_name: string;
	error_type: string;
	column_name: string;
	rejects: number;
	first_line: number;
	last_line: number;
}

interface ModelCardView {
	model_id: string;
	name: string;
	version: number;
	kind: string;
	stage: ModelStage;
	dataset_name: string;
	training_rows: number;
	trained_at: string;
	backend: string;
	seed: number;
	metric: string | null;
	part: string | null;
	value: number | null;
	floor: number | null;
	ceiling: number | null;
	note: string | null;
}

export type Dataset = Selectable<DatasetsTable>;
export type NewDataset = Insertable<DatasetsTable>;
export type Reject = Selectable<RejectsTable>;
export type NewReject = Omit<Insertable<RejectsTable>, 'reject_id' | 'dataset_id'>;
export type Run = Selectable<RunsTable>;
export type RunUpdate = Updateable<RunsTable>;
export type RunStep = Selectable<RunStepsTable>;
export type RunShard = Selectable<RunShardsTable>;
export type Model = Selectable<ModelsTable>;
export type NewModel = Insertable<ModelsTable>;
export type ModelMetric = Selectable<ModelMetricsTable>;
export type NewModelMetric = Omit<Insertable<ModelMetricsTable>, 'model_id'>;
export type StoredRecord = Selectable<RecordsTable>;
export type Score = Selectable<ScoresTable>;
export type SyntheticTable = Selectable<SyntheticTablesTable>;
export type NewSyntheticTable = Insertable<SyntheticTablesTable>;
export type User = Selectable<UsersTable>;
export type ApiToken = Selectable<ApiTokensTable>;
export type AccessEvent = Selectable<AccessEventsTable>;
export type SyntheticRow = Selectable<SyntheticRowsTable>;
