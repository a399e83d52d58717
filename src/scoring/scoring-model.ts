import { CounterfoilError } from '../contracts/errors.ts';
import type { ModelState, TensorData } from '../contracts/model-state.ts';
import type { Backend } from '../gan/backend.ts';
import { type Background, backgroundState, readBackground } from './background/background.ts';
import { restoreScorer } from './restore-scorer.ts';
import type { Scorer } from './scorer.ts';

/** Everything that scoring rows and giving reasons takes, stored as one. */
export interface ScoringModel {
	readonly scorer: Scorer;
	readonly background: Background;
}

const FORMAT = 'counterfoil-scoring-1';

type Parts = Readonly<Record<string, ModelState>>;

export function scoringModelState({ scorer, background }: ScoringModel): ModelState {
	const parts: Parts = { scorer: scorer.toState(), background: backgroundState(background) };
	const tensors: Record<string, TensorData> = {};
	const json: Record<string, unknown> = {};
	for (const [part, state] of Object.entries(parts)) {
		json[part] = state.json;
		for (const [name, tensor] of Object.entries(state.tensors)) tensors[`${part}/${name}`] = tensor;
	}
	return { json: { format: FORMAT, parts: json }, tensors };
}

/**
 * @param backend the caller disposes the scorer.
 * @throws CounterfoilError MODEL_INVALID
 */
export function restoreScoringModel(backend: Backend, state: ModelState): ScoringModel {
	const part = partsOf(state);
	return { scorer: restoreScorer(backend, part('scorer')), background: readBackground(part('background')) };
}

function partsOf(state: ModelState): (name: string) => ModelState {
	const stored = state.json as { readonly format?: unknown; readonly parts?: Readonly<Record<string, unknown>> };
	if (stored?.format !== FORMAT || stored.parts === undefined) {
		throw new CounterfoilError('MODEL_INVALID', 'The stored scorer cannot be read: its format is not known.', {
			hint: 'Train the model again with this version.',
		});
	}
	const { parts } = stored;
	return (name) => {
		const tensors: Record<string, TensorData> = {};
		for (const [path, tensor] of Object.entries(state.tensors)) {
			if (path.startsWith(`${name}/`)) tensors[path.slice(name.length + 1)] = tensor;
		}
		return { json: parts[name], tensors };
	};
}
