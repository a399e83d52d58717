import type { Tensor } from '@tensorflow/tfjs';
import { CounterfoilError } from '../contracts/errors.ts';
import type { ModelState } from '../contracts/model-state.ts';
import type { Random } from '../contracts/random.ts';
import type { AutoregressiveShape } from './autoregressive-network.ts';
import type { Backend } from './backend.ts';
import { createColumnDrawer, type RowsInMaking } from './column-drawer.ts';
import { drawChoice } from './draw-choice.ts';
import { readSettings, readTensor } from './model-parts.ts';
import { createTokenNetwork } from './token-network.ts';

export interface TokenSampleOptions {
	/** Per feature, [tokens] what the odds of each token are multiplied by, 0 to 1; null: nothing. @default nothing */
	readonly shares?: readonly (Float32Array | null)[];
	/** [rows, features]: tokens that are given, -1 where one is to be drawn; all rows have the same features given. */
	readonly given?: Int32Array;
	/** Below 1 rows are more usual than real ones, above 1 less. @default 1 */
	readonly temperature?: number;
}

/** Draws rows of tokens, column by column. */
export interface AutoregressiveGenerator {
	readonly kind: 'autoregressive';
	/**
	 * @returns [rows, features]. What is given or restricted comes first in the order of drawing, so every row meets it.
	 * @throws CounterfoilError CONDITION_INVALID when a feature may have no token at all.
	 */
	sample(rows: number, random: Random, options?: TokenSampleOptions): Int32Array;
	/**
	 * -log p of each column given those before it in the order, in nats: [rows, features].
	 *
	 * @param order a permutation of the features; @default one drawn for each block of rows
	 */
	surprisal(tokens: Int32Array, random: Random, order?: ArrayLike<number>): Float32Array;
	toState(): ModelState;
	/** Frees the tensors; the generator cannot be used afterwards. */
	dispose(): void;
}

/** Rows that are drawn in one order. */
const ROWS_PER_ORDER = 4096;

/** @param parameters flat, in the order of the plan's layout; kept, not copied. */
export function createAutoregressiveGenerator(
	backend: Backend,
	shape: AutoregressiveShape,
	parameters: Float32Array,
): AutoregressiveGenerator {
	const { tf } = backend;
	const network = createTokenNetwork(backend, shape);
	const { features, embedding, hidden, columns, rank } = network.plan;
	const flat = tf.tensor1d(parameters);
	const drawer = createColumnDrawer(backend, network.plan, parameters);

	function sample(rows: number, random: Random, options: TokenSampleOptions = {}): Int32Array {
		const { shares: limits = [], given, temperature = 1 } = options;
		const isGiven = columns.map((_, feature) => given !== undefined && (given[feature] as number) >= 0);
		const bars = columns.map((_, feature) => barOf(limits[feature] ?? null, feature));
		const drawn = new Int32Array(rows * features);
		for (let start = 0; start < rows; start += ROWS_PER_ORDER) {
			const count = Math.min(ROWS_PER_ORDER, rows - start);
			const shuffled = [...random.permutation(features)];
			const turn = (feature: number) => (isGiven[feature] ? 0 : bars[feature] !== null ? 1 : 2);
			const order = shuffled.sort((a, b) => turn(a) - turn(b));
			const making = drawer.begin(count);
			for (const feature of order) {
				const { tokens } = columns[feature] as { tokens: number };
				const at = (row: number) => (start + row) * features + feature;
				if (isGiven[feature]) {
					for (let row = 0; row < count; row++) drawn[at(row)] = (given as Int32Array)[at(row)] as number;
				} else {
					const shares = sharesOf(making, feature, bars[feature] ?? null, temperature);
					const perRow = shares.length === tokens ? 0 : tokens;
					for (let row = 0; row < count; row++)
						drawn[at(row)] = drawChoice(shares, row * perRow, tokens, random.uniform());
				}
				making.tell(feature, (row) => drawn[at(row)] as number);
			}
			making.dispose();
		}
		return drawn;
	}

	/** Probabilities of a column's tokens, [rows, tokens]; [1, tokens] where all rows have the same. */
	function sharesOf(
		making: RowsInMaking,
		feature: number,
		bar: Float32Array | null,
		temperature: number,
	): Float32Array {
		const shares = tf.tidy(() => {
			let logits: Tensor = making.logitsTensor(feature);
			if (temperature !== 1) logits = tf.div(logits, temperature);
			if (bar !== null) logits = tf.add(logits, tf.tensor2d(bar, [1, bar.length]));
			return tf.softmax(logits);
		});
		const values = shares.dataSync() as Float32Array;
		shares.dispose();
		return values;
	}

	function surprisal(tokens: Int32Array, random: Random, order?: ArrayLike<number>): Float32Array {
		const rows = tokens.length / features;
		const all = new Float32Array(tokens.length);
		for (let start = 0; start < rows; start += ROWS_PER_ORDER) {
			const count = Math.min(ROWS_PER_ORDER, rows - start);
			const batch = {
				tokens: tokens.subarray(start * features, (start + count) * features),
				rows: count,
				order: order ?? random.permutation(features),
				dropout: null,
				weights: null,
			};
			const tensor = tf.tidy(() => tf.transpose(network.surprisalTensor(flat, batch)));
			all.set(tensor.dataSync() as Float32Array, start * features);
			tensor.dispose();
		}
		return all;
	}

	return {
		kind: 'autoregressive',
		sample,
		surprisal,
		toState: () => ({
			json: { kind: 'autoregressive-generator', columns, embedding, hidden, rank: rank ?? null },
			tensors: { parameters: { shape: [parameters.length], data: parameters } },
		}),
		dispose: () => {
			flat.dispose();
			drawer.dispose();
		},
	};
}

/** @throws CounterfoilError MODEL_INVALID */
export function restoreAutoregressiveGenerator(backend: Backend, state: ModelState): AutoregressiveGenerator {
	const names = ['columns', 'embedding', 'hidden', 'rank'] as const;
	const { rank, ...dense } = readSettings<Stored>(state, 'autoregressive-generator', names);
	const shape = rank === null ? dense : { ...dense, rank };
	const { layout } = createTokenNetwork(backend, shape).plan;
	return createAutoregressiveGenerator(backend, shape, readTensor(state, 'parameters', layout.total));
}

/** A shape as JSON. */
type Stored = Omit<AutoregressiveShape, 'rank'> & { readonly rank: number | null };

/** Added to the log-odds of a column's tokens, [tokens]; null where none is limited. */
function barOf(shares: Float32Array | null, feature: number): Float32Array | null {
	if (shares === null) return null;
	if (shares.some((share) => share > 0)) return shares.map((share) => (share > 0 ? Math.log(share) : -1e9));
	throw new CounterfoilError('CONDITION_INVALID', 'No value that the column can have meets the condition.', {
		where: `feature ${feature}`,
		hint: 'Ask for values that the training rows have.',
	});
}
