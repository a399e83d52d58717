import { runTask } from '../compute/run-task.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import type { ArtifactRef, TrainingPlan } from '../contracts/pipeline.ts';
import type { RunConfig } from '../contracts/run-config.ts';
import type { StepProgress } from '../contracts/steps.ts';
import type { AugmentationAdvice } from '../learn/augmentation-advice.ts';
import { parseAugmentationTarget } from '../learn/augmentation-target.ts';
import { getDataset } from '../store/datasets.ts';
import { getModel } from '../store/models.ts';
import { getStepOutputOfModel } from '../store/run-steps.ts';
import type { Store } from '../store/store.ts';
import type { Workspace } from './open-workspace.ts';

export interface AdviceRequest {
	/** Id of the model, its name, or name@version. */
	readonly model: string;
	/** Column that tells the classes, and which of them is rare; null: the rarest. */
	readonly label: string;
	readonly value: string | null;
	/** `f1`, `ap` or `recall@0.9`. */
	readonly target: string;
	/** @default 5; with `trainingRows` 10 */
	readonly folds?: number;
	/** @default 2; with `trainingRows` always 1 */
	readonly repeats?: number;
	/** Rows to learn from at a time, as if the table had no more; each fold is then a part that learns by itself. */
	readonly trainingRows?: number;
	/** @default 1 */
	readonly seed?: number;
}

export interface ModelAdvice extends AugmentationAdvice {
	readonly modelId: string;
	readonly label: string;
	/** The rare class. */
	readonly value: string;
}

export interface AdviceWork {
	readonly signal: AbortSignal;
	readonly onProgress: (progress: StepProgress) => void;
}

/** Longer tables are cut to a sample of about so many rows: a fold trains a generator on most of them. */
const MAX_ROWS = 20_000;
/** The same where generators are trained on parts of them only. */
const MAX_ROWS_OF_PARTS = 100_000;

/**
 * Whether synthetic rows of the kind that a model makes help a supervised model, measured anew in a compute process;
 * nothing of it is stored.
 *
 * @throws CounterfoilError NOT_FOUND, CONFIG_INVALID, COLUMN_UNKNOWN, TABLE_UNTRAINABLE, CANCELLED
 */
export async function adviseOnModel(
	workspace: Workspace,
	request: AdviceRequest,
	{ signal, onProgress }: AdviceWork,
): Promise<ModelAdvice> {
	const { store } = workspace;
	// A target that means nothing is told before anything is loaded.
	parseAugmentationTarget(request.target);
	const model = await getModel(store, request.model);
	if (model.dataset_id === null) {
		throw new CounterfoilError('NOT_FOUND', 'the table that the model was trained on is not known', {
			where: `model ${model.model_id}`,
		});
	}
	const dataset = await getDataset(store, model.dataset_id);
	const ref = (uri: string | null, sha256: string | null): ArtifactRef => {
		if (uri !== null) return { uri, sha256: sha256 ?? '', bytes: 0 };
		throw new CounterfoilError('MODEL_INVALID', 'the model is not complete', { where: `model ${model.model_id}` });
	};
	const { generator } = JSON.parse(model.config_json) as RunConfig;
	if (generator.privacy) {
		throw new CounterfoilError('CONFIG_INVALID', 'advice is not measured for a private generator', {
			where: `model ${model.model_id}`,
			hint: 'the advice trains generators on parts of the table, without noise: train a model without --private for it',
		});
	}
	const trainingRows = request.trainingRows ?? null;
	const { label, value, advice } = await runTask(
		'adviseAugmentation',
		{
			manifest: ref(dataset.manifest_uri, null),
			generator: ref(model.generator_uri, model.generator_sha256),
			training: { ...generator, ...(trainingRows === null ? await ownSteps(store, model.model_id) : {}) },
			label: request.label,
			value: request.value,
			target: request.target,
			folds: request.folds ?? (trainingRows === null ? 5 : 10),
			repeats: request.repeats ?? 2,
			trainingRows,
			maxRows: trainingRows === null ? MAX_ROWS : MAX_ROWS_OF_PARTS,
			seed: request.seed ?? 1,
		},
		{ step: 'adviseAugmentation', attempt: 1, previous: null, signal, report: onProgress },
		workspace.compute,
	);
	return { modelId: model.model_id, label, value, ...(JSON.parse(advice) as AugmentationAdvice) };
}

/** Steps that a time budget was turned into, which a smaller table would not have. */
async function ownSteps(store: Store, modelId: string): Promise<Pick<TrainingPlan, 'steps'> | null> {
	const plan = (await getStepOutputOfModel(store, modelId, 'planTraining')) as TrainingPlan | null;
	return plan === null ? null : { steps: plan.steps };
}
