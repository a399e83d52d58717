import type { ModelState } from '../contracts/model-state.ts';
import type { Backend } from '../gan/backend.ts';
import type { Scorer } from './scorer.ts';
import { openScorer } from './scorer.ts';
import { readScorerState } from './scorer-state.ts';

/**
 * A scorer as it was when `toState` was called.
 *
 * @throws CounterfoilError MODEL_INVALID
 */
export function restoreScorer(backend: Backend, state: ModelState): Scorer {
	return openScorer(backend, readScorerState(state));
}
