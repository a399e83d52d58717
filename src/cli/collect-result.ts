import type { TableAlert } from '../contracts/inspection.ts';
import type { ColumnProfile, TableProfile } from '../contracts/profile.ts';
import type { RunSummary } from '../contracts/run-config.ts';
import type { SchemaComparison } from '../contracts/schema-contract.ts';
import type { ValueReading } from '../contracts/value-reading.ts';
import { type Reason, readGroups } from '../review/read-reasons.ts';
import type { Workspace } from '../runtime/open-workspace.ts';
import type { Dataset, ModelMetric } from '../store/database.ts';
import type { Severity } from '../store/stored-words.ts';
import { describeMissing, describeReading } from './describe-reading.ts';
import { parseReasons } from './describe-reasons.ts';
import { maskComparison } from './personal-columns.ts';

/** What came of a run, as `--json` prints it and as it is put into words. */
export interface RunResult extends Omit<RunSummary, 'comparison'> {
	/** How the table differs from what was known; null where there was nothing to compare with. */
	readonly comparison: SchemaComparison | null;
	/** What was mended while reading. */
	readonly repairs: readonly { readonly message: string; readonly count: number }[];
	/** How its texts were understood, in words. */
	readonly reading: readonly string[];
	readonly columns: readonly ColumnResult[];
	/** What is worth knowing of the table; what tells the label is found in a sample of its rows. */
	readonly tableAlerts: readonly TableAlert[];
	/** The most anomalous records, most anomalous first. */
	readonly top: readonly ScoredRecord[];
	/** What was measured on the model. */
	readonly metrics: readonly ModelMetric[];
}

export type ColumnResult = Pick<ColumnProfile, 'name' | 'kind' | 'role' | 'missing' | 'distinct'> & {
	readonly note: string | null;
};

export interface ScoredRecord {
	/** From 1. */
	readonly rank: number;
	readonly rowNumber: number;
	readonly recordKey: string;
	readonly score: number;
	readonly surprise: number;
	readonly severity: Severity;
	readonly isAlert: boolean;
	readonly reasons: readonly Reason[];
	/** Values that do not occur together in the training rows, a sentence each. */
	readonly together: readonly string[];
	readonly record: Readonly<Record<string, string | number | null>>;
}

/** Reads from the database what a run has left there. */
export async function collectResult(workspace: Workspace, summary: RunSummary, top = 10): Promise<RunResult> {
	const { getDataset } = await import('../store/datasets.ts');
	const { listMetrics } = await import('../store/model-metrics.ts');
	const { store } = workspace;
	const dataset = summary.datasetId === null ? null : await getDataset(store, summary.datasetId);
	const tableAlerts = JSON.parse(dataset?.alerts_json ?? '[]') as TableAlert[];
	const comparison =
		summary.comparison === null ? null : await readJson<SchemaComparison>(workspace, summary.comparison);
	return {
		...summary,
		comparison: maskComparison(comparison, tableAlerts),
		repairs: dataset === null ? [] : readRepairs(dataset),
		reading: dataset === null ? [] : await readReading(workspace, dataset),
		tableAlerts,
		columns: dataset === null ? [] : await readColumns(workspace, dataset),
		top: await collectTop(workspace, summary.runId, top),
		metrics: summary.modelId === null ? [] : await listMetrics(store, summary.modelId),
	};
}

/** The highest scores of a run; none if it scored nothing. */
export async function collectTop(workspace: Workspace, runId: string, limit: number): Promise<ScoredRecord[]> {
	const { listTopScores } = await import('../store/scores.ts');
	const rows = await listTopScores(workspace.store, runId, { limit });
	return rows.map((row, index) => ({
		rank: index + 1,
		rowNumber: row.row_number,
		recordKey: row.record_key,
		score: row.score,
		surprise: row.surprise,
		severity: row.severity,
		isAlert: row.is_alert === 1,
		reasons: parseReasons(row.reasons),
		together: readGroups(JSON.parse(row.reasons)),
		record: JSON.parse(row.data_json) as ScoredRecord['record'],
	}));
}

async function readColumns(workspace: Workspace, dataset: Dataset): Promise<ColumnResult[]> {
	if (dataset.profile_uri === null) return [];
	const profile = await readJson<TableProfile>(workspace, dataset.profile_uri);
	return profile.columns.map(({ name, kind, role, missing, distinct, note }) => ({
		name,
		kind,
		role,
		missing,
		distinct,
		note: note ?? null,
	}));
}

async function readJson<T>({ artifacts }: Workspace, uri: string): Promise<T> {
	const { getJson } = await import('../artifacts/stored-json.ts');
	return getJson<T>(artifacts, { uri });
}

async function readReading(workspace: Workspace, { dialect_json, profile_uri }: Dataset): Promise<string[]> {
	const reading = dialect_json === null ? null : (JSON.parse(dialect_json) as Partial<ValueReading> | null);
	const profile = profile_uri === null ? null : await readJson<TableProfile>(workspace, profile_uri);
	const missing = describeMissing(profile?.columns ?? []);
	return [...describeReading(reading ?? {}), ...(missing === null ? [] : [missing])];
}

function readRepairs(dataset: Dataset): { message: string; count: number }[] {
	if (dataset.repairs_json === null) return [];
	const repairs = JSON.parse(dataset.repairs_json) as readonly { message: string; count: number }[];
	return repairs.map(({ message, count }) => ({ message, count }));
}
