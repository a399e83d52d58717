import { CounterfoilError } from '../contracts/errors.ts';
import type { ModelState, TensorData } from '../contracts/model-state.ts';
import type { Random } from '../contracts/random.ts';
import type { TokenColumn } from '../contracts/tokens.ts';
import {
	type AutoregressiveGenerator,
	restoreAutoregressiveGenerator,
	type TokenSampleOptions,
} from './autoregressive-generator.ts';
import type { Backend } from './backend.ts';
import { drawByWeight, type MomentTargets, rakeWeights } from './moment-critic.ts';
import { restoreTokenDiscriminator, type TokenDiscriminator } from './token-discriminator.ts';

/** What rows are drawn from and judged by. */
export interface JudgedParts {
	readonly columns: readonly TokenColumn[];
	readonly generator: AutoregressiveGenerator;
	/** Null: rows are not weighted by a discriminator. */
	readonly discriminator: TokenDiscriminator | null;
	/** Null: rows are not raked. */
	readonly moments: MomentTargets | null;
	/** Rows of the pool for one that is drawn, from 1, and the weight that no row exceeds. */
	readonly poolShare: number;
}

/** A generator whose rows are the best of a pool. */
export interface JudgedGenerator {
	/**
	 * Draws rows in parts of bounded memory: of each part a pool several times as large is generated, weighted by the
	 * odds that the discriminator gives each row of being real, raked to the tables of the real rows, and drawn from by
	 * weight. Under conditions there is no table to rake to, so only the discriminator weighs; where cells are given
	 * row by row, or another temperature is asked for, rows are as the generator draws them.
	 *
	 * @returns [rows, features] tokens
	 */
	sample(rows: number, random: Random, options?: TokenSampleOptions): Int32Array;
	toState(): ModelState;
	/** Frees generator and discriminator too. */
	dispose(): void;
}

/** Shares of the pool to choose from. */
const POOL_SHARES = [1.5, 2, 3, 4] as const;
/** Where none of these will do. */
const LARGEST_POOL_SHARE = 6;
/** Rows that the share is chosen by at most. */
const MOST_SHARE_ROWS = 50_000;
/** Part of the weight that a pool may cut off: above, quality falls (docs/gan.md has the figures). */
const MOST_CUT_OFF = 0.06;
/** Rows that are drawn out of one pool: enough for its tables to be those of the whole. */
const ROWS_PER_POOL = 16_384;
/** A pool smaller than this has no tables to speak of. */
const FEWEST_POOL_ROWS = 2_000;

export function createJudgedGenerator(parts: JudgedParts): JudgedGenerator {
	const { columns, generator, poolShare } = parts;
	const features = columns.length;

	function sample(rows: number, random: Random, options: TokenSampleOptions = {}): Int32Array {
		const isAsItIs = options.given !== undefined || (options.temperature ?? 1) !== 1;
		if (isAsItIs || (parts.discriminator === null && parts.moments === null)) {
			return generator.sample(rows, random, options);
		}
		const isFree = (options.shares ?? []).every((shares) => shares === null);
		const drawn = new Int32Array(rows * features);
		for (let start = 0; start < rows; start += ROWS_PER_POOL) {
			const count = Math.min(ROWS_PER_POOL, rows - start);
			const poolRows = Math.max(FEWEST_POOL_ROWS, Math.ceil(poolShare * count));
			const pool = generator.sample(poolRows, random, options);
			const weights = weighRows(isFree ? parts : { ...parts, moments: null }, pool, poolRows / count);
			for (const [i, row] of drawByWeight(weights, count, random).entries()) {
				drawn.set(pool.subarray(row * features, (row + 1) * features), (start + i) * features);
			}
		}
		return drawn;
	}

	return {
		sample,
		toState: () => judgedState(parts),
		dispose: () => {
			generator.dispose();
			parts.discriminator?.dispose();
		},
	};
}

/** How much each row of a pool counts: its odds of being real, raked; mean 1, none above the limit. */
function weighRows(
	{ columns, discriminator, moments }: Omit<JudgedParts, 'generator' | 'poolShare'>,
	pool: Int32Array,
	mostWeight: number,
): Float64Array {
	const odds = oddsOf(discriminator, pool, pool.length / columns.length, mostWeight);
	return moments === null ? odds : rakeWeights(columns, pool, moments, odds, { mostWeight });
}

/** Odds of being real, mean 1 before the largest are cut. */
function oddsOf(
	discriminator: TokenDiscriminator | null,
	pool: Int32Array,
	poolRows: number,
	mostWeight: number,
): Float64Array {
	if (discriminator === null || discriminator.scale === 0) return new Float64Array(poolRows).fill(1);
	const logits = discriminator.logits(pool);
	const largest = logits.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
	const odds = Float64Array.from(logits, (logit) => Math.exp(logit - largest));
	const mean = odds.reduce((sum, value) => sum + value, 0) / poolRows;
	return odds.map((value) => Math.min(mostWeight, value / mean));
}

/**
 * The smallest pool that leaves rows their weight: the better the generator, the fewer of its rows have to be thrown
 * away.
 *
 * @param pool [rows, features] tokens of generated rows
 */
export function choosePoolShare(parts: Omit<JudgedParts, 'generator' | 'poolShare'>, pool: Int32Array): number {
	const some = pool.subarray(0, MOST_SHARE_ROWS * parts.columns.length);
	const weights = weighRows(parts, some, LARGEST_POOL_SHARE);
	const cutOff = (share: number) => weights.reduce((sum, weight) => sum + Math.max(0, weight - share), 0);
	return POOL_SHARES.find((share) => cutOff(share) <= MOST_CUT_OFF * weights.length) ?? LARGEST_POOL_SHARE;
}

const KIND = 'judged-generator';

interface StoredJudged {
	readonly kind: typeof KIND;
	readonly columns: readonly TokenColumn[];
	readonly generator: unknown;
	readonly discriminator: unknown;
	readonly moments: { readonly rows: number; readonly pairs: readonly (readonly [number, number])[] } | null;
	/** Models of before the share was chosen have none. */
	readonly poolShare?: number;
}

function judgedState({ columns, generator, discriminator, moments, poolShare }: JudgedParts): ModelState {
	const tensors: Record<string, TensorData> = {};
	const keep = (name: string, state: ModelState) => {
		for (const [key, tensor] of Object.entries(state.tensors)) tensors[`${name}/${key}`] = tensor;
		return state.json;
	};
	const put = (name: string, data: Float64Array) => {
		tensors[name] = { shape: [data.length], data };
	};
	for (const [feature, counts] of (moments?.singles ?? []).entries()) put(`moments/single/${feature}`, counts);
	for (const [pair, { counts }] of (moments?.pairs ?? []).entries()) put(`moments/pair/${pair}`, counts);
	const json: StoredJudged = {
		kind: KIND,
		columns,
		generator: keep('generator', generator.toState()),
		discriminator: discriminator === null ? null : keep('discriminator', discriminator.toState()),
		moments:
			moments === null
				? null
				: { rows: moments.rows, pairs: moments.pairs.map(({ first, second }) => [first, second] as const) },
		poolShare,
	};
	return { json, tensors };
}

/** @throws CounterfoilError MODEL_INVALID */
export function restoreJudgedGenerator(backend: Backend, state: ModelState): JudgedGenerator {
	const stored = state.json as StoredJudged;
	if (stored?.kind !== KIND) throw invalid('its kind is another');
	const part = (name: string, json: unknown): ModelState => {
		const own = Object.entries(state.tensors).filter(([key]) => key.startsWith(`${name}/`));
		return { json, tensors: Object.fromEntries(own.map(([key, tensor]) => [key.slice(name.length + 1), tensor])) };
	};
	const take = (name: string): Float64Array => {
		const data = state.tensors[name]?.data;
		if (!(data instanceof Float64Array)) throw invalid(`the array "${name}" is missing`);
		return data;
	};
	const { columns, moments, poolShare = LARGEST_POOL_SHARE } = stored;
	return createJudgedGenerator({
		columns,
		poolShare,
		generator: restoreAutoregressiveGenerator(backend, part('generator', stored.generator)),
		discriminator:
			stored.discriminator === null
				? null
				: restoreTokenDiscriminator(backend, part('discriminator', stored.discriminator)),
		moments:
			moments === null
				? null
				: {
						rows: moments.rows,
						singles: columns.map((_, feature) => take(`moments/single/${feature}`)),
						pairs: moments.pairs.map(([first, second], pair) => ({
							first,
							second,
							counts: take(`moments/pair/${pair}`),
						})),
					},
	});
}

function invalid(reason: string): CounterfoilError {
	return new CounterfoilError('MODEL_INVALID', `The stored generator cannot be read: ${reason}.`, {
		hint: 'Train the model again with this version.',
	});
}
