import type { SpanCondition } from '../contracts/features.ts';
import type { ModelState } from '../contracts/model-state.ts';
import type { Random } from '../contracts/random.ts';
import type { BalanceEntry } from './balance.ts';

export type { SpanCondition };

/** Makes encoded rows out of noise. */
export interface Generator {
	readonly kind: 'mlp' | 'autoregressive';
	/**
	 * Draws rows in batches of bounded memory.
	 *
	 * @param conditions choices that every row shall have; they are met by all rows, without exception.
	 * @returns [rows, width of the layout]: hard one-hots in the softmax spans, values in [-1, 1] in the tanh spans.
	 * @throws CounterfoilError CONDITION_INVALID when a condition names no choice of a softmax span.
	 */
	sample(rows: number, random: Random, conditions?: readonly SpanCondition[]): Float32Array;
	toState(): ModelState;
	/** Frees the tensors; the generator cannot be used afterwards. */
	dispose(): void;
}

/** Tells real rows from generated ones. */
export interface Discriminator {
	/**
	 * @param encoded [rows, width of the layout]
	 * @returns [rows]; the larger, the more real the row looks. Each depends on its own row alone.
	 */
	logits(encoded: Float32Array, rows: number): Float32Array;
	toState(): ModelState;
	/** Frees the tensors; the discriminator cannot be used afterwards. */
	dispose(): void;
}

/** What training looked like, for the report: one entry per record, all arrays of one length. */
export interface TrainingHistory {
	readonly step: number[];
	readonly discriminatorLoss: number[];
	/** The adversarial part alone. */
	readonly generatorLoss: number[];
	/** Mean length of the discriminator's gradient with respect to its input, where the penalty looks at it. */
	readonly gradientNorm: number[];
	/** Share of real rows, and of generated ones, on the right side of the decision threshold. */
	readonly realAccuracy: number[];
	readonly fakeAccuracy: number[];
	/** Distance between the second moments of generated and real rows; noise around zero at best, null where it is not matched. */
	readonly momentDistance: (number | null)[];
	/** Which of the two networks was winning, and what was done about it. */
	readonly balance: BalanceEntry[];
}

export interface TrainingProgress {
	readonly step: number;
	/** Step at which this call of `train` ends. */
	readonly untilStep: number;
	readonly history: TrainingHistory;
}

export interface TrainOptions {
	/** Train until this many steps have been done in all; a trainer that is there already returns at once. */
	readonly untilStep: number;
	/** Ends training between two steps with CANCELLED; the trainer can go on afterwards. */
	readonly signal?: AbortSignal;
	/** Called each time the history gets an entry. */
	readonly onProgress?: (progress: TrainingProgress) => void;
	/** Called with what `checkpoint()` returns, when one is due and at the end. */
	readonly onCheckpoint?: (state: ModelState, step: number) => void | Promise<void>;
	/** Asked each time the history gets an entry; what it says changes nothing of what is learnt. @default never due */
	readonly isCheckpointDue?: (step: number) => boolean;
}

/** A generator and a discriminator in the making. */
export interface Trainer {
	/** Steps done. */
	readonly step: number;
	/** Steps that the schedule of the learning rate is laid out for. */
	readonly totalSteps: number;
	readonly history: TrainingHistory;
	/**
	 * @throws CounterfoilError CANCELLED; TRAINING_DIVERGED when values stop being finite and two restarts from
	 * the last good state, each with half the learning rate, do not help.
	 */
	train(options: TrainOptions): Promise<void>;
	/** Everything needed to go on as if nothing had happened: weights, averages, moments, chance, step. */
	checkpoint(): ModelState;
	/** A copy of the generator as it is now, with its averaged weights. */
	generator(): Generator;
	/** A copy of the discriminator as it is now. */
	discriminator(): Discriminator;
	/** Frees the tensors; the trainer cannot be used afterwards, its copies can. */
	dispose(): void;
}
