import { basename } from 'node:path';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { getJson } from '../artifacts/stored-json.ts';
import type { WriteReportInput } from '../contracts/pipeline.ts';
import type { TableProfile } from '../contracts/profile.ts';
import type { RunConfig } from '../contracts/run-config.ts';
import type { Dataset, Run } from '../store/database.ts';
import { getDataset } from '../store/datasets.ts';
import { getRun } from '../store/list-runs.ts';
import { countRejects } from '../store/rejects.ts';
import { listSteps } from '../store/run-steps.ts';
import { listTopScores } from '../store/scores.ts';
import type { Store } from '../store/store.ts';
import { collectMap } from './collect-map.ts';
import type { Evaluation } from './evaluation.ts';
import type { AnomalyReport, ReportData, TopRecord, TrainingReport } from './report-data.ts';

const TOP_RECORDS = 10;

/** Gathers what a finished run has left in the database and among the stored files. */
export async function collectReportData(
	services: { readonly store: Store; readonly artifacts: ArtifactStore },
	input: WriteReportInput,
): Promise<ReportData> {
	const { store, artifacts } = services;
	const run = await getRun(store, input.runId);
	const dataset = await getDataset(store, input.datasetId);
	const profile = await getJson<TableProfile>(artifacts, input.profile);
	const evaluation = await getJson<Evaluation>(artifacts, input.evaluation);
	const history = await getJson<TrainingReport['history']>(artifacts, input.history);
	const map = await collectMap(store, input.runId, profile, evaluation.surface ?? null, input.cut.surprise);
	const seconds = await stepSeconds(store, input.runId, 'trainGenerator');
	return {
		title: dataset.name,
		runId: input.runId,
		createdAt: run.started_at,
		source: await describeSource(store, dataset),
		profile,
		training: {
			steps: stepsOf(history),
			...(seconds === null ? {} : { seconds }),
			...(run.backend === null ? {} : { backend: run.backend }),
			history,
		},
		...(map === undefined ? {} : { map }),
		quality: evaluation.quality,
		classifiers: evaluation.classifiers,
		...(evaluation.leaks === null ? {} : { leaks: evaluation.leaks }),
		release: evaluation.release,
		anomalies: {
			rows: dataset.rows_loaded,
			alerts: input.cut.alerts,
			...(input.cut.surprise === null ? {} : { alertSurprise: input.cut.surprise }),
			...describeAlertRule(input.config),
			isEnsemble: input.config.scoring.ensemble,
			histogram: evaluation.histogram,
			top: await topRecords(store, input.runId, profile),
			signCheck: input.signCheck,
			...(evaluation.agreement === null ? {} : { agreement: evaluation.agreement }),
		},
		...(evaluation.labels === null ? {} : { labels: evaluation.labels }),
		repeat: describeRepeat(run, dataset, input),
	};
}

function stepsOf(history: TrainingReport['history']): number {
	if (history.kind === 'private') return history.privacy.training.steps;
	return history.kind === 'autoregressive' ? history.bestStep : (history.step.at(-1) ?? 0);
}

async function describeSource(store: Store, dataset: Dataset): Promise<NonNullable<ReportData['source']>> {
	return {
		file: basename(dataset.source_uri),
		format: dataset.format,
		bytes: dataset.bytes,
		rowsTotal: dataset.rows_total,
		rowsLoaded: dataset.rows_loaded,
		rowsRejected: dataset.rows_rejected,
		blankLines: dataset.blank_lines,
		repairs: JSON.parse(dataset.repairs_json ?? '[]'),
		rejects: await countRejects(store, dataset.dataset_id),
		alerts: JSON.parse(dataset.alerts_json ?? '[]'),
	};
}

function describeAlertRule(config: RunConfig): Pick<AnomalyReport, 'alertRule'> {
	const { alertBudget, alertsPer, alertThreshold, time } = config;
	const parts = [
		...(alertThreshold === null ? [] : [`a score of at least ${alertThreshold}`]),
		...(alertsPer === null ? [] : [`at most ${alertBudget} per ${alertsPer} by ${time}`]),
	];
	return parts.length === 0 ? {} : { alertRule: parts.join(', ') };
}

async function topRecords(store: Store, runId: string, profile: TableProfile): Promise<TopRecord[]> {
	const label = profile.columns.find(({ role }) => role === 'label')?.name;
	const scores = await listTopScores(store, runId, { limit: TOP_RECORDS });
	return scores.map((score) => ({
		recordKey: score.record_key,
		rowNumber: score.row_number - 1,
		score: score.score,
		surprise: score.surprise,
		severity: score.severity,
		...(label === undefined ? {} : { label: cellOf(score.data_json, label) }),
		...readReasons(score.reasons),
	}));
}

type StoredReason = TopRecord['reasons'][number] & { readonly kind?: string; readonly text?: string };

/** Entries with a kind add nothing to the surprise: they are told in words only, before what is said of columns. */
function readReasons(json: string): Pick<TopRecord, 'reasons' | 'sentences'> {
	const all = JSON.parse(json) as readonly StoredReason[];
	const ofColumns = all.filter(({ kind }) => kind === undefined);
	const together = all.filter(({ kind }) => kind === 'together');
	const change = all.filter(({ kind }) => kind === 'change');
	return {
		reasons: ofColumns.map(({ column, value, contribution, typical }) => ({
			column,
			contribution,
			...(value === undefined ? {} : { value }),
			...(typical === undefined ? {} : { typical }),
		})),
		sentences: [...together, ...ofColumns, ...change].flatMap(({ text }) => text ?? []),
	};
}

/** One cell of a record; through a map, since a column may be called `__proto__`. */
function cellOf(dataJson: string, column: string): string | null {
	const cells = new Map(Object.entries(JSON.parse(dataJson) as Record<string, unknown>));
	const value = cells.get(column) ?? null;
	return value === null ? null : String(value);
}

async function stepSeconds(store: Store, runId: string, name: string): Promise<number | null> {
	const step = (await listSteps(store, runId)).find((candidate) => candidate.step === name);
	// Of a step that went on after a crash only the last attempt is timed.
	if (step === undefined || step.finished_at === null || step.attempt > 1) return null;
	return (Date.parse(step.finished_at) - Date.parse(step.started_at)) / 1000;
}

function describeRepeat(run: Run, dataset: Dataset, input: WriteReportInput): NonNullable<ReportData['repeat']> {
	return {
		seed: input.seed,
		dataSha256: dataset.content_sha256,
		schemaFingerprint: dataset.schema_fingerprint,
		...(run.backend === null ? {} : { backend: run.backend }),
		versions: { counterfoil: run.counterfoil_version, node: process.versions.node },
		config: input.config,
	};
}
