import { CounterfoilError } from '../contracts/errors.ts';
import type { BackendName } from './backend.ts';

export interface AutoregressiveOptions {
	/** Steps of training; the learning rate falls to its end by then. @default `defaultAutoregressiveSteps` */
	readonly steps?: number;
	/** Rows of a batch. @default 256 */
	readonly batchRows?: number;
	/** Numbers that a token is embedded as. @default 16, with many columns and rank 0 less */
	readonly embedding?: number;
	/** Hidden units of each column. @default four times the embedding; with a rank twice */
	readonly hidden?: number;
	/**
	 * Numbers through which columns tell the columns after them what they are; 0: each tells each by itself.
	 *
	 * @default 0 up to 88 columns, 64 beyond
	 */
	readonly rank?: number;
	/** Share of hidden units that a step leaves out; rounded to 256ths. @default 0.25 */
	readonly dropout?: number;
	/** Of Adam, at its highest. @default 0.0025 */
	readonly learningRate?: number;
	/** Longest gradient; longer ones are shortened. @default 5 */
	readonly clipNorm?: number;
	/** Of the moving average of the parameters, per step, over the second half. @default 0.995 */
	readonly averageDecay?: number;
	/** Share of rows that are set aside to see how well rows never seen are predicted. @default 0.05 */
	readonly heldOut?: number;
	/** Steps between two entries of the history. @default 25 */
	readonly historyEverySteps?: number;
}

export type ResolvedAutoregressiveOptions = Required<AutoregressiveOptions>;

/** Passes over the rows by default; half of them lose .03 in quality, twice as many over-fit. */
const EPOCHS = 20;
/**
 * A table of a few thousand rows needs more passes, but with many passes over few rows the rows are learnt by heart.
 * Adult, held-out likelihood of 75, 150, 300 and 600 steps: of 100 rows 75 is best, of 300 rows 150, of 1,000 rows
 * 300; with 600 steps 84 % of generated rows are nearer to one of 100 training rows than to one never seen, with 70
 * steps 65 %, at the same quality.
 */
const STEPS_PER_ROOT_OF_ROWS = 7;
/** Numbers of the first layer at most: the square of the columns times embedding times hidden. */
const MOST_WEIGHTS = 8e6;
const EMBEDDING = 16;
/** 2,000 rows of 500 simulated columns, raked: quality .901 / .938, at rank 0 (embedding 2) .857 / .923. */
const RANK = 64;

const DEFAULTS = {
	batchRows: 256,
	dropout: 0.25,
	// With 256 rows a batch, a warm-up and a long fall.
	learningRate: 2.5e-3,
	clipNorm: 5,
	averageDecay: 0.995,
	heldOut: 0.05,
	historyEverySteps: 25,
} as const;

/** @throws CounterfoilError CONFIG_INVALID */
export function resolveAutoregressiveOptions(
	options: AutoregressiveOptions,
	data: { readonly rows: number; readonly features: number; readonly backend: BackendName },
): ResolvedAutoregressiveOptions {
	const rank = options.rank ?? defaultRank(data.features);
	const embedding = options.embedding ?? (rank > 0 ? EMBEDDING : defaultEmbedding(data.features));
	const resolved = {
		...DEFAULTS,
		steps: defaultAutoregressiveSteps(data),
		hidden: (rank > 0 ? 2 : 4) * embedding,
		...options,
		embedding,
		rank,
	};
	for (const name of ['steps', 'batchRows', 'embedding', 'hidden', 'historyEverySteps'] as const) {
		requireOption(name, Number.isInteger(resolved[name]) && resolved[name] >= 1, 'a whole number from 1');
	}
	requireOption('rank', Number.isInteger(rank) && rank >= 0, 'a whole number from 0');
	for (const name of ['learningRate', 'clipNorm'] as const) {
		requireOption(name, Number.isFinite(resolved[name]) && resolved[name] > 0, 'a number above 0');
	}
	for (const name of ['dropout', 'averageDecay', 'heldOut'] as const) {
		requireOption(name, resolved[name] >= 0 && resolved[name] < 1, 'a number from 0 to below 1');
	}
	return resolved;
}

function defaultRank(features: number): number {
	return defaultEmbedding(features) < EMBEDDING ? RANK : 0;
}

/** At rank 0: 16 up to 88 columns, less where the first layer would grow beyond what a step can be quick with. */
export function defaultEmbedding(features: number): number {
	const most = Math.floor(Math.sqrt(MOST_WEIGHTS / 4) / features);
	return Math.max(2, Math.min(EMBEDDING, most));
}

/** Steps by default: a function of rows and backend, so that the same seed gives the same rows everywhere. */
export function defaultAutoregressiveSteps({ rows, backend }: { rows: number; backend: BackendName }): number {
	const steps = Math.ceil(Math.max(STEPS_PER_ROOT_OF_ROWS * Math.sqrt(rows), (EPOCHS * rows) / DEFAULTS.batchRows));
	return backend === 'node' ? steps : Math.ceil(steps / 4);
}

function requireOption(name: keyof AutoregressiveOptions, isValid: boolean, expected: string): void {
	if (isValid) return;
	throw new CounterfoilError('CONFIG_INVALID', `The generator option "${name}" must be ${expected}.`, {
		where: `option "${name}"`,
		hint: `Set "${name}" to ${expected}, or leave it out.`,
	});
}
