import type { FeatureDomain } from '../contracts/conditions.ts';
import type { FeatureTable } from '../contracts/features.ts';
import type { GeneratorHistory } from '../contracts/generator-history.ts';
import type { ModelState } from '../contracts/model-state.ts';
import type { Random } from '../contracts/random.ts';

export type GeneratorKind = 'autoregressive' | 'mlp';

export interface DrawOptions {
	/** What the features shall be, one per feature; null: anything. @default anything */
	readonly domains?: readonly (FeatureDomain | null)[];
	/** Below 1 rows are more usual than real ones, above 1 less. @default 1 */
	readonly temperature?: number;
}

/** Makes rows of features; both kinds of generator stand behind it. */
export interface TableGenerator {
	readonly kind: GeneratorKind;
	/**
	 * Draws rows in memory that grows with `rows`. Rows lie in the domains as far as the generator can be made to:
	 * `autoregressive` always, `mlp` where a single value is asked for. What is left to drop is for the caller.
	 */
	sample(rows: number, random: Random, options?: DrawOptions): FeatureTable;
	/**
	 * Draws what is not known of each row, given what is.
	 *
	 * @param known one per feature: whether its values are given, the same for all rows
	 * @returns the table with the missing features drawn; the known ones are as they were
	 * @throws CounterfoilError CONFIG_INVALID when this kind of generator cannot
	 */
	complete(table: FeatureTable, known: readonly boolean[], random: Random, temperature?: number): FeatureTable;
	toState(): ModelState;
	/** Frees the tensors; the generator cannot be used afterwards. */
	dispose(): void;
}

/** How far a training is, all of its parts in one count. */
export interface FitProgress {
	/** What is being done, for people. */
	readonly phase: string;
	readonly done: number;
	readonly total: number;
}

export interface FitOptions {
	/** Ends the training with CANCELLED; it can go on afterwards. */
	readonly signal?: AbortSignal;
	/** Called first with where the training begins, which after an interruption is the last checkpoint. */
	readonly onProgress?: (progress: FitProgress) => void;
	readonly onCheckpoint?: (state: ModelState) => void | Promise<void>;
	/** Asked each time the history of the network gets an entry. @default never due */
	readonly isCheckpointDue?: () => boolean;
}

/** A generator in the making. */
export interface GeneratorTraining {
	/** Trains to the end. @throws CounterfoilError CANCELLED, TRAINING_DIVERGED */
	finish(options?: FitOptions): Promise<FittedGenerator>;
	dispose(): void;
}

/** What a training ends with. */
export interface FittedGenerator {
	readonly generator: TableGenerator;
	/** The discriminator of a plain GAN, which judges any row; null where it is a part of the generator. */
	readonly discriminator: ModelState | null;
	/** Steps that were done. */
	readonly steps: number;
	/** Curves for the report, plain JSON. */
	readonly history: GeneratorHistory;
}
