import { getJson, putJson } from '../../artifacts/stored-json.ts';
import type { LabelledTable, ModelComparison, TrainHeadInput, TrainHeadOutput } from '../../contracts/learning.ts';
import { createRandom, type Random } from '../../contracts/random.ts';
import { DAY_MS } from '../../features/date-format.ts';
import { pickRows } from '../../features/pick-rows.ts';
import { loadBackend } from '../../gan/backend.ts';
import { fillRisk } from '../../learn/fill-risk.ts';
import { compareRankings } from '../../learn/head/compare-rankings.ts';
import { fitFraudHead, type HeadTraining } from '../../learn/head/fit-head.ts';
import { type FraudHead, restoreHead } from '../../learn/head/fraud-head.ts';
import { restoreScoringModel } from '../../scoring/scoring-model.ts';
import { type HeadRowsRequest, type LoadedRows, loadHeadRows } from '../head-rows.ts';
import { getLabelTable, type PlacedNews } from '../label-table.ts';
import { getModel, putModel } from '../stored-model.ts';
import { reportProgress, type TaskEnvironment } from '../task-environment.ts';
import { addHistoryTask } from './add-history-task.ts';

/** Share of the labelled records, the latest, that judge the models. */
const TEST_SHARE = 0.25;
const TOLD_FEATURES = 10;

/**
 * Trains a head on all that is known. Before that, one on what was known at a time is compared with the model before on
 * the records after it, with the labels that have become known since.
 */
export async function trainHeadTask(input: TrainHeadInput, environment: TaskEnvironment): Promise<TrainHeadOutput> {
	const { artifacts } = environment;
	const { plan, labels, model } = input;
	const tables = await addHistories(input, await getJson<LabelledTable[]>(artifacts, labels.tables), environment);
	const { time, entities } = labels;
	const { news: told } = await getLabelTable(artifacts, labels.news);
	const labelled = tables.map((_, table) => new Set(told.flatMap((one) => (one.table === table ? [one.row] : []))));
	const scoring = restoreScoringModel(
		await loadBackend({ backend: environment.backend }),
		await getModel(artifacts, model.scorer),
	);
	const rows = await loadHeadRows(artifacts, scoring, {
		model,
		tables,
		labelled,
		entities,
		time,
		seed: input.seed,
		onRows: (done, total) => reportProgress(environment, 'scoring', done, total),
	});
	scoring.scorer.dispose();
	const news = neverBeforeRecords(told, rows);
	const { columns: risk } = fillRisk(entities, rows.rows, news);
	const random = createRandom(input.seed, 'retrain');
	const known = knownBy(rows, news, Number.POSITIVE_INFINITY);
	const training: HeadTraining = { features: rows.features, entities, time, rows: rows.rows, risk, known };
	reportProgress(environment, 'learning', 0, 2);
	const old = model.head === undefined ? null : restoreHead(await getModel(artifacts, model.head.state));
	const compared = compare(input, training, { rows, news, old }, random.fork('comparison'));
	reportProgress(environment, 'learning', 1, 2);
	const head = fitFraudHead(training, { random: random.fork('head') });
	if (head === null) return { head: null, comparison: null, isBetter: false };
	const comparison: ModelComparison | null =
		compared === null
			? null
			: {
					...compared.comparison,
					budget: plan.budget,
					features: mostUsed(head),
				};
	return {
		head: await putModel(artifacts, head.toState()),
		comparison: comparison === null ? null : await putJson(artifacts, comparison),
		isBetter: compared?.isBetter ?? false,
	};
}

/** Gives each data set the pasts of its entities, where the model looks at them. */
async function addHistories(
	{ runId, seed, config, model: { profile, history } }: TrainHeadInput,
	tables: readonly LabelledTable[],
	environment: TaskEnvironment,
): Promise<HeadRowsRequest['tables']> {
	const told: HeadRowsRequest['tables'][number][] = [];
	for (const table of tables) {
		const input = { runId, seed, config, manifest: table.manifest, profile, fitted: history };
		told.push({ ...table, history: history === null ? null : await addHistoryTask(input, environment) });
	}
	return told;
}

/**
 * A label that says it was known before its record happened, as one dated by the day does, is known at the record's
 * time: else it would be among the rates of fraud that its own record is learnt from.
 */
export function neverBeforeRecords(
	news: readonly PlacedNews[],
	{ table, row, rows }: Pick<LoadedRows, 'table' | 'row' | 'rows'>,
): PlacedNews[] {
	const times = new Map<string, number>();
	rows.times.forEach((time, i) => {
		times.set(`${table[i]} ${row[i]}`, time);
	});
	return news
		.map((one) => ({ ...one, atMs: Math.max(one.atMs, times.get(`${one.table} ${one.row}`) ?? one.atMs) }))
		.sort((a, b) => a.atMs - b.atMs);
}

/** What is known of each row by what became known before a time. */
function knownBy({ table, row }: LoadedRows, news: readonly PlacedNews[], untilMs: number): Int8Array {
	const labels = new Map<string, number>();
	for (const one of news) {
		if (one.atMs >= untilMs) break;
		labels.set(`${one.table} ${one.row}`, one.isFraud === null ? -1 : Number(one.isFraud));
	}
	return Int8Array.from(row, (number, i) => labels.get(`${table[i]} ${number}`) ?? -1);
}

/** When the records begin that judge: never before what the old model has learnt from. */
function findTestStart({ plan, labels }: TrainHeadInput, { rows, known }: HeadTraining): number {
	const times = rows.times.filter((_, row) => known[row] !== -1);
	const asked = plan.testFrom === null ? times[Math.floor((1 - TEST_SHARE) * times.length)] : Date.parse(plan.testFrom);
	const learntUntil = labels.learntUntil === null ? Number.NEGATIVE_INFINITY : Date.parse(labels.learntUntil);
	return Math.max(asked ?? Number.POSITIVE_INFINITY, learntUntil);
}

interface Compared {
	readonly comparison: Omit<ModelComparison, 'budget' | 'features'>;
	readonly isBetter: boolean;
}

function compare(
	input: TrainHeadInput,
	training: HeadTraining,
	{ rows, news, old }: { rows: LoadedRows; news: readonly PlacedNews[]; old: FraudHead | null },
	random: Random,
): Compared | null {
	const testFrom = findTestStart(input, training);
	const { times } = training.rows;
	const end = times.findIndex((time) => time >= testFrom);
	if (end <= 0) return null;
	const before = Int32Array.from({ length: end }, (_, row) => row);
	const known = knownBy(rows, news, testFrom).subarray(0, end);
	const candidate = fitFraudHead(
		{
			...training,
			features: { ...training.features, table: pickRows(training.features.table, before) },
			rows: { times: times.subarray(0, end), values: training.rows.values },
			risk: training.risk.map((column) => column.subarray(0, end)),
			known,
		},
		{ random: random.fork('candidate') },
	);
	if (candidate === null) return null;
	const test = Int32Array.from(times.keys()).filter((row) => row >= end && training.known[row] !== -1);
	const features = { ...training.features, table: pickRows(training.features.table, test) };
	const risk = training.risk.map((column) => Float64Array.from(test, (row) => column[row] as number));
	const labels = Uint8Array.from(test, (row) => training.known[row] as number);
	const judged = {
		days: Int32Array.from(test, (row) => Math.floor((times[row] as number) / DAY_MS)),
		labels,
		old: old?.logOdds(features, risk) ?? Float64Array.from(test, (row) => rows.order[row] as number),
		new: candidate.logOdds(features, risk),
	};
	const compared = compareRankings(judged, input.plan.budget, random.fork('bootstrap'));
	if (compared === null) return null;
	const { isBetter, ...figures } = compared;
	return {
		comparison: {
			...figures,
			testFrom: new Date(testFrom).toISOString(),
			trainedLabels: known.reduce((sum, label) => sum + (label === -1 ? 0 : 1), 0),
			testRecords: test.length,
			testFrauds: labels.reduce((sum, label) => sum + label, 0),
		},
		isBetter,
	};
}

function mostUsed(head: FraudHead): ModelComparison['features'] {
	return [...head.importance()]
		.map((share, index) => ({ feature: head.specs[index]?.name ?? '', share }))
		.sort((a, b) => b.share - a.share)
		.slice(0, TOLD_FEATURES);
}
