import type { Generated } from 'kysely';

/** Tables of schedules, beside those of `Database`. */
export interface ScheduleDatabase {
	schedules: SchedulesTable;
	schedule_items: ScheduleItemsTable;
}

interface SchedulesTable {
	schedule_id: string;
	task_json: string;
	source_json: string;
	retention_json: string;
	watermark_json: string | null;
	ticks: Generated<number>;
	created_at: string;
}

export type ScheduleItemState = 'taken' | 'done' | 'failed' | 'repeated';

interface ScheduleItemsTable {
	schedule_id: string;
	item_key: string;
	content_sha256: string | null;
	path: string | null;
	watermark_json: string | null;
	state: ScheduleItemState;
	tick: string;
	run_id: string | null;
	taken_at: string;
	finished_at: string | null;
}
