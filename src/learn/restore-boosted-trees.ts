import type { ModelState } from '../contracts/model-state.ts';
import { assembleTrees, type BoostedTrees } from './boosted-trees.ts';
import { partsFromState } from './tree-state.ts';

/** @throws CounterfoilError MODEL_INVALID */
export function restoreBoostedTrees(state: ModelState): BoostedTrees {
	return assembleTrees(partsFromState(state));
}
