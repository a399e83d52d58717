import { CounterfoilError } from '../contracts/errors.ts';
import type { FeatureTable } from '../contracts/features.ts';
import type { ModelState } from '../contracts/model-state.ts';
import type { Backend } from '../gan/backend.ts';
import { type Background, backgroundState, readBackground } from './background/background.ts';
import { type Ensemble, ensembleState, readEnsemble, scoreEnsemble } from './ensemble.ts';
import { joinStates, splitStates } from './join-states.ts';
import { restoreScorer } from './restore-scorer.ts';
import type { ScoredRows, ScoreOptions, Scorer } from './scorer.ts';

/** Everything that scoring rows and giving reasons takes, stored as one. */
export interface ScoringModel {
	readonly scorer: Scorer;
	readonly background: Background;
	/** Null where the score stands alone. */
	readonly ensemble: Ensemble | null;
}

export interface ModelScores extends ScoredRows {
	/** [rows]: what rows are ordered by, highest first: the surprise, or with an ensemble the mean rank. */
	readonly order: Float64Array;
}

/** Scores rows by the scorer; with an ensemble, `score` and `pValue` are those of the mean rank. */
export function scoreWithModel(
	{ scorer, ensemble }: Pick<ScoringModel, 'scorer' | 'ensemble'>,
	table: FeatureTable,
	options: ScoreOptions = {},
): ModelScores {
	const scored = scorer.score(table, options);
	if (ensemble === null) return { ...scored, order: scored.surprise };
	return { ...scored, ...scoreEnsemble(ensemble, table, scored) };
}

const FORMAT = 'counterfoil-scoring-1';

export function scoringModelState({ scorer, background, ensemble }: ScoringModel): ModelState {
	const { json, tensors } = joinStates({
		scorer: scorer.toState(),
		background: backgroundState(background),
		...(ensemble === null ? {} : { ensemble: ensembleState(ensemble) }),
	});
	return { json: { format: FORMAT, parts: json }, tensors };
}

/**
 * The caller disposes the scorer.
 *
 * @throws CounterfoilError MODEL_INVALID
 */
export function restoreScoringModel(backend: Backend, state: ModelState): ScoringModel {
	const { scorer, background } = splitStates(partsOf(state), ['scorer', 'background']);
	return {
		scorer: restoreScorer(backend, scorer),
		background: readBackground(background),
		ensemble: readStoredEnsemble(state),
	};
}

/** The ensemble of a stored model, without the rest of it; null if it has none. */
export function readStoredEnsemble(state: ModelState): Ensemble | null {
	const { ensemble } = splitStates(partsOf(state), ['ensemble']);
	return ensemble.json === undefined ? null : readEnsemble(ensemble);
}

function partsOf(state: ModelState): ModelState {
	const stored = state.json as { readonly format?: unknown; readonly parts?: unknown };
	if (stored?.format === FORMAT) return { json: stored.parts, tensors: state.tensors };
	throw new CounterfoilError('MODEL_INVALID', 'The stored scorer cannot be read: its format is not known.', {
		hint: 'Train the model again with this version.',
	});
}
