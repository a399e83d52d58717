import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import type { AutoregressivePlan } from './autoregressive-network.ts';
import type { Backend } from './backend.ts';
import { type FactorisedPlan, splitFactorised, sumScale } from './factorised-network.ts';
import { splitParameters } from './parameter-layout.ts';

/** The parameters of a network as drawing rows column by column needs them. */
export interface ColumnDrawer {
	/** @param rows of which no column is known yet */
	begin(rows: number): RowsInMaking;
	dispose(): void;
}

/** Rows of which some columns are known. */
export interface RowsInMaking {
	/** Log-odds of a column's tokens given the columns that are known: [rows, tokens]; call inside a tidy. */
	logitsTensor(feature: number): Tensor2D;
	/** Makes a column known. @param tokenAt of each row */
	tell(feature: number, tokenAt: (row: number) => number): void;
}

/** @param parameters flat, in the order of the plan's layout */
export function createColumnDrawer(backend: Backend, plan: AutoregressivePlan, parameters: Float32Array): ColumnDrawer {
	const { rank } = plan;
	return rank === undefined
		? drawFromDense(backend, plan, parameters)
		: drawFromSums(backend, { ...plan, rank }, parameters);
}

function drawFromDense({ tf }: Backend, plan: AutoregressivePlan, parameters: Float32Array): ColumnDrawer {
	const { features, embedding: e, hidden: h, columns, offsets } = plan;
	const heads = columns.map(({ tokens }, feature) => headOf(feature, tokens));

	/** What one column is drawn by. */
	function headOf(feature: number, tokens: number) {
		return tf.tidy(() => {
			const flat = tf.tensor1d(parameters);
			const [, first, firstBias, head, headBias] = splitParameters(tf, flat, plan.layout);
			return {
				first: tf.slice(first as Tensor2D, [0, feature * h], [-1, h]),
				firstBias: tf.slice(firstBias as Tensor2D, [0, feature * h], [-1, h]),
				head: tf.reshape(tf.slice(head as never, [feature, 0, 0], [1, h, tokens]), [h, tokens]),
				headBias: tf.reshape(tf.slice(headBias as never, [feature, 0, 0], [1, 1, tokens]), [1, tokens]),
			};
		}) as unknown as Record<'first' | 'firstBias' | 'head' | 'headBias', Tensor2D>;
	}

	function begin(rows: number): RowsInMaking {
		// Embedded tokens; 0 where a column is not known.
		const x = new Float32Array(rows * features * e);
		return {
			logitsTensor(feature) {
				const { first, firstBias, head, headBias } = heads[feature] as (typeof heads)[number];
				const hidden = tf.relu(tf.add(tf.matMul(tf.tensor2d(x, [rows, features * e]), first), firstBias));
				return tf.add(tf.matMul(hidden as Tensor2D, head), headBias);
			},
			tell(feature, tokenAt) {
				for (let row = 0; row < rows; row++) {
					const from = ((offsets[feature] as number) + tokenAt(row)) * e;
					x.set(parameters.subarray(from, from + e), (row * features + feature) * e);
				}
			},
		};
	}

	return { begin, dispose: () => tf.dispose(heads.flatMap((head) => Object.values(head))) };
}

function drawFromSums({ tf }: Backend, plan: FactorisedPlan, parameters: Float32Array): ColumnDrawer {
	const { embedding: e, hidden: h, rank, columns, offsets } = plan;
	const heads = tf.tidy(() => {
		const { out, bias, heads, headBias } = splitFactorised(tf, tf.tensor1d(parameters), plan);
		return columns.map(({ tokens }, feature) => ({
			out: tf.reshape(tf.slice(out as Tensor3D, [feature, 0, 0], [1, -1, -1]), [rank, h]),
			bias: tf.reshape(tf.slice(bias as Tensor3D, [feature, 0, 0], [1, 1, h]), [1, h]),
			head: tf.reshape(tf.slice(heads as Tensor3D, [feature, 0, 0], [1, h, tokens]), [h, tokens]),
			headBias: tf.reshape(tf.slice(headBias as Tensor3D, [feature, 0, 0], [1, 1, tokens]), [1, tokens]),
		}));
	}) as unknown as Record<'out' | 'bias' | 'head' | 'headBias', Tensor2D>[];
	// What each token adds to the sum: [tokens, rank].
	const said = tf.tidy((() => {
		const { embeddings, into } = splitFactorised(tf, tf.tensor1d(parameters), plan);
		const parts = columns.map(({ tokens }, feature) => {
			const own = tf.slice(embeddings as Tensor2D, [offsets[feature] as number, 0], [tokens, e]);
			return tf.matMul(own, tf.reshape(tf.slice(into as Tensor3D, [feature, 0, 0], [1, -1, -1]), [e, rank]));
		});
		return tf.concat(parts as Tensor2D[]);
	}) as () => Tensor2D);
	const saidBy = said.dataSync() as Float32Array;
	said.dispose();

	function begin(rows: number): RowsInMaking {
		const sums = new Float32Array(rows * rank);
		let known = 0;
		return {
			logitsTensor(feature) {
				const { out, bias, head, headBias } = heads[feature] as (typeof heads)[number];
				const scaled = tf.mul(tf.tensor2d(sums, [rows, rank]), sumScale(known));
				const hidden = tf.relu(tf.add(tf.matMul(scaled as Tensor2D, out), bias));
				return tf.add(tf.matMul(hidden as Tensor2D, head), headBias);
			},
			tell(feature, tokenAt) {
				for (let row = 0; row < rows; row++) {
					const from = ((offsets[feature] as number) + tokenAt(row)) * rank;
					const to = row * rank;
					for (let k = 0; k < rank; k++) sums[to + k] = (sums[to + k] as number) + (saidBy[from + k] as number);
				}
				known++;
			},
		};
	}

	return { begin, dispose: () => tf.dispose(heads.flatMap((head) => Object.values(head))) };
}
