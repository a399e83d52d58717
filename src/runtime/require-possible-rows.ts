import { loadStoredSource } from '../compute/row-source.ts';
import type { GenerationPlan } from '../contracts/conditions.ts';
import { getModel } from '../store/models.ts';
import { planDraw } from '../synthesis/draw-rows.ts';
import type { Workspace } from './open-workspace.ts';

/**
 * Holds the rows that are asked for against what the model can make, before anything of the run is noted.
 *
 * @throws CounterfoilError CONDITION_INVALID
 */
export async function requirePossibleRows(
	{ store, artifacts }: Workspace,
	modelId: string,
	plan: GenerationPlan,
): Promise<void> {
	// The rows of a file may have what the model does not know, which is told of each column as they are completed.
	if (plan.complete !== null) return;
	const { generator_uri: generator, profile_uri: profile } = await getModel(store, modelId);
	if (generator === null || profile === null) return;
	planDraw(await loadStoredSource(artifacts, { generator: { uri: generator }, profile: { uri: profile } }), plan);
}
