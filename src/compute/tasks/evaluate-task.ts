import { getJson, putJson } from '../../artifacts/stored-json.ts';
import type { FeatureSpec, FeatureTable } from '../../contracts/features.ts';
import type { TableManifest } from '../../contracts/manifest.ts';
import type { EvaluateInput, EvaluateOutput, ScoreShardOutput } from '../../contracts/pipeline.ts';
import type { TableProfile } from '../../contracts/profile.ts';
import { createRandom } from '../../contracts/random.ts';
import { bulkEdges, compareColumns, countInBins } from '../../evaluate/compare-columns.ts';
import { measureTable } from '../../evaluate/measure-table.ts';
import { type QualityTable, qualityTableFromFeatures } from '../../evaluate/quality-table.ts';
import type { Evaluation } from '../../report/evaluation.ts';
import { measuredReport } from '../../report/measured-report.ts';
import { compareRankings } from '../compare-rankings.ts';
import { evaluateLabels } from '../evaluate-labels.ts';
import { loadFeatures } from '../load-features.ts';
import { readLabels } from '../read-labels.ts';
import { readScores } from '../read-scores.ts';
import { HELD_OUT_SHARE, isHeldOut, isSampled } from '../row-split.ts';
import { scoreBaselines } from '../score-baselines.ts';
import { reportProgress, type TaskEnvironment } from '../task-environment.ts';

/** Rows of each table that are compared; more settle nothing that so many leave open. */
const MAX_ROWS = 30_000;
/** Fewer are enough where there are many pairs of columns: rows times features squared. */
const MAX_WORK = 4e8;
const MIN_ROWS = 2_000;
const SURPRISE_BINS = 60;
/** For the progress: five of `measureTable`, the scores, the end. */
const STEPS = 7;

/**
 * Measures what the model is worth: the generated rows against real rows that training has not seen,
 * between the floor of independent columns and the ceiling of real rows, and the ranking of the scores
 * against the label, if there is one.
 */
export async function evaluateTask(input: EvaluateInput, environment: TaskEnvironment): Promise<EvaluateOutput> {
	const { artifacts } = environment;
	const { seed } = input;
	const manifest = await getJson<TableManifest>(artifacts, input.manifest);
	const profile = await getJson<TableProfile>(artifacts, input.model.profile);
	const specs = await getJson<FeatureSpec[]>(artifacts, input.model.features);
	const generated = await getJson<TableManifest>(artifacts, input.synthetic);
	const load = async (table: TableManifest, isWanted: (row: number) => boolean): Promise<FeatureTable> =>
		loadFeatures(artifacts, table, specs, isWanted);
	const mostRows = rowsToCompare(specs.length);
	const isInSample = (row: number) => isSampled(row, seed, manifest.rows, mostRows);

	reportProgress(environment, 'reading', 0, STEPS);
	const training = asTable(specs, await load(manifest, (row) => !isHeldOut(row, seed) && isInSample(row)));
	const isHeldOutSample = (row: number) =>
		isHeldOut(row, seed) && isSampled(row, seed, manifest.rows * HELD_OUT_SHARE, mostRows);
	const heldOut = asTable(specs, await load(manifest, isHeldOutSample));
	const synthetic = asTable(specs, await load(generated, (row) => isSampled(row, seed, generated.rows, mostRows)));
	let done = 0;
	const onStep = () => reportProgress(environment, 'measuring the synthetic rows', ++done, STEPS);
	const measured = measureTable({ training, heldOut, synthetic }, createRandom(seed, 'evaluate'), { onStep });
	const comparisons = compareColumns(measured.privacy === null ? training : heldOut, synthetic);
	reportProgress(environment, 'comparing scores', ++done, STEPS);
	const { surprise, order } = await allScores(artifacts, input.scores, manifest.rows);
	const edges = bulkEdges(surprise, SURPRISE_BINS);
	const labels = await readLabels(artifacts, manifest, profile, input.config.labelPositive);
	const baselines = input.config.baselines ? await scoreBaselines(input, environment, manifest) : [];
	const evaluation: Evaluation = {
		...measuredReport(measured, comparisons),
		histogram: { edges, counts: [...countInBins(surprise, edges)] },
		agreement: baselines.length === 0 ? null : compareRankings(order, baselines, input.alerts),
		labels: labels === null ? null : evaluateLabels(labels, order, baselines),
	};
	reportProgress(environment, 'done', STEPS, STEPS);
	return { evaluation: await putJson(artifacts, evaluation) };
}

function rowsToCompare(features: number): number {
	return Math.max(MIN_ROWS, Math.min(MAX_ROWS, Math.floor(MAX_WORK / features ** 2)));
}

function asTable(specs: readonly FeatureSpec[], table: FeatureTable): QualityTable {
	return qualityTableFromFeatures(specs, table);
}

/** [rows] each */
async function allScores(
	artifacts: TaskEnvironment['artifacts'],
	shards: readonly ScoreShardOutput[],
	rows: number,
): Promise<{ readonly surprise: Float64Array; readonly order: Float64Array }> {
	const surprise = new Float64Array(rows);
	const order = new Float64Array(rows);
	for (const { scores, firstRow } of shards) {
		const read = await readScores(artifacts, scores);
		surprise.set(read.surprise, firstRow);
		order.set(read.order, firstRow);
	}
	return { surprise, order };
}
