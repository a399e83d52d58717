import { getJson } from '../../artifacts/stored-json.ts';
import type { TableManifest } from '../../contracts/manifest.ts';
import type { TrainScorerInput, TrainScorerOutput } from '../../contracts/pipeline.ts';
import { createRandom } from '../../contracts/random.ts';
import { loadBackend } from '../../gan/backend.ts';
import { fitBackground } from '../../scoring/background/background.ts';
import { fitEnsemble } from '../../scoring/ensemble.ts';
import { fitScorer } from '../../scoring/fit-scorer.ts';
import { scoringModelState } from '../../scoring/scoring-model.ts';
import { checkSign, requireSign } from '../../scoring/sign-check.ts';
import { loadFeatures } from '../load-features.ts';
import { isSampled } from '../row-split.ts';
import { loadScoredFeatures } from '../scored-features.ts';
import { putModel } from '../stored-model.ts';
import { reportProgress, type TaskEnvironment } from '../task-environment.ts';

/** Rows that the score is fitted on at most; members see 1,000 each, so more rows only sharpen the marginals. */
const MAX_ROWS = 200_000;

/** Fits the anomaly score and makes sure that it points the right way. */
export async function trainScorerTask(
	input: TrainScorerInput,
	environment: TaskEnvironment,
): Promise<TrainScorerOutput> {
	const { artifacts } = environment;
	const { seed } = input;
	const manifest = await getJson<TableManifest>(artifacts, input.manifest);
	const { fitted = null, rows = null } = input.history ?? {};
	const { specs, history } = await loadScoredFeatures(artifacts, input.features, fitted, rows);
	const isWanted = (row: number) => isSampled(row, seed, manifest.rows, MAX_ROWS);
	const table = await loadFeatures(artifacts, manifest, specs, isWanted, history);
	const backend = await loadBackend({ backend: environment.backend });
	const scorer = await fitScorer(backend, table, specs, {
		seed,
		normalOnly: input.config.scoring.normalOnly,
		onProgress: ({ done, total, phase }) => reportProgress(environment, phase, done, total),
	});
	const sign = checkSign(scorer, table, createRandom(seed, 'sign-check'));
	requireSign(sign);
	// As `records` numbers them, from 1.
	const rowNumbers: number[] = [];
	for (let row = 0; row < manifest.rows; row++) if (isWanted(row)) rowNumbers.push(row + 1);
	const background = fitBackground(scorer, table, specs, rowNumbers, createRandom(seed, 'background'));
	const ensemble = input.config.scoring.ensemble
		? fitEnsemble(scorer, table, specs, createRandom(seed, 'ensemble'))
		: null;
	return {
		scorer: await putModel(artifacts, scoringModelState({ scorer, background, ensemble })),
		backend: backend.name,
		signCheck: { meanReal: sign.realMean, meanNoise: sign.noiseMean, auroc: sign.auroc },
	};
}
