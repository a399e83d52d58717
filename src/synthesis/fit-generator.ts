import type { FeatureSpec, FeatureTable } from '../contracts/features.ts';
import type { ModelState } from '../contracts/model-state.ts';
import type { Backend } from '../gan/backend.ts';
import { restoreAutoregressiveTable, startAutoregressive } from './autoregressive-table.ts';
import { restoreMlpTable, startMlp } from './mlp-table.ts';
import type { GeneratorKind, GeneratorTraining, TableGenerator } from './table-generator.ts';

export interface GeneratorOptions {
	/** @default 'autoregressive' */
	readonly kind?: GeneratorKind;
	/** Training steps. @default by rows, width and backend */
	readonly steps?: number;
	/** Autoregressive: steps of the discriminator that judges the rows; 0 leaves it out. @default by rows */
	readonly judgeSteps?: number;
	/** Goes on from here, with the same table, seed and options. @default from the beginning */
	readonly checkpoint?: ModelState | null;
}

/**
 * Starts the training of a generator on the rows of a table.
 *
 * @throws CounterfoilError TABLE_UNTRAINABLE, CONFIG_INVALID, MODEL_INVALID
 */
export function startGenerator(
	backend: Backend,
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	seed: number,
	{ kind = 'autoregressive', checkpoint = null, ...options }: GeneratorOptions = {},
): GeneratorTraining {
	const start = kind === 'mlp' ? startMlp : startAutoregressive;
	return start(backend, table, specs, seed, options, checkpoint);
}

/** @throws CounterfoilError MODEL_INVALID */
export function restoreGenerator(backend: Backend, state: ModelState): TableGenerator {
	const { kind } = state.json as { readonly kind?: unknown };
	return kind === 'mlp-table' ? restoreMlpTable(backend, state) : restoreAutoregressiveTable(backend, state);
}
