import { getJson, putJson } from '../../artifacts/stored-json.ts';
import type { TableManifest } from '../../contracts/manifest.ts';
import type { ArtifactRef, EvaluateInput, EvaluateOutput, ScoreShardOutput } from '../../contracts/pipeline.ts';
import type { TableProfile } from '../../contracts/profile.ts';
import { bulkEdges, countInBins } from '../../evaluate/compare-columns.ts';
import type { Evaluation } from '../../report/evaluation.ts';
import { measuredReport } from '../../report/measured-report.ts';
import { compareRankings } from '../compare-rankings.ts';
import { evaluateLabels } from '../evaluate-labels.ts';
import { MEASURING_STEPS, measureSynthetic } from '../measure-synthetic.ts';
import { readLabels } from '../read-labels.ts';
import { readScores } from '../read-scores.ts';
import { scoreBaselines } from '../score-baselines.ts';
import { scoreSurface } from '../score-surface.ts';
import { reportProgress, type TaskEnvironment } from '../task-environment.ts';

const SURPRISE_BINS = 60;
/** For the progress: those of the measurements, the scores, the end. */
const STEPS = MEASURING_STEPS + 2;

/**
 * Measures what the model is worth: the generated rows against real rows that training has not seen,
 * between the floor of independent columns and the ceiling of real rows, and the ranking of the scores
 * against the label, if there is one.
 */
export async function evaluateTask(input: EvaluateInput, environment: TaskEnvironment): Promise<EvaluateOutput> {
	const { artifacts } = environment;
	const manifest = await getJson<TableManifest>(artifacts, input.manifest);
	const profile = await getJson<TableProfile>(artifacts, input.model.profile);
	reportProgress(environment, 'reading', 0, STEPS);
	let done = 0;
	const onStep = () => reportProgress(environment, 'measuring the synthetic rows', ++done, STEPS);
	const label = profile.columns.find(({ role }) => role === 'label')?.name ?? null;
	const { measured, classifiers, comparisons } = await measureSynthetic(artifacts, { ...input, label }, onStep);
	reportProgress(environment, 'comparing scores', ++done, STEPS);
	const { surprise, order } = await allScores(artifacts, input.scores, manifest.rows);
	const edges = bulkEdges(surprise, SURPRISE_BINS);
	const labels = await readLabels(artifacts, manifest, profile, input.config.labelPositive);
	const baselines = input.config.baselines ? await scoreBaselines(input, environment, manifest) : [];
	const evaluation: Evaluation = {
		...measuredReport(measured, comparisons),
		classifiers,
		histogram: { edges, counts: [...countInBins(surprise, edges)] },
		surface: await scoreSurface(input.model, profile, environment),
		agreement: baselines.length === 0 ? null : compareRankings(order, baselines, input.alerts),
		labels: labels === null ? null : evaluateLabels(labels, order, baselines),
	};
	reportProgress(environment, 'done', STEPS, STEPS);
	return { evaluation: await putJson(artifacts, evaluation) };
}

/** [rows] each */
async function allScores(
	artifacts: TaskEnvironment['artifacts'],
	scored: ArtifactRef,
	rows: number,
): Promise<{ readonly surprise: Float64Array; readonly order: Float64Array }> {
	const surprise = new Float64Array(rows);
	const order = new Float64Array(rows);
	for (const { scores, firstRow } of await getJson<readonly ScoreShardOutput[]>(artifacts, scored)) {
		const read = await readScores(artifacts, scores);
		surprise.set(read.surprise, firstRow);
		order.set(read.order, firstRow);
	}
	return { surprise, order };
}
