import type { ColumnType, Selectable } from 'kysely';

/** What is known about a record. */
export type LabelWord = 'fraud' | 'legitimate' | 'unsure';

/** Tables and views of the work in a queue, beside those of `Database`. */
export interface ReviewDatabase {
	reason_codes: ReasonCodesTable;
	review_notes: ReviewNotesTable;
	latest_labels: LatestLabelsView;
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

export type ReasonCode = Selectable<ReasonCodesTable>;
export type LatestLabel = Selectable<LatestLabelsView>;
