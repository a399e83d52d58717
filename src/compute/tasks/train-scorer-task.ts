import type { ArtifactStore } from '../../artifacts/artifact-store.ts';
import type { TrainScorerInput, TrainScorerOutput } from '../../contracts/pipeline.ts';
import { createRandom } from '../../contracts/random.ts';
import { fitBackground } from '../../scoring/background/background.ts';
import { fitEnsemble } from '../../scoring/ensemble.ts';
import { fitScorer, type TrainedMembers } from '../../scoring/fit-scorer.ts';
import { scoringModelState } from '../../scoring/scoring-model.ts';
import { checkSign, requireSign } from '../../scoring/sign-check.ts';
import { takeTensor } from '../../scoring/take-tensor.ts';
import { loadScoreFit } from '../load-score-fit.ts';
import { getModel, putModel } from '../stored-model.ts';
import type { TaskEnvironment } from '../task-environment.ts';

/** Fits the anomaly score and makes sure that it points the right way. */
export async function trainScorerTask(
	input: TrainScorerInput,
	environment: TaskEnvironment,
): Promise<TrainScorerOutput> {
	const { artifacts } = environment;
	const { seed } = input;
	const { backend, table, specs, rowNumbers, options } = await loadScoreFit(input, environment);
	const trained = await readTrained(artifacts, input);
	const scorer = await fitScorer(backend, table, specs, trained === null ? options : { ...options, trained });
	const sign = checkSign(scorer, table, createRandom(seed, 'sign-check'));
	requireSign(sign);
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

async function readTrained(artifacts: ArtifactStore, { trained }: TrainScorerInput): Promise<TrainedMembers | null> {
	if (trained === null) return null;
	const kept = takeTensor(await getModel(artifacts, trained.kept), 'kept', Int32Array);
	const parts: Float32Array[][] = [];
	for (const ref of trained.members) {
		const state = await getModel(artifacts, ref);
		const { slices } = state.json as { readonly slices: number };
		parts.push(Array.from({ length: slices }, (_, slice) => takeTensor(state, String(slice), Float32Array)));
	}
	return { kept, parts };
}
