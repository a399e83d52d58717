import { getJson, putJson } from '../../artifacts/stored-json.ts';
import type { FeatureSpec, FeatureTable } from '../../contracts/features.ts';
import type { TableManifest } from '../../contracts/manifest.ts';
import type { EvaluateInput, EvaluateOutput, ScoreShardOutput } from '../../contracts/pipeline.ts';
import type { TableProfile } from '../../contracts/profile.ts';
import { createRandom } from '../../contracts/random.ts';
import { measureClosestRecord } from '../../evaluate/closest-record.ts';
import { bulkEdges, compareColumns, countInBins } from '../../evaluate/compare-columns.ts';
import { checkCopies } from '../../evaluate/copies.ts';
import { drawIndependentColumns } from '../../evaluate/independent-columns.ts';
import { measureQuality } from '../../evaluate/quality.ts';
import { type QualityTable, qualityTableFromFeatures } from '../../evaluate/quality-table.ts';
import { takeRows } from '../../evaluate/take-rows.ts';
import type { Evaluation } from '../../report/evaluation.ts';
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
/** Fewer held-out rows than this say nothing. */
const FEWEST_HELD_OUT = 20;
const SURPRISE_BINS = 60;

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
	const isInSample = (row: number) => isSampled(row, seed, manifest.rows, MAX_ROWS);

	reportProgress(environment, 'comparing', 0, 4);
	const training = asTable(specs, await load(manifest, (row) => !isHeldOut(row, seed) && isInSample(row)));
	const isHeldOutSample = (row: number) =>
		isHeldOut(row, seed) && isSampled(row, seed, manifest.rows * HELD_OUT_SHARE, MAX_ROWS);
	const heldOut = asTable(specs, await load(manifest, isHeldOutSample));
	// Of a small table too little is held out to judge by; then the training rows themselves are the reference.
	const isJudgeable = heldOut.rows >= FEWEST_HELD_OUT;
	const reference = isJudgeable ? heldOut : training;
	const synthetic = asTable(specs, await load(generated, (row) => isSampled(row, seed, generated.rows, MAX_ROWS)));
	const random = createRandom(seed, 'evaluate');
	// Figures of tables of different sizes cannot be compared: all three are cut to one size.
	const rows = Math.min(synthetic.rows, training.rows);
	const cut = (table: QualityTable, label: string) => takeRows(table, random.fork(label).sample(table.rows, rows));
	const judged = cut(synthetic, 'synthetic');
	const independent = drawIndependentColumns(training, rows, random.fork('floor'));
	const kinds = new Map(profile.columns.map(({ name, kind }) => [name, kind]));
	const quality = {
		rows: generated.rows,
		synthetic: measureQuality(reference, judged),
		floor: measureQuality(reference, independent),
		...(isJudgeable ? { ceiling: measureQuality(heldOut, cut(training, 'ceiling')) } : {}),
		comparisons: compareColumns(reference, synthetic).map((comparison) =>
			comparison.type === 'numeric' && kinds.get(comparison.name) === 'datetime'
				? { ...comparison, unit: 'datetime' as const }
				: comparison,
		),
	};
	reportProgress(environment, 'looking for copies', 1, 4);
	const tables = { training, heldOut, synthetic };
	const leaks = isJudgeable
		? {
				copies: checkCopies(training, heldOut, synthetic),
				closestRecord: measureClosestRecord(tables, random.fork('closest')),
			}
		: null;
	reportProgress(environment, 'comparing scores', 2, 4);
	const { surprise, order } = await allScores(artifacts, input.scores, manifest.rows);
	const edges = bulkEdges(surprise, SURPRISE_BINS);
	const labels = await readLabels(artifacts, manifest, profile, input.config.labelPositive);
	const baselines = input.config.baselines ? await scoreBaselines(input, environment, manifest) : [];
	const evaluation: Evaluation = {
		quality,
		leaks,
		histogram: { edges, counts: [...countInBins(surprise, edges)] },
		agreement: baselines.length === 0 ? null : compareRankings(order, baselines, input.alerts),
		labels: labels === null ? null : evaluateLabels(labels, order, baselines),
	};
	reportProgress(environment, 'done', 4, 4);
	return { evaluation: await putJson(artifacts, evaluation) };
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
