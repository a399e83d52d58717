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

/** Rows of the pool for one that is drawn, and the weight that no row exceeds. */
const POOL_SHARE = 6;
/** Rows that are drawn out of one pool: enough for its tables to be those of the whole. */
const ROWS_PER_POOL = 16_384;
/** A pool smaller than this has no tables to speak of. */
const FEWEST_POOL_ROWS = 2_000;

export function createJudgedGenerator(parts: JudgedParts): JudgedGenerator {
	const { columns, generator, discriminator, moments } = parts;
	const features = columns.length;

	function sample(rows: number, random: Random, options: TokenSampleOptions = {}): Int32Array {
		const isAsItIs = options.given !== undefined || (options.temperature ?? 1) !== 1;
		if (isAsItIs || (discriminator === null && moments === null)) {
			return generator.sample(rows, random, options);
		}
		const isFree = (options.shares ?? []).every((shares) => shares === null);
		const drawn = new Int32Array(rows * features);
		for (let start = 0; start < rows; start += ROWS_PER_POOL) {
			const count = Math.min(ROWS_PER_POOL, rows - start);
			const poolRows = Math.max(FEWEST_POOL_ROWS, POOL_SHARE * count);
			const pool = generator.sample(poolRows, random, options);
			const mostWeight = poolRows / count;
			let weights = oddsOf(pool, poolRows, mostWeight);
			if (moments !== null && isFree) weights = rakeWeights(columns, pool, moments, weights, { mostWeight });
			for (const [i, row] of drawByWeight(weights, count, random).entries()) {
				drawn.set(pool.subarray(row * features, (row + 1) * features), (start + i) * features);
			}
		}
		return drawn;
	}

	/** Odds of being real, mean 1 before the largest are cut. */
	function oddsOf(pool: Int32Array, poolRows: number, mostWeight: number): Float64Array {
		if (discriminator === null || discriminator.scale === 0) return new Float64Array(poolRows).fill(1);
		const logits = discriminator.logits(pool);
		const largest = logits.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
		const odds = Float64Array.from(logits, (logit) => Math.exp(logit - largest));
		const mean = odds.reduce((sum, value) => sum + value, 0) / poolRows;
		return odds.map((value) => Math.min(mostWeight, value / mean));
	}

	return {
		sample,
		toState: () => judgedState(parts),
		dispose: () => {
			generator.dispose();
			discriminator?.dispose();
		},
	};
}

const KIND = 'judged-generator';

interface StoredJudged {
	readonly kind: typeof KIND;
	readonly columns: readonly TokenColumn[];
	readonly generator: unknown;
	readonly discriminator: unknown;
	readonly moments: { readonly rows: number; readonly pairs: readonly (readonly [number, number])[] } | null;
}

function judgedState({ columns, generator, discriminator, moments }: JudgedParts): ModelState {
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
	const { columns, moments } = stored;
	return createJudgedGenerator({
		columns,
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
